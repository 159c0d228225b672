/**
 * The operator is killed at its writes, one in each run, and started again: in the end all is as if nothing had been.
 * Part of `make soak`. MQTTSEC_CRASHES says at how many points (16 without it, or `all`), MQTTSEC_SEED which of them, and
 * MQTTSEC_CRASH is the one that failed.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type BrokerUnderTest, brokers } from '../broker/mosquitto.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Phase } from './fault-proxy/fault.ts';
import { type Crash, runOf, type RunResult, type Write } from './crash/run.ts';
import { differences, type Reference, referenceOf, type State } from './crash/state.ts';
import { revoked } from './crash/work-load.ts';
import { troubledControlPlane } from './troubled.ts';

const environment = process.env;
const seed = Number(environment['MQTTSEC_SEED'] ?? Math.floor(Math.random() * 1_000_000_000));
const wanted = environment['MQTTSEC_CRASHES'] ?? '16';
const count = wanted === 'all' ? Infinity : Number(wanted);
const atATime = 4;
const phases: readonly Phase[] = ['Before', 'During', 'After'];
/** Where brokers listen: addresses that hardly any other run of tests on this machine takes. */
const network = 10 + (process.pid % 200);

function textOf({ sort, number }: Write): string {
  return `${sort} #${number}`;
}

/** In an order that depends on the seed and the points alone. */
function shuffled(crashes: readonly Crash[]): readonly Crash[] {
  const rank = (crash: Crash) =>
    createHash('sha256')
      .update(`${seed} ${textOf(crash)} ${crash.phase}`)
      .digest('hex');
  return crashes.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** Whether templates say who uses them in the end: they are counted every 10 s only. */
function isCounted(state: State): boolean {
  return ['meter 3', 'camera 2'].every((text) => {
    const [name = '', devices] = text.split(' ');
    return state.get(`AclTemplate/${name}/status/devices`) === devices;
  });
}

describe(`the operator killed at its writes, MQTTSEC_SEED=${seed}`, function () {
  this.timeout(count === Infinity ? 7_200_000 : 600_000);
  let plane: ControlPlane;
  let mosquitto: BrokerUnderTest;
  let reference: Reference;
  let points: readonly Crash[];
  let sorts: ReadonlySet<string>;
  let runs = 0;

  before(async () => {
    plane = await troubledControlPlane();
    const [first] = brokers;
    assert.ok(first);
    mosquitto = first;
  });

  function run(crash?: Crash): Promise<RunResult> {
    runs += 1;
    const address = `127.${network}.${1 + Math.floor(runs / 200)}.${1 + (runs % 200)}`;
    const isGood = (state: State) => (crash ? differences(state, reference).length === 0 : isCounted(state));
    return runOf({ ...{ plane, mosquitto, namespace: `crash-${runs}`, address, isGood }, ...(crash && { crash }) });
  }

  it('ends in one state when nothing happens, and a new process then writes nothing', async () => {
    const [first, ...others] = await Promise.all([run(), run(), run()]);
    const all = [first, ...others];
    assert.deepEqual(
      all.flatMap(({ wrong }) => wrong),
      [],
    );
    reference = referenceOf([first.state, ...others.map(({ state }) => state)]);
    assert.deepEqual([...reference.chance], []);
    const common = others.reduce(
      (known, { writes }) => known.intersection(new Set(writes.map(textOf))),
      new Set(first.writes.map(textOf)),
    );
    const learnt = first.writes.filter((write) => common.has(textOf(write)));
    points = learnt.flatMap((write) => phases.map((phase) => ({ ...write, phase })));
    sorts = new Set(all.flatMap(({ writes }) => writes.map(({ sort }) => sort)));
    assert.ok(learnt.length > 80, `only ${learnt.length} writes`);
  });

  it('keeps out whom it is told to, in that state', () => {
    const paths = [...reference.state.keys()];
    const has = (part: string, pattern: RegExp) =>
      paths.some((path) => path.startsWith(`texts/${part}/`) && pattern.test(path));
    for (const part of ['crl', 'ledger', 'revocations'])
      assert.ok(has(part, new RegExp(`<serial of ${revoked}-1>.*KeyC`)));
    assert.ok(!has('acl', new RegExp(`user ${revoked}\\b`)));
    assert.ok(has('acl', /user p4; topic readwrite plant\/p4\/new\/#$/));
    assert.ok(has('passwords', /p1 as in its Secret$/));
  });

  it(`ends in the same state when it is killed, at ${wanted} points`, async () => {
    const single = environment['MQTTSEC_CRASH'];
    const chosen = shuffled(points)
      .filter((crash) => single === undefined || single === `${textOf(crash)} ${crash.phase}`)
      .slice(0, count);
    assert.ok(chosen.length > 0, 'no such point');
    const failures: string[] = [];
    let missed = 0;
    const left = chosen.values();
    const worker = async () => {
      for (const crash of left) {
        const problems = await problemsOf(crash);
        if (problems === undefined) missed += 1;
        else if (problems.length > 0) {
          failures.push([`MQTTSEC_CRASH='${textOf(crash)} ${crash.phase}'`, ...problems].join('\n  '));
        }
      }
    };
    await Promise.all(Array.from({ length: atATime }, worker));
    assert.deepEqual(failures, [], `${failures.length} of ${chosen.length} points:\n${failures.join('\n')}`);
    assert.ok(missed <= chosen.length / 10, `${missed} of ${chosen.length} points were never reached`);
  });

  /** Undefined when the operator did not come to that write in two runs: what is done in one write may be done in two. */
  async function problemsOf(crash: Crash): Promise<readonly string[] | undefined> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const result = await run(crash).catch((error: unknown) => error);
      if (result instanceof Error) return [result.message];
      const { state, writes, isCrashed, wrong } = result as RunResult;
      const strange = [...new Set(writes.map(({ sort }) => sort))].filter((sort) => !sorts.has(sort));
      const problems = [...wrong, ...strange.map((sort) => `strange write: ${sort}`), ...differences(state, reference)];
      if (problems.length > 0 || isCrashed) return problems;
    }
    return undefined;
  }
});
