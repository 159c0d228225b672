/**
 * Runs with random faults: MQTTSEC_FAULT_RUNS says how many (40 without it; `make soak` has 200), MQTTSEC_SEED replays
 * the one that failed.
 */
import type { ControlPlane } from './control-plane.ts';
import { runWithFaults } from './faults/run.ts';
import { troubledControlPlane } from './troubled.ts';

const namespace = 'faults';
const atATime = 4;
const replayed = process.env['MQTTSEC_SEED'];
const first = Number(replayed ?? Math.floor(Math.random() * 1_000_000_000));
const count = replayed === undefined ? Number(process.env['MQTTSEC_FAULT_RUNS'] ?? 40) : 1;

describe(`list and watch under random faults, seeds ${first} to ${first + count - 1}`, function () {
  this.timeout(60_000 + count * 10_000);
  let plane: ControlPlane;

  before(async () => {
    plane = await troubledControlPlane();
    await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  });

  it(`ends ${count} runs with what the server has`, async () => {
    const seeds = Array.from({ length: count }, (_, index) => first + index).values();
    const worker = async () => {
      for (const seed of seeds) {
        await runWithFaults({ plane, namespace, seed }).catch((cause: unknown) => {
          throw new Error(`run with MQTTSEC_SEED=${seed}: ${String(cause)}`, { cause });
        });
      }
    };
    await Promise.all(Array.from({ length: atATime }, worker));
  });
});
