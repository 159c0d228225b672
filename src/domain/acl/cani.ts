import { type Broker, type Fleet, keyOf } from '../fleet.ts';
import type { Finding } from '../finding.ts';
import { type ObjectKey, refText } from '../names.ts';
import { resolveDevice, type ResolvedDevice } from '../resolve.ts';
import { type Checked, filterContains, filterOf, filterText, levelText, type TopicFilter } from './filter.ts';
import type { EffectiveRule, RuleAction } from './rule.ts';
import { deviceVerdicts, type Verdict, type VerdictEngine, whys } from './verdict.ts';

export const actions = ['publish', 'receive', 'subscribe'] as const;
export type Action = (typeof actions)[number];

export interface Question {
  readonly identity: string;
  readonly action: Action;
  /** A topic; for `subscribe` a topic filter. */
  readonly topic: string;
}

export interface Answer extends Verdict<EffectiveRule | undefined> {
  /** Where no rule allows it: the allow that came nearest. */
  readonly nearest?: NearestRule;
  /** Why the devices that claim the identity are refused; it has no rights then. */
  readonly findings: readonly Finding[];
  /** All of this in lines for a person: the rule and where it is written, or what came nearest and where it parts. */
  readonly lines: readonly string[];
}

interface NearestRule {
  readonly rule: EffectiveRule;
  /** Why it does not allow it: `level 2 is "s-1" there, not "s-2"`. */
  readonly why: string;
}

/** Answers questions about one broker, as that broker would. */
export interface Oracle {
  /** The verdict alone, fast. */
  verdict(question: Question): Verdict<EffectiveRule | undefined>;
  answer(question: Question): Answer;
}

interface World {
  readonly fleet: Fleet;
  readonly broker: Broker;
  readonly now: Date;
  readonly engine: VerdictEngine<EffectiveRule | undefined>;
}

/**
 * Whom to ask about the broker `NAME` or `NAMESPACE/NAME`; without a name there must be only one. The problem says which
 * brokers there are. Devices are resolved when they are first asked about.
 */
export function oracleOf(fleet: Fleet, now: Date, name?: string): Checked<Oracle> {
  const candidates = [...fleet.brokers.values()].filter((broker) => isNamed(broker, name));
  const [broker] = candidates;
  if (!broker || candidates.length > 1) return { ok: false, problem: brokerProblem(fleet, candidates, name) };
  const engine = deviceVerdicts((identity) => holderOf(fleet, broker, identity).resolved, now);
  const world: World = { fleet, broker, now, engine };
  const verdict = ({ identity, action, topic }: Question): Verdict<EffectiveRule | undefined> =>
    engine[action](identity, topic);
  return { ok: true, value: { verdict, answer: (question) => explained(world, question, verdict(question)) } };
}

/** One question, answered and explained; without `broker` the one that has the identity. */
export function answered(fleet: Fleet, question: Question & { readonly broker?: string }, now: Date): Checked<Answer> {
  const holders = new Set((fleet.devices.get(question.identity) ?? []).map(({ broker }) => broker));
  const [only] = holders.size === 1 ? holders : [];
  const oracle = oracleOf(fleet, now, question.broker ?? only);
  return oracle.ok ? { ok: true, value: oracle.value.answer(question) } : oracle;
}

function isNamed({ origin }: Broker, name: string | undefined): boolean {
  return name === undefined || name === origin.name || name === `${origin.namespace}/${origin.name}`;
}

function brokerProblem(fleet: Fleet, candidates: readonly Broker[], name: string | undefined): string {
  const keys = (candidates.length > 0 ? candidates : [...fleet.brokers.values()]).map((broker) => keyOf(broker)).sort();
  if (keys.length === 0) return 'there is no MqttBroker';
  const which = `say which one: ${keys.join(', ')}`;
  if (candidates.length > 1)
    return `there are several MqttBrokers${name === undefined ? '' : ` called ${name}`}, ${which}`;
  return `there is no MqttBroker ${name ?? ''}, ${which}`;
}

/** Who has an identity on a broker. */
interface Holder {
  readonly resolved: ResolvedDevice | undefined;
  /** Why nobody has the identity, although devices claim it. */
  readonly findings: readonly Finding[];
}

/** The device that has an identity on this broker: of several claims at most one resolves. */
export function holderOf(fleet: Fleet, broker: Broker, identity: string): Holder {
  const key: ObjectKey = keyOf(broker);
  const claimants = (fleet.devices.get(identity) ?? []).filter((device) => device.broker === key);
  const results = claimants.map((device) => resolveDevice(fleet, device));
  const resolved = results.find((result) => result.ok)?.value;
  return { resolved, findings: results.flatMap((result) => (result.ok ? [] : result.findings)) };
}

