import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { actions, answered, oracleOf, type Answer, type Oracle, type Question } from '../domain/acl/cani.ts';
import { filterText } from '../domain/acl/filter.ts';
import { brokerOption, choiceOf, commandOf, nowOption } from './command.ts';
import { fleetInput, isRefused, type FleetInput } from './fleet-input.ts';
import { UsageError, type ExitCode, type Io } from './io.ts';

export const command = commandOf({
  synopsis: 'IDENTITY publish|receive|subscribe TOPIC PATH… [--explain]\n--batch FILE PATH…',
  about: `Tells whether the broker lets an identity publish to a topic, receive a message on it, or subscribe to a filter.
A subscription is a yes only if everything that the filter selects may be received; Mosquitto itself grants
any subscription and drops what may not be read. Exit code 0: yes. 1: no. 2: no answer.
--batch reads lines {"identity": …, "action": …, "topic": …} and writes a line {"allowed": …} for each, in order;
its exit code is 0 when all could be answered.`,
  options: {
    explain: { type: 'boolean', about: 'name the rule that decides and where it is written, or what came nearest' },
    batch: { type: 'string', value: 'FILE', about: 'questions as JSON lines; - for standard input' },
    broker: brokerOption,
    now: nowOption,
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'text (default) or json' },
  },
  run: async ({ options, operands, io }) => {
    const format = choiceOf('output', options.output, ['text', 'json']) ?? 'text';
    const { batch, broker } = options;
    const question = batch === undefined ? questionOf(operands) : undefined;
    const paths = operands.slice(question ? 3 : 0);
    if (batch === '-' && paths.includes('-')) throw new UsageError('only one of --batch and PATH can be -');
    const input = await fleetInput(paths, io);
    if (isRefused([...input.unreadable, ...input.findings], io)) return 2;
    if (batch !== undefined) return answeredAll(batch, oracleFor(input, io.now(), broker), io);
    if (!question) return 2;
    const answer = answered(input.fleet, { ...question, ...(broker !== undefined && { broker }) }, io.now());
    if (!answer.ok) throw new Error(`choose broker: ${answer.problem}`);
    if (format === 'json') io.out(`${JSON.stringify(record(question, answer.value, input), undefined, 2)}\n`);
    else
      io.out(options.explain === true ? explanation(answer.value, input) : `${answer.value.allowed ? 'yes' : 'no'}\n`);
    return answer.value.allowed ? 0 : 1;
  },
});

function questionOf([identity, action, topic]: readonly string[]): Question {
  if (identity === undefined || action === undefined || topic === undefined) {
    throw new UsageError('can-i takes IDENTITY, an action, TOPIC and the manifests');
  }
  const known = actions.find((one) => one === action);
  if (!known) throw new UsageError(`action '${action}' is none of ${actions.join(', ')}`);
  return { identity, action: known, topic };
}

function oracleFor({ fleet }: FleetInput, now: Date, broker: string | undefined): Oracle {
  const oracle = oracleOf(fleet, now, broker);
  if (oracle.ok) return oracle.value;
  throw new Error(`choose broker: ${oracle.problem}`);
}

function explanation(answer: Answer, input: FleetInput): string {
  const place = placeOf(answer, input);
  const written = place ? [`written at ${place.file}:${String(place.line)}`] : [];
  return [...answer.lines, ...written].map((line) => `${line}\n`).join('');
}

function placeOf({ rule }: Pick<Answer, 'rule'>, { positionOf }: FleetInput) {
  return rule && positionOf(rule.origin.object, `spec.rules[${String(rule.origin.index)}].topic`);
}

function record(question: Question, answer: Answer, input: FleetInput) {
  const { allowed, why, lines, rule } = answer;
  if (!rule) return { ...question, allowed, why, lines };
  const { object, index, topic } = rule.origin;
  const { kind, namespace, name } = object;
  const place = placeOf(answer, input);
  const origin = { kind, namespace, name, index, topic, ...(place && { file: place.file, line: place.line }) };
  return {
    ...question,
    allowed,
    why,
    lines,
    rule: { effect: rule.effect, filter: filterText(rule.filter), ...origin },
  };
}

async function answeredAll(file: string, oracle: Oracle, io: Io): Promise<ExitCode> {
  let failures = 0;
  let number = 0;
  const output = chunkedOutput(io);
  for await (const line of linesOf(file, io)) {
    number += 1;
    if (line.trim() === '') continue;
    const question = parsedQuestion(line);
    if (typeof question === 'string') {
      failures += 1;
      io.err(`${file}:${String(number)}: ${question}\n`);
      output.add({ error: question });
    } else output.add(batchAnswer(oracle, question));
  }
  output.end();
  return failures > 0 ? 2 : 0;
}

function batchAnswer(oracle: Oracle, question: Question) {
  const { allowed, why } = oracle.verdict(question);
  return { allowed, why };
}

function parsedQuestion(line: string): Question | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'the line is no JSON';
  }
  if (typeof value !== 'object' || value === null) return 'the line is no JSON object';
  const { identity, action, topic } = value as Record<string, unknown>;
  if (typeof identity !== 'string' || typeof topic !== 'string') return 'identity and topic must be text';
  const known = actions.find((one) => one === action);
  return known ? { identity, action: known, topic } : `action is none of ${actions.join(', ')}`;
}

function linesOf(file: string, io: Io): AsyncIterable<string> {
  const input = file === '-' ? io.stdin : createReadStream(file);
  return failingLines(createInterface({ input, crlfDelay: Infinity }), input, file);
}

/** readline ends quietly when its stream fails; here that is an error. */
async function* failingLines(lines: AsyncIterable<string>, input: NodeJS.ReadableStream, file: string) {
  let failure: unknown;
  input.once('error', (error: unknown) => {
    failure = error;
  });
  try {
    yield* lines;
  } catch (error) {
    throw new Error(`read ${file}`, { cause: error });
  }
  if (failure !== undefined) throw new Error(`read ${file}`, { cause: failure });
}

/** Collects lines of JSON, so that a million answers are not a million writes. */
function chunkedOutput(io: Io): { add: (value: object) => void; end: () => void } {
  let text = '';
  const end = () => {
    if (text !== '') io.out(text);
    text = '';
  };
  return {
    add: (value) => {
      text += `${JSON.stringify(value)}\n`;
      if (text.length > 65_536) end();
    },
    end,
  };
}
