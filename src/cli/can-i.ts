import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { deviceVerdicts, type Verdict } from '../domain/acl/verdict.ts';
import { type EffectiveRule } from '../domain/acl/rule.ts';
import { filterText } from '../domain/acl/filter.ts';
import { type Finding } from '../domain/finding.ts';
import { keyOf, type Broker, type Device } from '../domain/fleet.ts';
import { refText } from '../domain/names.ts';
import { resolveDevice, type ResolvedDevice } from '../domain/resolve.ts';
import { chosenBroker } from '../local/chosen-broker.ts';
import { withPositions } from '../parse/manifests.ts';
import { brokerOption, choiceOf, commandOf, nowOption } from './command.ts';
import { fleetInput, isRefused, type FleetInput } from './fleet-input.ts';
import { UsageError, type ExitCode, type Io } from './io.ts';

const actions = ['publish', 'receive', 'subscribe'] as const;
type Action = (typeof actions)[number];

export const command = commandOf({
  synopsis: 'IDENTITY publish|receive|subscribe TOPIC PATH… [--explain]\n       can-i --batch FILE PATH…',
  about: `Tells whether the broker lets an identity publish to a topic, receive a message on it, or subscribe to a filter.
A subscription is a yes only if everything that the filter selects may be received; Mosquitto itself grants
any subscription and drops what may not be read. Exit code 0: yes. 1: no. 2: no answer.
--batch reads lines {"identity": …, "action": …, "topic": …} and writes one line for each, in order; its exit code
is 0 when all could be answered.`,
  options: {
    explain: { type: 'boolean', about: 'name the rule that decides, and where it comes from' },
    batch: { type: 'string', value: 'FILE', about: 'questions as JSON lines; - for standard input' },
    broker: brokerOption,
    now: nowOption,
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'text (default) or json' },
  },
  run: async ({ options, operands, io }) => {
    const format = choiceOf('output', options.output, ['text', 'json']) ?? 'text';
    const question = options.batch === undefined ? questionOf(operands) : undefined;
    const paths = operands.slice(question ? 3 : 0);
    if (options.batch === '-' && paths.includes('-')) throw new UsageError('only one of --batch and PATH can be -');
    const input = await fleetInput(paths, io);
    if (isRefused([...input.unreadable, ...input.findings], io)) return 2;
    const judge = judgeOf(input, options.broker, io.now());
    if (options.batch !== undefined) return answeredAll(options.batch, judge, io);
    return question ? answered(question, judge, { json: format === 'json', explain: options.explain === true }, io) : 2;
  },
});

interface Question {
  readonly identity: string;
  readonly action: Action;
  readonly topic: string;
}

function questionOf([identity, action, topic]: readonly string[]): Question {
  if (identity === undefined || action === undefined || topic === undefined) {
    throw new UsageError('can-i takes IDENTITY, an action, TOPIC and the manifests');
  }
  const known = actions.find((one) => one === action);
  if (!known) throw new UsageError(`action '${action}' is none of ${actions.join(', ')}`);
  return { identity, action: known, topic };
}

type Answer = Verdict<EffectiveRule | undefined>;

/** Answers questions about the devices of one broker. */
interface Judge {
  readonly input: FleetInput;
  readonly answer: (question: Question) => Answer;
  /** Why the rules of this identity do not resolve; it then has no rights. */
  readonly problems: (identity: string) => readonly Finding[];
}

function judgeOf(input: FleetInput, brokerName: string | undefined, now: Date): Judge {
  const claim = claimsOn(input, brokerName);
  const deviceOf = (identity: string): ResolvedDevice | undefined => {
    const device = claim(identity);
    const resolved = device && resolveDevice(input.fleet, device);
    return resolved?.ok ? resolved.value : undefined;
  };
  const problems = (identity: string): readonly Finding[] => {
    const device = claim(identity);
    const resolved = device && resolveDevice(input.fleet, device);
    return resolved && !resolved.ok ? resolved.findings : [];
  };
  const engine = deviceVerdicts(deviceOf, now);
  return { input, problems, answer: ({ identity, action, topic }) => engine[action](identity, topic) };
}

/** Who has an identity on the broker that is meant. Without a name, an identity that one broker alone knows is clear. */
function claimsOn({ fleet }: FleetInput, brokerName: string | undefined): (identity: string) => Device | undefined {
  const isClear = brokerName !== undefined || fleet.brokers.size <= 1;
  const chosen: Broker | undefined = isClear ? chosenBroker(fleet, brokerName) : undefined;
  return (identity) => {
    const claimants = fleet.devices.get(identity) ?? [];
    const broker = chosen ? keyOf(chosen) : claimants[0]?.broker;
    if (!chosen && claimants.some((device) => device.broker !== broker)) chosenBroker(fleet, undefined);
    return claimants.find((device) => device.broker === broker);
  };
}

function answered(question: Question, judge: Judge, shape: { json: boolean; explain: boolean }, io: Io): ExitCode {
  if (isRefused(withPositions(judge.problems(question.identity), judge.input), io)) return 2;
  const answer = judge.answer(question);
  if (shape.json) io.out(`${JSON.stringify(record(question, answer, judge.input), undefined, 2)}\n`);
  else io.out(`${answer.allowed ? 'yes' : 'no'}\n${shape.explain ? explanation(question, answer, judge.input) : ''}`);
  return answer.allowed ? 0 : 1;
}

function explanation({ action }: Question, { allowed, why, rule }: Answer, input: FleetInput): string {
  const lines = [why];
  if (rule) {
    const { object, index, topic, description } = rule.origin;
    const place = input.positionOf(object, `spec.rules[${String(index)}].topic`);
    const at = place ? ` (${place.file}:${String(place.line)})` : '';
    lines.push(`${rule.effect} ${rule.actions.join(', ')} ${filterText(rule.filter)}`);
    lines.push(`rule ${String(index)} of ${refText(object)}: ${topic}${description ? `, ${description}` : ''}${at}`);
    if (rule.expiresAt) lines.push(`until ${rule.expiresAt.toISOString()}`);
  }
  if (action === 'subscribe' && !allowed) {
    lines.push('Mosquitto answers the SUBSCRIBE with success nevertheless, and delivers only what may be received');
  }
  return lines.map((line) => `  ${line}\n`).join('');
}

function record(question: Question, { allowed, why, rule }: Answer, input: FleetInput) {
  if (!rule) return { ...question, allowed, why };
  const { object, index, topic } = rule.origin;
  const place = input.positionOf(object, `spec.rules[${String(index)}].topic`);
  const { kind, namespace, name } = object;
  const origin = { kind, namespace, name, index, topic, ...(place && { file: place.file, line: place.line }) };
  return { ...question, allowed, why, rule: { effect: rule.effect, filter: filterText(rule.filter), ...origin } };
}

async function answeredAll(file: string, judge: Judge, io: Io): Promise<ExitCode> {
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
    } else output.add(batchAnswer(question, judge));
  }
  output.end();
  return failures > 0 ? 2 : 0;
}

function batchAnswer(question: Question, judge: Judge) {
  const { allowed, why } = judge.answer(question);
  if (allowed) return { allowed, why };
  const [problem] = judge.problems(question.identity);
  return { allowed, why: problem?.message ?? why };
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
