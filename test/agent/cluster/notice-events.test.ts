import assert from 'node:assert/strict';
import { noticeEvents } from '../../../src/agent/cluster/notice-events.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import type { Notice, NoticeKind } from '../../../src/monitor/notice.ts';
import { MemoryApi } from '../../kube/memory-api.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';

const metadata = { namespace: 'plant', name: 'main-0', uid: 'uid-0' };
const about: KubeObject = { apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'BrokerInstance', metadata };
const notice = (kind: NoticeKind, identity?: string, count = 1): Notice => {
  return { kind, count, at: new Date(0), ...(identity !== undefined && { identity }) };
};

interface Written {
  readonly reason: string;
  readonly note: string;
  readonly series?: { readonly count: number };
}

function recording(instance: () => KubeObject | undefined = () => about) {
  const [api, clock, stop] = [new MemoryApi(), new VirtualClock(), new AbortController()];
  const losses: string[] = [];
  let suffix = 0;
  const events = noticeEvents({
    ...{ client: api.client, clock, instance, instanceName: 'main-0' },
    newSuffix: () => (suffix += 1).toString(16),
    onLoss: (loss) => losses.push(loss),
  });
  const run = events.run(stop.signal);
  const created = () => api.calls.filter(({ verb }) => verb === 'create').map(({ body }) => body as Written);
  const end = async () => {
    stop.abort();
    await run;
  };
  return { api, clock, losses, record: events.record, created, end };
}

describe('Events of what clients do', () => {
  it('name four identities of a reason, and tell of all others in one', async () => {
    const { clock, record, created, end } = recording();
    for (let i = 0; i < 1_000; i += 1) record(notice('PublishDenied', `d${i}`, 3));
    await clock.advance(5_000);
    assert.deepEqual(
      created().map(({ note }) => note),
      [0, 1, 2, 3]
        .map((i) => `The rules refuse what is published by identity d${i}.`)
        .concat('The rules refuse what is published by other identities.'),
    );
    assert.equal(created()[4]?.series?.count, 3 * 996);
    await end();
  });

  it('tell of one reason however much there is of another', async () => {
    const { clock, record, created, end } = recording();
    for (let minute = 0; minute < 60; minute += 1) {
      for (let i = 0; i < 100; i += 1) record(notice('ConnectStorm', `d${minute}-${i}`));
      await clock.advance(60_000);
    }
    for (let i = 0; i < 4; i += 1) record(notice('LockedOut', `d${i}`));
    await clock.advance(5_000);
    const count = (of: NoticeKind) => created().filter(({ reason }) => reason === of).length;
    assert.equal(count('LockedOut'), 4);
    // At most 25, and one more in five minutes.
    assert.ok(count('ConnectStorm') <= 25 + 12 + 1, String(count('ConnectStorm')));
    await end();
  });

  it('write each series once a minute at most', async () => {
    const { api, clock, record, end } = recording();
    for (let second = 0; second < 600; second += 1) {
      for (let i = 0; i < 10; i += 1) record(notice('Oversize', `d${i}`));
      await clock.advance(1_000);
    }
    assert.ok(api.calls.length <= 5 * 11, String(api.calls.length));
    assert.ok(api.calls.length >= 5 * 9, String(api.calls.length));
    await end();
  });

  it('hold nothing that a client chose', async () => {
    const { api, clock, record, end } = recording();
    const chosen = { claimed: 'CHOSEN', address: 'CHOSEN', topic: 'CHOSEN', reason: 'CHOSEN' };
    const kinds: readonly NoticeKind[] = ['AuthenticationFailed', 'PublishDenied', 'ConnectStorm', 'LockedOut'];
    for (const kind of kinds) record({ ...notice(kind, 'd1'), ...chosen });
    await clock.advance(5_000);
    assert.equal(api.calls.length, kinds.length);
    assert.doesNotMatch(JSON.stringify(api.calls), /CHOSEN/);
    await end();
  });

  it('are lost, and counted, while there is no BrokerInstance', async () => {
    const present: KubeObject[] = [];
    const { clock, record, losses, created, end } = recording(() => present[0]);
    record(notice('Flood', 'd1'));
    present.push(about);
    record(notice('Flood', 'd1'));
    await clock.advance(5_000);
    assert.deepEqual([losses, created().length], [['NoInstance'], 1]);
    await end();
  });
});
