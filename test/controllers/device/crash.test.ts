/** Killed after any of its writes, the operator ends where it would have ended. */
import assert from 'node:assert/strict';
import { mqttDevices } from '../../../src/api/kinds.ts';
import { Killed } from '../memory-cluster.ts';
import { held } from './neighbours.ts';
import { certificateDevice, passwordDevice, Site } from './site.ts';

const names = ['generated', 'certified', 'turned', 'rotated', 'revoked'];

/** Each phase changes what is declared; the broker and the CA follow as they would. */
const phases: readonly ((site: Site) => void | Promise<void>)[] = [
  (site) => {
    site.cluster.put(passwordDevice('generated'));
    site.cluster.put(passwordDevice('rotated'));
    for (const name of ['certified', 'turned', 'revoked']) site.cluster.put(certificateDevice(name));
  },
  (site) => {
    site.held = ['certified', 'turned', 'revoked'].map((name) => held(name, name));
    site.cluster.put(passwordDevice('turned'));
    site.cluster.put(passwordDevice('rotated', {}, { generate: {}, revision: 2 }));
    site.cluster.put(certificateDevice('revoked', { revoked: { reason: 'KeyCompromise' } }));
  },
  async (site) => {
    for (const name of names) {
      if (site.cluster.object('MqttDevice', `plant/${name}`)?.metadata.deletionTimestamp !== undefined) continue;
      await site.context.client.delete(mqttDevices, 'plant', name);
    }
  },
];

/** Until nothing is written any more; a process that dies is replaced by a new one. Gives how many writes it took. */
async function settled(site: Site): Promise<number> {
  let writes = 0;
  let quiet = 0;
  for (let round = 0; ; round += 1) {
    assert.ok(round < 30, 'it does not come to rest');
    for (const name of names) await site.reconcile(name).catch((error: unknown) => revived(site, error));
    const written = site.written().length;
    writes += written;
    quiet = written === 0 ? quiet + 1 : 0;
    if (quiet === 2) return writes;
    site.prove(round + 1);
    site.clock.stopFor(6000); // what lasts is written
  }
}

function revived(site: Site, error: unknown): void {
  if (!(error instanceof Killed)) throw error;
  site.cluster.writesLeft = Infinity;
  site.restart();
}

/** All three phases, with a death after so many writes of one of them. */
async function run(dies?: { readonly phase: number; readonly afterWrites: number }) {
  const site = new Site();
  const writes: number[] = [];
  const ends: unknown[] = [];
  for (const [index, phase] of phases.entries()) {
    await phase(site);
    site.written();
    if (dies?.phase === index) site.cluster.writesLeft = dies.afterWrites;
    writes.push(await settled(site));
    ends.push(endOf(site));
    site.restart();
    assert.equal(await settled(site), 0, 'a restart writes nothing');
  }
  return { writes, ends };
}

/** What is the same whatever the chance: not passwords, and not the revision in which something was proved. */
function endOf(site: Site): unknown {
  const text = JSON.stringify({ contents: site.cluster.contents(), ledger: [...site.ledger.keys()].sort() });
  const secret = /"(username|password)":"[^"]*"/g;
  return JSON.parse(
    text
      .replaceAll(secret, '"$1":""')
      .replaceAll(
        /"(rulesHash|lastTransitionTime|begunAt|recordedAt|publishedAt|provedAt|disconnectedAt|deletedAt)":"[^"]*"/g,
        '"$1":""',
      )
      .replaceAll(/"bundleRevision":\d+/g, '"bundleRevision":0'),
  );
}

describe('the controller of devices, killed', () => {
  it('after any write of any phase ends in the same state', async () => {
    const { writes, ends } = await run();
    assert.ok(
      writes.every((count) => count >= 3),
      String(writes),
    );
    for (const [phase, count] of writes.entries()) {
      for (let afterWrites = 1; afterWrites <= count; afterWrites += 1) {
        const other = await run({ phase, afterWrites });
        assert.deepEqual(other.ends, ends, `phase ${phase}, write ${afterWrites} of ${count}`);
      }
    }
  }).timeout(60_000);
});