function explained(
  { fleet, broker, now }: World,
  question: Question,
  verdict: Verdict<EffectiveRule | undefined>,
): Answer {
  const { resolved, findings } = holderOf(fleet, broker, question.identity);
  const nearest = resolved && isUngranted(verdict) ? nearestAllow(resolved, question, now) : undefined;
  const lines = [
    `${verdict.allowed ? 'yes' : 'no'}: ${verdict.why}`,
    ...(verdict.rule ? ruleLines(verdict.rule) : []),
    ...(resolved ? [] : unknownLines(broker, question, findings)),
    ...(nearest ? nearestLines(nearest) : []),
    ...(question.action === 'subscribe' ? [subscribeLine] : []),
  ];
  return { ...verdict, findings: resolved ? [] : findings, lines, ...(nearest && { nearest }) };
}

const subscribeLine = 'note: Mosquitto accepts every subscription (SUBACK); what may not be received is not delivered';

function isUngranted({ why }: Verdict<unknown>): boolean {
  return why === whys.noRule || why === whys.partlyAllowed;
}

function unknownLines(broker: Broker, { identity }: Question, findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return [`no MqttDevice of ${refText(broker.origin)} has the identity ${identity}`];
  return findings.map(({ object, message }) => `${object ? refText(object) : identity} is refused: ${message}`);
}

/** `rule 2 of AclTemplate plant/sensor: Allow Publish sensors/{device}/#, here sensors/s-1/#`, then its description. */
function ruleLines(rule: EffectiveRule): readonly string[] {
  const { object, index, topic, description } = rule.origin;
  const here = filterText(rule.filter);
  const end = rule.expiresAt ? `, until ${rule.expiresAt.toISOString()}` : '';
  const what = [rule.effect, ...rule.actions, topic].join(' ');
  const line = `rule ${index} of ${refText(object)}: ${what}${here === topic ? '' : `, here ${here}`}${end}`;
  return description === undefined ? [line] : [line, `  ${description}`];
}

function nearestLines({ rule, why }: NearestRule): readonly string[] {
  const [line = '', ...rest] = ruleLines(rule);
  return [`nearest: ${line}`, ...rest, `  ${why}`];
}

function nearestAllow({ rules }: ResolvedDevice, { action, topic }: Question, now: Date): NearestRule | undefined {
  const asked = filterOf(topic);
  if (!asked.ok) return undefined;
  const wanted: RuleAction = action === 'publish' ? 'Publish' : 'Subscribe';
  const allows = rules.filter(({ effect }) => effect === 'Allow');
  const failures = allows.map((rule) => failureOf(rule, asked.value, wanted, now));
  const [nearest] = failures.toSorted((a, b) => b.nearness - a.nearness);
  return nearest && { rule: nearest.rule, why: nearest.why };
}

interface Failure extends NearestRule {
  /** Number of levels that fit; all of them is nearer than any number. */
  readonly nearness: number;
}

function failureOf(rule: EffectiveRule, asked: TopicFilter, wanted: RuleAction, now: Date): Failure {
  const { filter, actions: granted, expiresAt } = rule;
  if (!filterContains(filter, asked)) {
    const fitting = fittingLevels(filter, asked);
    return {
      rule,
      why: partingText(filter, asked, fitting),
      nearness: granted.includes(wanted) ? fitting + 0.5 : fitting,
    };
  }
  if (granted.includes(wanted) && expiresAt && expiresAt <= now) {
    return { rule, why: `it ended at ${expiresAt.toISOString()}`, nearness: Infinity };
  }
  return { rule, why: `it fits, but is for ${granted.join(' and ')} only, not ${wanted}`, nearness: Number.MAX_VALUE };
}

function fittingLevels(filter: TopicFilter, asked: TopicFilter): number {
  const parting = filter.findIndex((level, i) => {
    const other = asked[i];
    if (level.kind === 'hash') return false;
    if (other === undefined || other.kind === 'hash') return true;
    return level.kind === 'literal' && levelText(level) !== levelText(other);
  });
  return parting < 0 ? filter.length : parting;
}

function partingText(filter: TopicFilter, asked: TopicFilter, fitting: number): string {
  const [level, other] = [filter[fitting], asked[fitting]];
  if (level === undefined && other === undefined)
    return 'wildcards at the beginning do not reach topics that begin with $';
  if (level === undefined) return `it has ${filter.length} levels, not ${asked.length}`;
  if (other === undefined) return `it has more levels: ${levelText(level)} follows where this ends`;
  return `level ${fitting + 1} is ${JSON.stringify(levelText(level))} there, not ${JSON.stringify(levelText(other))}`;
}
