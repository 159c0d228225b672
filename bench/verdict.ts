/** Decisions per second, beside a loop over bare tries of Maps that knows no identities, denies, `$` or ends. */
import { deviceVerdicts, type VerdictEngine } from '../src/domain/acl/verdict.ts';
import { filterText } from '../src/domain/acl/filter.ts';
import type { EffectiveRule } from '../src/domain/acl/rule.ts';
import type { Device } from '../src/domain/fleet.ts';
import { resolveDevice, type ResolvedDevice } from '../src/domain/resolve.ts';
import { aDevice, aFleet, allow, aTemplate, deny } from '../test/fixtures.ts';
import { type BenchRow, median } from './row.ts';

export const name = 'can-i: decisions of the verdict engine';

const now = new Date('2026-06-01T00:00:00Z');
const rounds = 7;
const questionsPerRound = 500_000;
const target = '≥ 1,000,000/s';

interface Question {
  readonly identity: string;
  readonly topic: string;
}

interface BareNode {
  readonly children: Map<string, BareNode>;
  end: boolean;
}

function bareTrie(rules: readonly EffectiveRule[]): BareNode {
  const root: BareNode = { children: new Map(), end: false };
  for (const { filter } of rules) {
    let node = root;
    for (const level of filterText(filter).split('/')) {
      const child = node.children.get(level) ?? { children: new Map<string, BareNode>(), end: false };
      node.children.set(level, child);
      node = child;
    }
    node.end = true;
  }
  return root;
}

function isInBareTrie(node: BareNode, levels: readonly string[], at: number): boolean {
  if (node.children.get('#')?.end) return true;
  const level = levels[at];
  if (level === undefined) return node.end;
  const [literal, plus] = [node.children.get(level), node.children.get('+')];
  return (
    (literal !== undefined && isInBareTrie(literal, levels, at + 1)) ||
    (plus !== undefined && isInBareTrie(plus, levels, at + 1))
  );
}

function resolvedDevices(devices: readonly Device[]): ReadonlyMap<string, ResolvedDevice> {
  const fleet = aFleet({ templates: [template], devices });
  return new Map(
    devices.flatMap((device) => {
      const resolved = resolveDevice(fleet, device);
      return resolved.ok ? [[device.identity, resolved.value] as const] : [];
    }),
  );
}

const template = aTemplate({
  role: 'Backend',
  rules: [
    allow(['Publish', 'Subscribe'], 'sites/berlin/sensors/{device}/telemetry/#'),
    allow('Publish', 'sites/berlin/alerts/{device}'),
    allow('Subscribe', 'sites/+/commands/{device}/+'),
    deny('sites/berlin/sensors/{device}/private/#'),
  ],
});

/** 10,000 rules as a fleet has them: 2,500 identities with 4 each. */
function fleetCase(): { readonly devices: readonly Device[]; readonly questions: readonly Question[] } {
  const names = Array.from({ length: 2500 }, (_, index) => `sensor-${String(index).padStart(5, '0')}`);
  const topics = [
    (device: string) => `sites/berlin/sensors/${device}/telemetry/temperature`,
    (device: string) => `sites/berlin/alerts/${device}`,
    (device: string) => `sites/berlin/sensors/${device}/private/key`,
  ];
  const questions = names.flatMap((identity, index) =>
    topics.map((topicOf) => ({
      identity,
      topic: topicOf(index % 3 === 0 ? (names[index + 1] ?? identity) : identity),
    })),
  );
  return { devices: names.map((identity) => aDevice(identity)), questions };
}

/** 10,000 rules of one identity, such as a service that was given each topic by name. */
function serviceCase(): { readonly devices: readonly Device[]; readonly questions: readonly Question[] } {
  const places = Array.from({ length: 10_000 }, (_, index) => `sites/hall-${index % 100}/machines/m-${index}`);
  const device = aDevice('service', {
    templates: [{ name: 'sensor', parameters: new Map() }],
    rules: places.map((place) => allow('Publish', `${place}/+/set`)),
  });
  const questions = places.map((place, index) => ({
    identity: 'service',
    topic: index % 3 === 0 ? `${place}/speed/get` : `${place}/speed/set`,
  }));
  return { devices: [device], questions };
}

function perSecond(questions: readonly Question[], decide: (question: Question) => boolean): number {
  const figures: number[] = [];
  let allowed = 0;
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    for (let index = 0; index < questionsPerRound; index += 1) {
      const question = questions[index % questions.length];
      if (question && decide(question)) allowed += 1;
    }
    figures.push(questionsPerRound / ((performance.now() - start) / 1000));
  }
  if (allowed === 0) throw new Error(`measure ${name}: nothing was allowed`);
  return median(figures);
}

function measured(what: string, { devices, questions }: ReturnType<typeof fleetCase>): BenchRow {
  const resolved = resolvedDevices(devices);
  const engine: VerdictEngine<EffectiveRule | undefined> = deviceVerdicts((identity) => resolved.get(identity), now);
  const tries = new Map([...resolved].map(([identity, { rules }]) => [identity, bareTrie(rules)]));
  const value = perSecond(questions, ({ identity, topic }) => engine.publish(identity, topic).allowed);
  const floor = perSecond(questions, ({ identity, topic }) => {
    const trie = tries.get(identity);
    return trie !== undefined && isInBareTrie(trie, topic.split('/'), 0);
  });
  return { measure: what, value, unit: 'decisions/s', floor, ratio: value / floor, target };
}

export function run(): Promise<readonly BenchRow[]> {
  return Promise.resolve([
    measured('publish, 10,000 rules of 2,500 identities', fleetCase()),
    measured('publish, 10,000 rules of one identity', serviceCase()),
  ]);
}
