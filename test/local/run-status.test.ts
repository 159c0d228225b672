import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { changedIdentities, nothingKnown, withClosed, withOpen } from '../../src/domain/bundle/changes.ts';
import type { IdentityStatus } from '../../src/domain/bundle/compiled-identity.ts';
import type { Device } from '../../src/domain/fleet.ts';
import { noLockouts } from '../../src/domain/lockout.ts';
import { emptyLedger } from '../../src/domain/pki/ledger.ts';
import { ShardedMap } from '../../src/domain/sharded.ts';
import { currentStatus } from '../../src/local/run-status.ts';
import { highestRevision, type Run } from '../../src/local/run.ts';
import { VirtualClock } from '../kube/virtual-clock.ts';

const origin = { kind: 'MqttDevice', namespace: 'plant', name: 'd1' } as const;
const device = { origin, identity: 'd1', broker: 'plant/main', authentication: { type: 'Password' } };

function statusesWith(rulesHash: string): ShardedMap<IdentityStatus> {
  const status = { identity: 'd1', device: 'plant/d1', until: undefined, findings: [], credentialHash: 'c' } as const;
  return ShardedMap.from([['d1', { ...status, state: 'Active', rulesHash }]]);
}

const [few, more] = [statusesWith('few'), statusesWith('more')];

/** What a run knows whose broker proved `few` in revision 1, when `more` was published and `few` again. */
function runIn(directory: string): Run {
  const first = withClosed(withOpen(nothingKnown, []), 1, false);
  const second = withClosed(withOpen(first, changedIdentities(few, more)), 2, true);
  return {
    broker: { origin: { kind: 'MqttBroker', namespace: 'plant', name: 'main' }, listeners: [] },
    ...{ options: { host: '127.0.0.1' }, mosquitto: { version: '2.1.2' }, ports: new Map() },
    accepted: { admitted: new Map(), findings: [], result: {} },
    bundle: {
      ...{ compiled: { statuses: few, notices: [] }, lockouts: noLockouts, findings: [] },
      fleet: { devices: new Map([['d1', [device as unknown as Device]]]) },
    },
    store: { held: [], ledger: emptyLedger('ca'), paths: { status: path.join(directory, 'status.json') } },
    world: { clock: new VirtualClock(), onStatus: () => undefined, onFindings: () => undefined },
    published: { revision: 3, hash: 'few' },
    carried: new Map([
      ['more', more],
      ['few', few],
    ]),
    changes: withClosed(withOpen(second, changedIdentities(more, few)), 3, true),
    revocations: new Map(),
  } as unknown as Run;
}

describe('the status of a local run', () => {
  let directory: string;
  before(() => (directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-'))));
  after(() => rmSync(directory, { recursive: true }));

  for (const { revision, hash, is } of [
    { revision: 1, hash: 'few', is: 'Pending' },
    { revision: 2, hash: 'more', is: 'Pending' },
    { revision: 3, hash: 'few', is: 'Ready' },
  ]) {
    it(`is ${is} of rights that were more in revision 2 and are fewer again, proved in revision ${revision}`, async () => {
      const run = runIn(directory);
      const loaded = { revision, hash, provedAt: '2026-01-01T00:00:00Z', sessionsEndedAt: '2026-01-01T00:00:00Z' };
      const report = { broker: 'plant/main', instance: 'local', mosquittoVersion: '2.1.2' };
      run.report = { ...report, loaded: { ...loaded, milliseconds: 1 } };
      const { devices } = await currentStatus(run);
      assert.deepEqual(
        devices.map(({ identity, programmed, reason }) => [identity, programmed, reason]),
        [['d1', is === 'Ready', is]],
      );
    });
  }
});

describe('the highest revision of a local run', () => {
  const loaded = { revision: 4, hash: 'few', provedAt: '', sessionsEndedAt: '', milliseconds: 1 };

  it('is that which was published, whether or not it is proved: one that came again would be proved too early', () => {
    const published = { revision: 6, hash: 'more', changed: true };
    assert.equal(highestRevision({ former: { loaded }, report: undefined, published }), 6);
    assert.equal(highestRevision({ former: { loaded }, report: undefined, published: undefined }), 4);
  });
});
