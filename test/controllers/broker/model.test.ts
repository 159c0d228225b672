import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseIdentities } from '../../../src/domain/bundle/identities.ts';
import { isProved } from '../../../src/controllers/broker/outcome.ts';
import { expectationOf } from '../../../src/controllers/device/expectation.ts';
import { type Programmed, type ProgrammedFacts, programmedOf } from '../../../src/controllers/device/programmed.ts';
import type { BrokerState } from '../../../src/controllers/context.ts';
import { givenHash } from '../../domain/bundle/compile-fixtures.ts';
import { brokerSite, type BrokerSite, MemoryPublisher } from './site.ts';

const names = ['d1', 'd2', 'd3'] as const;
const instances = ['a', 'b'] as const;
const otherHash = givenHash.replace('$1b3J', '$2b3J');

/** Everything outside of the operator: it stays when the operator is restarted. */
interface Outside {
  readonly published: MemoryPublisher;
  readonly devices: Map<string, { readonly spec: object; readonly generation: number }>;
  readonly passwords: Map<string, string>;
  /** What each instance enforces. */
  readonly loaded: Map<string, { readonly revision: number; readonly hash: string }>;
  /** What it said last that it enforces: that, or what it enforced before. */
  readonly reported: Map<string, { readonly revision: number; readonly hash: string }>;
  /** The revision that was published when each instance began. */
  readonly begun: Map<string, number>;
  readonly indexes: { readonly revision: number; readonly hash: string }[];
  /** What the status of each device says that was proved. */
  readonly statuses: Map<string, FormerProof>;
  generation: number;
  /** Rules of the template that all devices have. */
  template: readonly object[];
}

interface FormerProof extends NonNullable<ProgrammedFacts['former']> {
  readonly generation: number;
}

interface Model extends Outside {
  site: BrokerSite;
  /** The outcome of each device when it was woken last. */
  readonly told: Map<string, string>;
}

type Step = (model: Model) => void | Promise<void>;

function putDevice(model: Model, name: string, spec: object): void {
  model.generation += 1;
  model.devices.set(name, { spec, generation: model.generation });
  model.site.putDevice(name, spec, model.generation);
}

/** The newest set but so many, if that is not behind what the instance has. */
function load(model: Model, name: string, back = 0): void {
  const index = model.indexes.at(-1 - back);
  const least = Math.max(model.begun.get(name) ?? 0, model.loaded.get(name)?.revision ?? 0);
  if (index && index.revision >= least) model.loaded.set(name, index);
}

function report(model: Model, name: string): void {
  const loaded = model.loaded.get(name);
  if (loaded) model.reported.set(name, loaded);
  else model.reported.delete(name);
  tell(model, name);
}

function tell(model: Model, name: string): void {
  const reported = model.reported.get(name);
  model.site.report(name, reported && { loadedRevision: reported.revision, loadedHash: reported.hash });
}

/** The operator gets to write what there is to say of this device. */
function writeStatus(model: Model, identity: string): void {
  const { generation } = model.devices.get(identity) ?? {};
  const said = sayingOf(model, identity);
  if (generation === undefined || said?.programmed.revision === undefined) model.statuses.delete(identity);
  else model.statuses.set(identity, { rulesHash: said.hash, revision: said.programmed.revision, generation });
}

interface Saying {
  readonly programmed: Programmed;
  /** Of what it says so. */
  readonly hash: string;
  readonly rights: { readonly rulesHash: string; readonly credentialHash: string | undefined };
}

/** What the status of a device would say now; undefined for one that keeps rights by mistake, or is not there. */
function sayingOf(model: Model, identity: string): Saying | undefined {
  const { state, context } = model.site;
  const { fleet } = context.state.fleet;
  const [device] = fleet.devices.get(identity) ?? [];
  const present = model.devices.get(identity);
  if (!device || !present) return undefined;
  const passwordHash = model.passwords.get(identity);
  const facts = { fleet, device, trusted: new Set<string>(), certificates: [], passwordHash, lockedUntil: undefined };
  const expectation = expectationOf(facts, context.clock.now());
  if (expectation.status.state === 'Refused') return undefined;
  const written = model.statuses.get(identity);
  const former = written?.generation === present.generation ? written : undefined;
  const nothing = { holds: [], good: [], unpublished: 0, leastRevision: 0 };
  const programmed = programmedOf({ expectation, broker: state, former, ...nothing });
  const { rulesHash, credentialHash } = expectation.status;
  return { programmed, hash: expectation.hash, rights: { rulesHash, credentialHash } };
}

