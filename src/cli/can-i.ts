import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { actions, answered, oracleOf, type Answer, type Question } from '../domain/acl/cani.ts';
import { filterText } from '../domain/acl/filter.ts';
import { brokerOption, choiceOf, commandOf, nowOption } from './command.ts';
import { allNamespacesOption, clusterOptions, refuseClusterFlags, withCluster } from './cluster-options.ts';
import { clusterInput, fleetInput, isRefused, type ClusterInput, type FleetInput } from './fleet-input.ts';
import { UsageError, type ExitCode, type Io } from './io.ts';

export const command = commandOf({
  synopsis: 'IDENTITY publish|receive|subscribe TOPIC [PATH…] [--explain]\n--batch FILE [PATH…]',
  about: `Tells whether the broker lets an identity publish to a topic, receive a message on it, or subscribe to a filter:
by the manifests at PATH, else by what the cluster declares, where lockouts and certificates that ended count too.
A subscription is a yes only if everything that the filter selects may be received; Mosquitto itself grants
any subscription and drops what may not be read. Exit code 0: yes. 1: no. 2: no answer.
--batch reads lines {"identity": …, "action": …, "topic": …} and writes a line {"allowed": …} for each, in order;
its exit code is 0 when all could be answered.`,
  options: {
    explain: { type: 'boolean', about: 'name the rule that decides and where it is written, or what came nearest' },
    batch: { type: 'string', value: 'FILE', about: 'questions as JSON lines; - for standard input' },
    broker: brokerOption,
    now: nowOption,
    ...clusterOptions,
    'all-namespaces': allNamespacesOption,
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'text (default) or json' },
  },
  run: async ({ options, operands, io }) => {
    const format = choiceOf('output', options.output, ['text', 'json']) ?? 'text';
    const { batch, broker } = options;
    const question = batch === undefined ? questionOf(operands) : undefined;
    const paths = operands.slice(question ? 3 : 0);
    if (batch === '-' && paths.includes('-')) throw new UsageError('only one of --batch and PATH can be -');
    const ask: Ask = { question, batch, broker, isExplained: options.explain === true, format };
    if (paths.length === 0) {
      return withCluster(options, 'PATH', async (cluster) =>
        replied(await clusterInput({ cluster, broker }, io), ask, io),
      );
    }
    refuseClusterFlags(options, 'PATH');
    return replied({ ...(await fleetInput(paths, io)), blocks: new Map(), ends: new Map() }, ask, io);
  },
});

interface Ask {
  readonly question: Question | undefined;
  readonly batch: string | undefined;
  readonly broker: string | undefined;
  readonly isExplained: boolean;
  readonly format: 'text' | 'json';
}

async function replied(input: ClusterInput, ask: Ask, io: Io): Promise<ExitCode> {
  const { question, batch, broker, isExplained, format } = ask;
  if (isUnusable(input, io)) return 2;
  if (batch !== undefined) return answeredAll(batch, oracleFor(input, io.now(), broker), io);
  if (!question) return 2;
  const asked = broker ?? onlyHolder(input, question);
  const found = answered(input.fleet, { ...question, ...(asked !== undefined && { broker: asked }) }, io.now());
  if (!found.ok) throw new Error(`choose broker: ${found.problem}`);
  const answer = blockedAnswer(found.value, input.blocks.get(question.identity));
  if (format === 'json') io.out(`${JSON.stringify(record(question, answer, input), undefined, 2)}\n`);
  else io.out(isExplained ? explanation(answer, input) : `${answer.allowed ? 'yes' : 'no'}\n`);
  return answer.allowed ? 0 : 1;
}

/** The one broker among those that are meant that has the identity. */
function onlyHolder({ fleet }: ClusterInput, { identity }: Question): string | undefined {
  const holders = new Set((fleet.devices.get(identity) ?? []).map(({ broker }) => broker));
  const meant = [...holders].filter((broker) => fleet.brokers.has(broker));
  return meant.length === 1 ? meant[0] : undefined;
}

/** Manifests are answered for as a whole or not; on a cluster one bad object blocks only itself. */
function isUnusable({ files, unreadable, findings }: ClusterInput, io: Io): boolean {
  const isRefusing = isRefused([...unreadable, ...findings], io);
  return isRefusing && files + unreadable.length > 0;
}

/** What the operator has seen takes rights away, whatever is declared. */
function blockedAnswer(answer: Answer, why: string | undefined): Answer {
  if (why === undefined || !answer.allowed) return answer;
  return { allowed: false, why, findings: answer.findings, lines: [`no: ${why}`] };
}

function questionOf([identity, action, topic]: readonly string[]): Question {
  if (identity === undefined || action === undefined || topic === undefined) {
    throw new UsageError('can-i takes IDENTITY, an action and TOPIC');
  }
  const known = actions.find((one) => one === action);
  if (!known) throw new UsageError(`action '${action}' is none of ${actions.join(', ')}`);
  return { identity, action: known, topic };
}

type VerdictOf = (question: Question) => { readonly allowed: boolean; readonly why: string };

function oracleFor({ fleet, blocks }: ClusterInput, now: Date, broker: string | undefined): VerdictOf {
  const oracle = oracleOf(fleet, now, broker);
  if (!oracle.ok) throw new Error(`choose broker: ${oracle.problem}`);
  const known = oracle.value;
  return (question) => {
    const given = known.verdict(question);
    const why = given.allowed ? blocks.get(question.identity) : undefined;
    return why === undefined ? given : { allowed: false, why };
  };
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

async function answeredAll(file: string, verdict: VerdictOf, io: Io): Promise<ExitCode> {
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
    } else output.add(batchAnswer(verdict, question));
  }
  output.end();
  return failures > 0 ? 2 : 0;
}

function batchAnswer(verdict: VerdictOf, question: Question) {
  const { allowed, why } = verdict(question);
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
