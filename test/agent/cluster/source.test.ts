import assert from 'node:assert/strict';
import { keepAlive } from '../../../src/agent/cluster/heartbeat.ts';
import { ownBroker } from '../../../src/agent/cluster/own-broker.ts';
import { clusterSource } from '../../../src/agent/cluster/source.ts';
import { configMaps, leases, secrets } from '../../../src/api/kinds.ts';
import { chunkHashes, chunkOf, contentOf } from '../../../src/domain/bundle/chunks.ts';
import { type BundleContent, type PartName, partNames } from '../../../src/domain/bundle/content.ts';
import { indexName, indexText } from '../../../src/domain/bundle/index-text.ts';
import { bundleLayout, chunkPlace } from '../../../src/domain/bundle/objects.ts';
import { joined } from '../../../src/domain/pieces.ts';
import type { BundleReading } from '../../../src/ports.ts';
import { settled, VirtualClock } from '../../kube/virtual-clock.ts';
import { ownedBy, refusal, StubApi } from './stub-api.ts';

const layout = bundleLayout('plant/main');

function contentWith(acl: string, conf = ''): BundleContent {
  const texts: Partial<Record<PartName, string>> = { acl, 'mosquitto.conf': conf };
  const chunks = partNames.map((part) => [part, [chunkOf(texts[part] ?? `${part}\n`)]]);
  return contentOf(Object.fromEntries(chunks) as BundleContent['parts']);
}

