import {
  type Checked,
  filterContains,
  filterProblem,
  filterText,
  hashLevel,
  type Level,
  maximumBytes,
  maximumLevels,
  plusLevel,
  type TopicFilter,
} from './filter.ts';
import type { PatternLevel, TopicPattern } from './rule.ts';

/** What the variables of a pattern stand for, for one identity; each comes from `levelValueOf`. */
export interface LevelValues {
  readonly device: Level;
  readonly namespace: Level;
  /** Absent where there is no group: a `{group}` level then has no value. */
  readonly group?: Level;
  readonly parameters: ReadonlyMap<string, Level>;
}

const variables: ReadonlyMap<string, PatternLevel> = new Map([
  ['{device}', { kind: 'variable', name: 'device' }],
  ['{group}', { kind: 'variable', name: 'group' }],
  ['{namespace}', { kind: 'variable', name: 'namespace' }],
]);
const parameterVariable = /^\{param\.([A-Za-z][A-Za-z0-9_-]{0,62})\}$/;

/**
 * Reads the topic of a rule: a topic filter whose whole levels may be `{device}`, `{group}`, `{namespace}` or
 * `{param.NAME}`. The problem names what is wrong with it.
 */
export function patternOf(text: string): Checked<TopicPattern> {
  const problem = filterProblem(text) ?? placeholderProblem(text);
  if (problem !== undefined) return { ok: false, problem };
  const levels: PatternLevel[] = [];
  for (const part of text.split('/')) {
    const level = patternLevelOf(part);
    if (!level.ok) return level;
    levels.push(level.value);
  }
  return { ok: true, value: levels };
}

function patternLevelOf(text: string): Checked<PatternLevel> {
  if (text === '+') return { ok: true, value: plusLevel };
  if (text === '#') return { ok: true, value: hashLevel };
  if (!text.includes('{') && !text.includes('}')) return { ok: true, value: { kind: 'literal', text } };
  const variable = variables.get(text);
  if (variable) return { ok: true, value: variable };
  const name = parameterVariable.exec(text)?.[1];
  if (name !== undefined) return { ok: true, value: { kind: 'parameter', name } };
  return { ok: false, problem: braceProblem(text) };
}

function braceProblem(text: string): string {
  const known = '{device}, {group}, {namespace} or {param.NAME}';
  if (/\{(?:device|group|namespace|param\.[A-Za-z][A-Za-z0-9_-]{0,62})\}/.test(text)) {
    return `has a variable in part of the level "${text}": a variable fills a whole level`;
  }
  return `has "${text}", which is no variable: a level with braces is one of ${known}`;
}

function placeholderProblem(text: string): string | undefined {
  // In a pattern line Mosquitto 2.0 replaces these anywhere, 2.1 only as a whole level (facts 4.6).
  const placeholder = /%[uc]/.exec(text)?.[0];
  return placeholder && `has ${placeholder}, which Mosquitto replaces: write {device}`;
}

export function patternText(pattern: TopicPattern): string {
  return pattern.map(patternLevelText).join('/');
}

function patternLevelText(level: PatternLevel): string {
  switch (level.kind) {
    case 'literal':
      return level.text;
    case 'plus':
      return '+';
    case 'hash':
      return '#';
    case 'variable':
      return `{${level.name}}`;
    case 'parameter':
      return `{param.${level.name}}`;
  }
}

/** Reads the value of a variable: one literal level that reaches nowhere beyond itself (facts 4.8). */
export function levelValueOf(value: string): Checked<Level> {
  const problem = levelValueProblem(value);
  return problem === undefined ? { ok: true, value: { kind: 'literal', text: value } } : { ok: false, problem };
}

function levelValueProblem(value: string): string | undefined {
  if (value.includes('/')) return 'has a slash: a variable fills exactly one level';
  if (value.includes('+') || value.includes('#')) return 'has a wildcard: a variable stands for one name';
  if (value.startsWith('$')) return 'begins with $';
  return filterProblem(value) ?? placeholderProblem(value);
}

const openedFilters = new WeakMap<TopicPattern, TopicFilter>();

/** The pattern with each variable as `+`: what it could select at most, whatever the values. */
export function openedFilter(pattern: TopicPattern): TopicFilter {
  const known = openedFilters.get(pattern);
  if (known) return known;
  const opened = pattern.map((level) => (isVariable(level) ? plusLevel : level));
  openedFilters.set(pattern, opened);
  return opened;
}

function isVariable(level: PatternLevel): level is Extract<PatternLevel, { readonly name: string }> {
  return level.kind === 'variable' || level.kind === 'parameter';
}

/**
 * The filter that a pattern is for one identity. It is proved to lie within the opened pattern, so that no value can
 * widen a rule; the problem says which variable has no value, or that the result is too long for the broker.
 */
export function substituted(pattern: TopicPattern, values: LevelValues): Checked<TopicFilter> {
  const levels: Level[] = [];
  for (const level of pattern) {
    const value = isVariable(level) ? valueOf(level, values) : level;
    if (value === undefined) return { ok: false, problem: `has ${patternLevelText(level)}, which has no value here` };
    levels.push(value);
  }
  if (!filterContains(openedFilter(pattern), levels)) return { ok: false, problem: 'reaches beyond its own pattern' };
  return withinLimits(levels);
}

/** The filter below these levels, which come from `levelValueOf`. */
export function prefixed(prefix: readonly Level[], filter: TopicFilter): Checked<TopicFilter> {
  return withinLimits([...prefix, ...filter]);
}

function valueOf(level: Extract<PatternLevel, { readonly name: string }>, values: LevelValues): Level | undefined {
  return level.kind === 'variable' ? values[level.name] : values.parameters.get(level.name);
}

function withinLimits(filter: TopicFilter): Checked<TopicFilter> {
  let units = filter.length;
  for (const level of filter) units += level.kind === 'literal' ? level.text.length : 1;
  // Levels are sound one by one; what is left is the size, and one UTF-16 unit is at most three bytes.
  const small = filter.length <= maximumLevels && units * 3 <= maximumBytes;
  const problem = small ? undefined : filterProblem(filterText(filter));
  return problem === undefined ? { ok: true, value: filter } : { ok: false, problem };
}
