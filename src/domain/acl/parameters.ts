import type { ParameterSpec, Template } from '../fleet.ts';
import type { Level } from './filter.ts';
import { levelValueOf } from './pattern.ts';

interface ParameterProblem {
  readonly name: string;
  /** Follows the name of the parameter: `is 900, above its maximum 100`. */
  readonly problem: string;
}

export interface ParameterReading {
  /** A topic level for each parameter that has a value, given or by default. */
  readonly levels: ReadonlyMap<string, Level>;
  readonly problems: readonly ParameterProblem[];
}

const noParameters: ReadonlyMap<string, Level> = new Map();
const nothingRead: ParameterReading = { levels: noParameters, problems: [] };

/**
 * The values of a template's parameters for one device. A problem is a parameter that is unknown, missing though
 * required or used in a rule, not of its type or out of its bounds, or unable to fill exactly one topic level.
 */
export function parameterLevels(template: Template, given: ReadonlyMap<string, unknown>): ParameterReading {
  if (template.parameters.size === 0 && given.size === 0) return nothingRead;
  const levels = new Map<string, Level>();
  const problems = unknownParameters(template, given);
  for (const [name, spec] of template.parameters) {
    const value = given.get(name) ?? spec.default;
    if (value === undefined && !isNeeded(template, name)) continue;
    const level = value === undefined ? 'is missing' : parameterLevelOf(spec, value);
    if (typeof level === 'string') problems.push({ name, problem: level });
    else levels.set(name, level);
  }
  return { levels, problems };
}

function unknownParameters({ parameters }: Template, given: ReadonlyMap<string, unknown>): ParameterProblem[] {
  const problems: ParameterProblem[] = [];
  for (const name of given.keys()) {
    if (parameters.has(name)) continue;
    const known = [...parameters.keys()].join(', ') || 'none';
    problems.push({ name, problem: `is not a parameter of this template, which has: ${known}` });
  }
  return problems;
}

function isNeeded({ required, rules }: Template, name: string): boolean {
  return (
    required.includes(name) ||
    rules.some(({ pattern }) => pattern.some((level) => level.kind === 'parameter' && level.name === name))
  );
}

/** The level, or the problem with the value. */
function parameterLevelOf(spec: ParameterSpec, value: unknown): Level | string {
  const problem = parameterProblem(spec, value);
  if (problem !== undefined) return problem;
  const level = levelValueOf(String(value));
  return level.ok ? level.value : `is ${JSON.stringify(value)}, which ${level.problem}`;
}

/** What keeps `value` from being one of this parameter, if anything; lengths count characters (code points). */
function parameterProblem(spec: ParameterSpec, value: unknown): string | undefined {
  switch (spec.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `is ${shown(value)}, not a boolean`;
    case 'integer':
      return Number.isSafeInteger(value) ? rangeProblem(spec, value as number) : `is ${shown(value)}, not an integer`;
    case 'string':
      return typeof value === 'string' ? lengthProblem(spec, value) : `is ${shown(value)}, not a string`;
  }
}

function rangeProblem(spec: ParameterSpec, value: number): string | undefined {
  const { minimum = -Infinity, maximum = Infinity } = spec;
  if (value < minimum) return `is ${value}, below its minimum ${minimum}`;
  if (value > maximum) return `is ${value}, above its maximum ${maximum}`;
  return choiceProblem(spec, value);
}

function lengthProblem(spec: ParameterSpec, value: string): string | undefined {
  const { minLength = 0, maxLength = Infinity } = spec;
  const bounded = spec.minLength !== undefined || spec.maxLength !== undefined;
  const length = bounded ? Array.from(value).length : 0;
  if (bounded && length < minLength) return `is ${shown(value)}, shorter than ${minLength} characters`;
  if (bounded && length > maxLength) return `is ${shown(value)}, longer than ${maxLength} characters`;
  return choiceProblem(spec, value);
}

function choiceProblem({ enum: choices }: ParameterSpec, value: string | number): string | undefined {
  if (choices === undefined || choices.includes(value)) return undefined;
  return `is ${shown(value)}, not one of ${choices.join(', ')}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined || text.length > 80 ? `a ${typeof value}` : text;
}
