/** Lines of an acl_file as rules of templates, within the least role that may have them. */
import { type Checked, filterOf, filtersOverlap } from '../acl/filter.ts';
import { limitProblem, type RuleLimits } from '../acl/limits.ts';
import { patternOf } from '../acl/pattern.ts';
import type { Effect, Role, Rule, RuleAction } from '../acl/rule.ts';
import type { ForeignLine } from './acl-reader.ts';
import type { Note } from './note.ts';

/** A rule as a manifest has it. */
export interface WrittenRule {
  readonly effect: Effect;
  readonly actions?: readonly RuleAction[];
  readonly topic: string;
}

export interface WrittenRights {
  readonly role: Role;
  readonly allowControl: boolean;
  readonly rules: readonly WrittenRule[];
}

export interface Rights {
  /** Undefined where nothing is left. */
  readonly rights: WrittenRights | undefined;
  readonly notes: readonly Note[];
  /** A deny could not be written: what it takes away would be allowed to who has the allows beside it. */
  readonly isWide: boolean;
}

/** From the least, as a rule may need it. */
const ladder: readonly RuleLimits[] = [
  { role: 'Device', allowControl: false },
  { role: 'Backend', allowControl: false },
  { role: 'Admin', allowControl: false },
  { role: 'Admin', allowControl: true },
];

/** Of the lines of one user: levels that are its name become `{device}`, so that many users can share a template. */
export function userRights(name: string, lines: readonly ForeignLine[]): Rights {
  return rightsOf(lines, (topic) =>
    checkedTopic(topic.split('/').map((level) => (level === name ? '{device}' : level))),
  );
}

/** Of the pattern lines, which all users have. */
export function patternRights(lines: readonly ForeignLine[]): Rights {
  return rightsOf(lines, (topic) =>
    checkedTopic(topic.split('/').map((level) => (isPlaceholder(level) ? '{device}' : level))),
  );
}

function isPlaceholder(level: string): boolean {
  return level === '%u' || level === '%c';
}

/** A brace that stood in the file is no variable. */
function checkedTopic(levels: readonly string[]): Checked<string> {
  const brace = levels.find((level) => level !== '{device}' && /[{}]/.test(level));
  if (brace !== undefined) return { ok: false, problem: `has "${brace}": braces are for variables in manifests` };
  const topic = levels.join('/');
  const pattern = patternOf(topic);
  return pattern.ok ? { ok: true, value: topic } : pattern;
}

function rightsOf(lines: readonly ForeignLine[], topicOf: (topic: string) => Checked<string>): Rights {
  const found = lines.map((line) => ({ line, ...writtenLine(line, topicOf(line.topic)) }));
  const notes = found.flatMap(({ line, problem }) => (problem === undefined ? [] : [notKept(line, problem)]));
  const isWide = found.some(({ line, problem }) => line.access === 'deny' && problem !== undefined);
  const rules = found.flatMap((one) => one.rules);
  const limits = ladder[Math.max(0, ...rules.map(({ rung }) => rung))];
  if (!limits || rules.length === 0) return { rights: undefined, notes, isWide };
  const unique = new Map(rules.map(({ rule }) => [JSON.stringify(rule), rule]));
  return { rights: { ...limits, rules: [...unique.values()] }, notes, isWide };
}

function writtenLine(line: ForeignLine, topic: Checked<string>): Written {
  return topic.ok ? writtenRules(line, topic.value) : { rules: [], problem: topic.problem };
}

function notKept({ line, access }: ForeignLine, problem: string): Note {
  return { file: 'acl', line, message: `the ${access === 'deny' ? 'deny' : 'rule'} is not kept: its topic ${problem}` };
}

const actionsOf: Readonly<Record<Exclude<ForeignLine['access'], 'deny'>, readonly RuleAction[]>> = {
  read: ['Subscribe'],
  write: ['Publish'],
  readwrite: ['Publish', 'Subscribe'],
};

interface Written {
  readonly rules: readonly { readonly rule: WrittenRule; readonly rung: number }[];
  readonly problem: string | undefined;
}

/** As one rule if some role may have it, else each action for itself. */
function writtenRules({ access }: ForeignLine, topic: string): Written {
  if (access === 'deny') return single({ effect: 'Deny', topic });
  const whole = single({ effect: 'Allow', actions: actionsOf[access], topic });
  if (whole.problem === undefined || access !== 'readwrite') return whole;
  const parts = actionsOf[access].map((action) => single({ effect: 'Allow', actions: [action], topic }));
  return {
    rules: parts.flatMap(({ rules }) => rules),
    problem: parts.find(({ problem }) => problem !== undefined)?.problem,
  };
}

function single(rule: WrittenRule): Written {
  const pattern = patternOf(rule.topic);
  if (!pattern.ok) return { rules: [], problem: pattern.problem };
  const whole: Rule = { ...rule, actions: rule.actions ?? [], pattern: pattern.value };
  const problems = ladder.map((limits) => limitProblem(whole, limits));
  const rung = problems.findIndex((problem) => problem === undefined);
  return rung < 0
    ? { rules: [], problem: `is refused: ${problems.at(-1) ?? ''}` }
    : { rules: [{ rule, rung }], problem: undefined };
}

/**
 * Denies of patterns that Mosquitto passes over where a line of the user allows (facts 4.1), while in manifests a deny
 * beats every allow: the user has less afterwards.
 */
export function narrowedBy(
  name: string,
  lines: readonly ForeignLine[],
  patterns: readonly ForeignLine[],
): readonly Note[] {
  const allows = lines.filter(({ access }) => access !== 'deny');
  return patterns
    .filter(({ access }) => access === 'deny')
    .flatMap(({ topic, line }) => {
      const own = topic.split('/').map((level) => (isPlaceholder(level) ? name : level));
      const met = allows.find((allow) => overlap(allow.topic, own.join('/')));
      if (!met) return [];
      const message = `${name} has less: the deny takes a part of what line ${met.line} allows, for in manifests a deny beats every allow`;
      return [{ file: 'acl', line, message }];
    });
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [filterOf(one), filterOf(other)];
  return a.ok && b.ok && filtersOverlap(a.value, b.value);
}