const device = fc.constantFrom(...names);
const instance = fc.constantFrom(...instances);

const specs = fc.constantFrom<object>(
  {},
  { suspended: true },
  { groups: ['g'], rules: [{ topic: 'boards/{device}', actions: ['Publish'] }] },
  { rules: [{ topic: 'sensors/{device}/raw', effect: 'Deny' }] },
  { templateRefs: [{ name: 'missing' }] },
);

const templates = fc.constantFrom<readonly object[]>(
  [{ topic: 'sensors/{device}/#', actions: ['Publish'] }],
  [{ topic: 'sensors/{device}/raw', actions: ['Publish'] }],
);

function putTemplate(model: Model, rules: readonly object[]): void {
  model.template = rules;
  model.generation += 1;
  model.site.putTemplate(rules, model.generation);
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(device, specs).map(
    ([name, spec]): Step =>
      (model) =>
        putDevice(model, name, spec),
  ),
  // There and back, with a set in between: the old proof is of the same rights.
  fc.tuple(device, specs, instance).map(([name, spec, at]): Step => async (model) => {
    const former = model.devices.get(name)?.spec ?? {};
    putDevice(model, name, spec);
    await model.site.clock.advance(10_000);
    await run(model);
    load(model, at);
    putDevice(model, name, former);
  }),
  templates.map(
    (rules): Step =>
      (model) =>
        putTemplate(model, rules),
  ),
  // The same by a template, of which no generation of a device tells, and nobody lives to write what it changed.
  fc
    .record({ rules: templates, at: instance, isBack: fc.boolean(), isTold: fc.boolean(), isAnnexLost: fc.boolean() })
    .map(({ rules, at, isBack, isTold, isAnnexLost }): Step => async (model) => {
      const former = model.template;
      putTemplate(model, rules);
      await model.site.clock.advance(10_000);
      await run(model);
      load(model, at);
      if (isTold) report(model, at);
      putTemplate(model, former);
      if (isBack) await model.site.clock.advance(10_000);
      if (isBack) await run(model);
      if (isAnnexLost) model.published.annex = undefined;
      restart(model);
    }),
  device.map(
    (name): Step =>
      (model) =>
        writeStatus(model, name),
  ),
  device.map((name): Step => (model) => {
    model.devices.delete(name);
    model.site.removeDevice(name);
  }),
  fc.tuple(device, fc.constantFrom(givenHash, otherHash)).map(([name, hash]): Step => (model) => {
    model.passwords.set(name, hash);
    model.site.setPassword(name, hash);
  }),
  // An agent never goes back, but it may be behind, and its report behind it.
  fc.tuple(instance, fc.nat(3)).map(
    ([name, back]): Step =>
      (model) =>
        load(model, name, back),
  ),
  instance.map((name): Step => (model) => {
    load(model, name);
    report(model, name);
  }),
  instance.map(
    (name): Step =>
      (model) =>
        report(model, name),
  ),
  instance.map((name): Step => async (model) => {
    // In a storm of changes the operator looks again a moment later: until then it knows of no end.
    await model.site.clock.advance(100);
    model.begun.set(name, model.indexes.at(-1)?.revision ?? 0);
    model.loaded.delete(name);
    report(model, name);
  }),
  fc.integer({ min: 1, max: 2_000 }).map(
    (milliseconds): Step =>
      (model) =>
        model.site.clock.advance(milliseconds),
  ),
  fc.boolean().map((isComplete): Step => (model) => {
    model.site.known.arePasswordsComplete = isComplete;
  }),
  fc.boolean().map((fails): Step => (model) => {
    model.published.failure = fails ? new Error('write: refused') : undefined;
  }),
  fc.boolean().map((isLost): Step => (model) => {
    model.published.isAnswerLost = isLost;
  }),
  fc.constant<Step>((model) => restart(model)),
);

function restart(model: Model): void {
  const { wallOffset } = model.site.clock;
  const elapsed = model.site.clock.monotonic();
  const status = model.site.statuses.at(-1);
  model.site = brokerSite(model.published);
  model.site.clock.wallOffset = wallOffset + elapsed;
  model.told.clear();
  if (status) model.site.changeBroker({ status } as object);
  model.site.putTemplate(model.template, model.generation);
  for (const [name, { spec, generation }] of model.devices) model.site.putDevice(name, spec, generation);
  for (const [name, hash] of model.passwords) model.site.setPassword(name, hash);
  for (const name of instances) tell(model, name);
}

