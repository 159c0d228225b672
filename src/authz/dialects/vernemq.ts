/**
 * VerneMQ webhooks: `auth_on_register`, `auth_on_publish`, `auth_on_subscribe` and those with `_m5` for MQTT 5. All answers
 * are 200. Positive ones about topics say how long they may be kept; negative ones VerneMQ does not keep. Of a
 * subscription to several filters each must be allowed, else all are refused.
 */
import { type Decision, denied, type Denial, type Question } from '../question.ts';
import { type Dialect, type DialectRequest, positiveCacheSeconds, type Reply } from './dialect.ts';
import { type Fields, jsonFields, mediaType, textOf, textProblem } from './fields.ts';

const client = ['username', 'client_id'];
const names = {
  auth_on_register: {
    required: client,
    optional: ['peer_addr', 'peer_port', 'mountpoint', 'password', 'clean_session', 'clean_start', 'properties'],
  },
  auth_on_publish: {
    required: [...client, 'topic'],
    optional: ['mountpoint', 'qos', 'payload', 'retain', 'properties'],
  },
  auth_on_subscribe: { required: [...client, 'topics'], optional: ['mountpoint', 'properties'] },
} as const;
type Hook = keyof typeof names;
const hooks = Object.keys(names) as readonly Hook[];

const mostTopics = 1000;

export const vernemq: Dialect = {
  name: 'vernemq',
  calls: hooks.flatMap((hook) => [hook, `${hook}_m5`]),
  hasDottedLevels: false,
  question,
  reply,
};

function hookOf(call: string): Hook | undefined {
  return hooks.find((hook) => call === hook || call === `${hook}_m5`);
}

function question(request: DialectRequest): Question | Denial {
  const hook = hookOf(request.call);
  if (!hook) return denied('NoSuchCall', 'the path names no call');
  if (request.hook !== request.call) return denied('Malformed', 'the header vernemq-hook names another call');
  if (mediaType(request) !== 'application/json') return denied('WrongContentType', 'not JSON');
  const fields = jsonFields(request, names[hook]);
  if ('allowed' in fields) return fields;
  const problem = textProblem(fields, ['username', 'client_id', 'password', 'topic', 'mountpoint']);
  if (problem) return problem;
  if (textOf(fields, 'mountpoint') !== undefined) return denied('NotAllowed', 'it is about another mountpoint');
  const clientId = textOf(fields, 'client_id');
  if (clientId === undefined) return denied('WrongClient', 'there is no client ID');
  const asked = { identity: textOf(fields, 'username') ?? '', clientId };
  if (hook === 'auth_on_register') return { kind: 'Login', ...asked, ...password(fields) };
  if (hook === 'auth_on_subscribe') return subscription(fields, asked);
  const topic = textOf(fields, 'topic');
  if (topic === undefined) return denied('Malformed', 'topic is none');
  return { kind: 'Topic', ...asked, actions: ['publish'], topics: [topic] };
}

function password(fields: Fields): { readonly password?: string } {
  const text = textOf(fields, 'password');
  return text === undefined ? {} : { password: text };
}

function subscription(fields: Fields, asked: { readonly identity: string; readonly clientId: string }) {
  const topics = fields.get('topics');
  if (!Array.isArray(topics) || topics.length === 0 || topics.length > mostTopics) {
    return denied('Malformed', 'topics is no list of filters');
  }
  const filters = topics.map(filterIn);
  if (!filters.every((filter) => filter !== undefined)) return denied('Malformed', 'topics is no list of filters');
  return { kind: 'Topic', ...asked, actions: ['subscribe'], topics: filters } as const;
}

function filterIn(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null || !('topic' in entry)) return undefined;
  return typeof entry.topic === 'string' && entry.topic !== '' ? entry.topic : undefined;
}

function reply(call: string, { allowed }: Decision): Reply {
  const json = { status: 200, contentType: 'application/json' } as const;
  if (!allowed) return { ...json, body: '{"result":{"error":"not_allowed"}}' };
  // A login is always asked: whoever was taken back comes in no more.
  const isKept = hookOf(call) !== 'auth_on_register';
  return { ...json, body: '{"result":"ok"}', ...(isKept && { cacheControl: `max-age=${positiveCacheSeconds}` }) };
}
