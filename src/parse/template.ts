import type { AclTemplate } from '../api/types.gen.ts';
import type { Finding, Parsed } from '../domain/finding.ts';
import type { Origin, ParameterSpec, Template } from '../domain/fleet.ts';
import { problemFinding } from './envelope.ts';
import { pathText, type Path } from './path.ts';
import { rulesOf } from './rule.ts';

/** The template of a manifest that has passed its schema and the rules between fields. */
export function templateOf({ spec }: AclTemplate, origin: Origin): Parsed<Template> {
  const parameters = new Map(
    Object.entries(spec.parameters.properties ?? {}).map(([name, parameter]): [string, ParameterSpec] => [
      name,
      { ...parameter },
    ]),
  );
  const { rules, findings } = rulesOf(spec.rules);
  const template: Template = {
    origin,
    role: spec.role,
    allowControl: spec.allowControl,
    parameters,
    required: spec.parameters.required ?? [],
    rules,
  };
  const all = [...findings, ...parameterFindings(parameters), ...undeclared(template)];
  return all.length === 0 ? { ok: true, value: template } : { ok: false, findings: all };
}

/** Bounds, enum and default of a parameter must be of its type and agree: CEL cannot say it for values of any type. */
function parameterFindings(parameters: ReadonlyMap<string, ParameterSpec>): Finding[] {
  return [...parameters].flatMap(([name, parameter]) => {
    const path: Path = ['spec', 'parameters', 'properties', name];
    const values = [
      ...(parameter.enum ?? []).map((value, index) => ({ value, at: [...path, 'enum', index] })),
      ...(parameter.default === undefined ? [] : [{ value: parameter.default, at: [...path, 'default'] }]),
    ];
    return values.flatMap(({ value, at }) => {
      const problem = valueProblem(parameter, value);
      return problem === undefined ? [] : [problemFinding('MQS010', at, `\`${pathText(at)}\` ${problem}`)];
    });
  });
}

type Value = string | number | boolean;

function valueProblem(parameter: ParameterSpec, value: Value): string | undefined {
  if (!isOfType(parameter.type, value)) return `is not of type ${parameter.type}`;
  if (parameter.enum && !parameter.enum.includes(value)) return 'is not one of `enum`';
  const { minLength = 0, maxLength = Infinity, minimum = -Infinity, maximum = Infinity } = parameter;
  if (typeof value === 'string') {
    const length = Array.from(value).length;
    return length < minLength || length > maxLength ? 'is not within `minLength` and `maxLength`' : undefined;
  }
  if (typeof value !== 'number') return undefined;
  return value < minimum || value > maximum ? 'is not within `minimum` and `maximum`' : undefined;
}

function isOfType(type: ParameterSpec['type'], value: Value): boolean {
  return type === 'integer' ? Number.isSafeInteger(value) : typeof value === type;
}

/** A rule over a parameter that does not exist would fit no device. */
function undeclared({ rules, parameters }: Template): Finding[] {
  return rules.flatMap(({ pattern }, index) =>
    pattern.flatMap((level) => {
      if (level.kind !== 'parameter' || parameters.has(level.name)) return [];
      const path: Path = ['spec', 'rules', index, 'topic'];
      return [
        problemFinding(
          'MQS010',
          path,
          `\`${pathText(path)}\` has {param.${level.name}}, which \`spec.parameters.properties\` does not declare`,
        ),
      ];
    }),
  );
}