async function run(model: Model): Promise<void> {
  model.site.woken.device.clear();
  await model.site.run().catch((error: unknown) => assert.match(String(error), /write: (refused|no answer)/));
  const { index } = model.published;
  if (index && model.indexes.at(-1)?.revision !== index.revision) model.indexes.push(index);
  for (const key of model.site.woken.device) model.told.set(key, outcomeOf(model.site.state, key.slice(6)));
}

function outcomeOf(state: BrokerState, identity: string): string {
  const { device: key, ...status } = state.compiled.statuses.get(identity) ?? { device: undefined };
  return `${JSON.stringify({ ...status, key })} ${isProved(state, identity)}`;
}

/** What an instance really enforces of an identity. */
function enforced(model: Model, name: string, identity: string) {
  const content = model.published.contents.get(model.loaded.get(name)?.hash ?? '');
  if (!content) return undefined;
  const text = content.parts.identities.map((chunk) => chunk.text).join('');
  const read = parseIdentities(text);
  assert.ok(read.ok);
  const { rulesHash = '', credentialHash } = read.value.get(identity) ?? {};
  return { rulesHash, credentialHash };
}

function checkStatus(model: Model, identity: string): void {
  const said = sayingOf(model, identity);
  if (said?.programmed.condition.status !== 'True') return;
  for (const name of instances) {
    const given = enforced(model, name, identity);
    if (given) assert.deepEqual(given, said.rights, `${identity} is said to be programmed, ${name} has something else`);
  }
}

function check(model: Model): void {
  const { state } = model.site;
  for (const identity of names) checkStatus(model, identity);
  for (const identity of names) {
    if (!isProved(state, identity)) continue;
    const status = state.compiled.statuses.get(identity);
    for (const name of instances) {
      const { rulesHash, credentialHash } = status ?? {};
      assert.deepEqual(enforced(model, name, identity), { rulesHash, credentialHash }, `${identity} on ${name}`);
    }
    assert.equal(model.told.get(`plant/${identity}`), outcomeOf(state, identity), `${identity} was not told`);
  }
}

async function settle(model: Model): Promise<void> {
  model.published.failure = undefined;
  model.published.isAnswerLost = false;
  model.site.known.arePasswordsComplete = true;
  // A set whose writer nobody knows is looked into first, and put right with the next look.
  for (let look = 0; look < 2; look += 1) {
    await model.site.clock.advance(10_000);
    await run(model);
  }
  await model.site.clock.advance(10_000);
  for (const name of instances) {
    load(model, name);
    report(model, name);
  }
  await run(model);
  check(model);
  for (const name of names) writeStatus(model, name);
}

describe('a device of a broker', () => {
  it('is proved only by instances that enforce its very rights, and is told of it', async () => {
    const property = fc.asyncProperty(fc.array(steps, { maxLength: 30 }), async (all) => {
      const published = new MemoryPublisher();
      const outside = {
        published,
        devices: new Map(),
        passwords: new Map(),
        loaded: new Map(),
        reported: new Map(),
        begun: new Map(),
        indexes: [],
        statuses: new Map(),
        template: [{ topic: 'sensors/{device}/#', actions: ['Publish'] }],
      };
      const model: Model = { ...outside, generation: 1, site: brokerSite(published), told: new Map() };
      for (const name of ['d1', 'd2']) {
        putDevice(model, name, {});
        model.passwords.set(name, givenHash);
        model.site.setPassword(name);
      }
      await run(model);
      await settle(model);
      for (const step of all) {
        await step(model);
        await run(model);
        check(model);
      }
      await settle(model);
      for (const name of model.devices.keys()) {
        const isRefused = model.site.state.compiled.statuses.get(name)?.state === 'Refused';
        assert.ok(isRefused || isProved(model.site.state, name), `${name} is not proved in the end`);
      }
      const { writes } = published;
      const statuses = model.site.statuses.length;
      await run(model);
      assert.deepEqual([published.writes, model.site.statuses.length], [writes, statuses]);
    });
    await fc.assert(property, { numRuns: 150 });
  }).timeout(120_000);
});