describe('bundles of a cluster', () => {
  let api: StubApi;
  let clock: VirtualClock;
  let stop: AbortController;
  let readings: BundleReading[];
  let run: Promise<void>;

  beforeEach(() => {
    [api, clock, stop, readings] = [new StubApi(), new VirtualClock(), new AbortController(), []];
  });

  afterEach(async () => {
    stop.abort();
    await run;
  });

  function start(brokerUid?: string): void {
    const random = { next: () => 0 };
    const own = ownBroker(brokerUid);
    const source = clusterSource({ client: api.client, broker: 'plant/main', own, serverSecret: 'tls', clock, random });
    run = (async () => {
      for await (const reading of source.bundles(stop.signal)) readings.push(reading);
    })();
  }

  function putChunks({ parts }: BundleContent, but?: PartName): void {
    for (const part of partNames) {
      if (part === but) continue;
      for (const [number, { hash, text }] of parts[part].entries()) {
        const { kind, name } = chunkPlace(layout, part, number);
        if (kind === 'ConfigMap') api.put(configMaps, name, { data: { [hash]: text } });
        else api.put(secrets, name, { data: { [hash]: Buffer.from(text).toString('base64') } });
      }
    }
  }

  function putIndex(content: BundleContent, revision: number, brokerUid?: string): void {
    const index = { broker: 'plant/main', revision, hash: content.hash, parts: chunkHashes(content.parts) };
    api.put(configMaps, layout.index, { data: { [indexName]: indexText(index) } }, ownedBy(brokerUid));
  }

  function publish(content: BundleContent, revision: number, brokerUid?: string): void {
    putChunks(content);
    putIndex(content, revision, brokerUid);
  }

  function putServer(certificate: string): void {
    const data = {
      'tls.crt': Buffer.from(certificate).toString('base64'),
      'tls.key': Buffer.from('key').toString('base64'),
    };
    api.put(secrets, 'tls', { data });
  }

  const seen = () =>
    readings.map((reading) =>
      reading.kind === 'Bundle'
        ? `${reading.bundle.index.revision} ${joined(reading.bundle.parts.acl)} ${reading.bundle.server?.certificate ?? '-'}`
        : reading.reason.replaceAll(/[0-9a-f]{64}/g, 'HASH'),
    );

  it('are given whole, then only what changed is read', async () => {
    publish(contentWith('one'), 1);
    putServer('certificate');
    start();
    await settled();
    assert.deepEqual(seen(), ['1 one certificate']);
    const former = api.count('get');
    publish(contentWith('two'), 2);
    await settled();
    assert.deepEqual(seen().slice(1), ['2 two certificate']);
    assert.equal(api.count('get') - former, 1);
  });

  it('come when the first index does', async () => {
    start();
    await clock.advance(5_000);
    assert.deepEqual(seen(), []);
    publish(contentWith('one'), 1);
    await settled();
    assert.deepEqual(seen(), ['1 one -']);
  });

  it('are told to be unreadable when a chunk stays away, until it is mended', async () => {
    const content = contentWith('one');
    putServer('certificate');
    putChunks(content, 'acl');
    putIndex(content, 1);
    start();
    await settled();
    assert.deepEqual(seen(), []);
    await clock.advance(5_000);
    assert.deepEqual(seen(), ['chunk acl[0] is missing (HASH)']);
    putChunks(content);
    await clock.advance(15_000);
    assert.deepEqual(seen().slice(1), ['1 one certificate']);
  });

  it('with a newer index on its way are not told to be unreadable', async () => {
    publish(contentWith('one'), 1);
    start();
    await settled();
    putIndex(contentWith('two'), 2);
    await settled();
    publish(contentWith('three'), 3);
    await clock.advance(5_000);
    assert.deepEqual(seen(), ['1 one -', '3 three -']);
  });

  it('stay while the server is away, and go on after it', async () => {
    publish(contentWith('one'), 1);
    putServer('certificate');
    start();
    await settled();
    api.problem = () => refusal(0, 'ConnectionFailed');
    publish(contentWith('two'), 2);
    await clock.advance(120_000);
    assert.deepEqual(seen(), ['1 one certificate']);
    api.problem = () => undefined;
    await clock.advance(30_000);
    assert.deepEqual(seen().slice(1), ['2 two certificate']);
  });

  it('come again with another key pair, which is looked for every 30 s, at first more often', async () => {
    publish(contentWith('one'), 1);
    start();
    await settled();
    assert.deepEqual(seen(), ['1 one -']);
    putServer('first');
    await clock.advance(1_500);
    assert.deepEqual(seen().slice(1), ['1 one first']);
    putServer('second');
    await clock.advance(25_000);
    assert.equal(readings.length, 2);
    await clock.advance(10_000);
    assert.deepEqual(seen().slice(2), ['1 one second']);
  });

  it('wait a moment for the first key pair where a listener has TLS, then come without it', async () => {
    publish(contentWith('one', 'listener 8883\ncertfile /x\n'), 1);
    start();
    await clock.advance(8_000);
    assert.deepEqual(seen(), []);
    await clock.advance(10_000);
    assert.deepEqual(seen(), ['1 one -']);
  });

  it('are told to be unreadable when the server refuses a read, until it allows it', async () => {
    publish(contentWith('one'), 1);
    api.problem = (verb, key) => (key === 'plant/main-acl-00' ? refusal(403, 'Forbidden') : undefined);
    start();
    await clock.advance(5_000);
    assert.deepEqual(seen(), ['call: Forbidden']);
    api.problem = () => undefined;
    await clock.advance(15_000);
    assert.deepEqual(seen().slice(1), ['1 one -']);
  });

  it('keep the key pair whose Secret is gone', async () => {
    publish(contentWith('one'), 1);
    putServer('first');
    start();
    await settled();
    api.remove(secrets, 'tls');
    await clock.advance(120_000);
    publish(contentWith('two'), 2);
    await settled();
    assert.deepEqual(seen(), ['1 one first', '2 two first']);
  });

  it('ask for nothing at rest but for the key pair', async () => {
    publish(contentWith('one'), 1);
    putServer('first');
    start();
    await settled();
    const former = api.calls.length;
    await clock.advance(300_000);
    assert.ok(api.calls.slice(former).every(({ verb, key }) => verb === 'get' && key === 'plant/tls'));
    assert.equal(api.calls.length - former, 10);
  });

  for (const [what, stated] of [
    ['of which it was told', 'uid-main'],
    ['whose bundle it saw first', undefined],
  ] as const) {
    it(`are those of the broker ${what}, and never of another one of its name`, async () => {
      publish(contentWith('one'), 1);
      start(stated);
      await settled();
      publish(contentWith('two'), 2, 'uid-another');
      await clock.advance(60_000);
      assert.equal(seen().length, 2);
      assert.match(seen()[1] ?? '', /^the bundle is of another MqttBroker plant\/main than the one with UID uid-main/);
      publish(contentWith('three'), 3);
      await clock.advance(60_000);
      assert.equal(seen()[2], '3 three -');
    });
  }

  it('are none at all for an agent that was told of another broker', async () => {
    start('uid-former');
    publish(contentWith('one'), 1);
    await clock.advance(60_000);
    assert.equal(
      readings.some(({ kind }) => kind === 'Bundle'),
      false,
    );
  });
});

describe('life of an external instance', () => {
  it('is shown every 10 s by its Lease, also after the server was away', async () => {
    const [api, clock, stop] = [new StubApi(), new VirtualClock(), new AbortController()];
    const problems: unknown[] = [];
    const heartbeat = { client: api.client, namespace: 'plant', instance: 'edge-1', clock };
    const alive = keepAlive({ ...heartbeat, onProblem: ({ error }) => problems.push(error) }, stop.signal);
    await clock.advance(20_000);
    api.problem = () => refusal(0, 'ConnectionFailed');
    await clock.advance(10_000);
    api.problem = () => undefined;
    await clock.advance(10_000);
    assert.equal(problems.length, 1);
    assert.equal(api.count('apply', 'edge-1'), 5);
    const { spec } = await api.client.get(leases, 'plant', 'edge-1');
    assert.deepEqual(spec, {
      holderIdentity: 'edge-1',
      leaseDurationSeconds: 40,
      renewTime: '2026-01-01T00:00:40.000000Z',
    });
    stop.abort();
    await alive;
  });
});
