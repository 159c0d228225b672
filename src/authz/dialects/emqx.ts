/**
 * EMQX 5, HTTP authentication and HTTP authorization, with JSON bodies made of the placeholders that
 * docs/authorization/emqx.md lists. EMQX passes over every answer that is not 200 or 204, and then lets its own default
 * decide; so a denial is a 200 too.
 */
import type { Action } from '../../domain/acl/cani.ts';
import { type Decision, denied, type Denial, type Question } from '../question.ts';
import type { Dialect, DialectRequest, Reply } from './dialect.ts';
import { type Fields, jsonFields, mediaType, textOf, textProblem } from './fields.ts';

const loginNames = {
  required: ['username', 'clientid'],
  optional: ['password', 'cert_common_name', 'cert_subject', 'peerhost', 'mountpoint'],
};
const topicNames = {
  required: ['username', 'clientid', 'action', 'topic'],
  optional: ['qos', 'retain', 'peerhost', 'mountpoint'],
};

export const emqx: Dialect = {
  name: 'emqx',
  calls: ['authentication', 'authorization'],
  hasDottedLevels: false,
  question,
  reply,
};

function question(request: DialectRequest): Question | Denial {
  const isLogin = request.call === 'authentication';
  if (!isLogin && request.call !== 'authorization') return denied('NoSuchCall', 'the path names no call');
  if (mediaType(request) !== 'application/json') return denied('WrongContentType', 'not JSON');
  const fields = jsonFields(request, isLogin ? loginNames : topicNames);
  if ('allowed' in fields) return fields;
  const problem = textProblem(fields, ['username', 'clientid', 'password', 'cert_common_name', 'action', 'topic']);
  if (problem) return problem;
  const clientId = textOf(fields, 'clientid');
  if (clientId === undefined) return denied('WrongClient', 'there is no client ID');
  const asked = { identity: textOf(fields, 'username') ?? '', clientId };
  return isLogin ? loginQuestion(fields, asked) : topicQuestion(fields, asked);
}

type Asked = Pick<Question, 'identity'> & { readonly clientId: string };

function loginQuestion(fields: Fields, asked: Asked): Question {
  const password = given(fields, 'password');
  const commonName = fields.has('cert_common_name') ? (given(fields, 'cert_common_name') ?? '') : undefined;
  return {
    ...{ kind: 'Login', ...asked },
    ...(password !== undefined && { password }),
    ...(commonName !== undefined && { commonName }),
  };
}

/** A placeholder that stands for nothing is sent as one of these. */
function given(fields: Fields, name: string): string | undefined {
  const text = textOf(fields, name);
  return text === 'undefined' ? undefined : text;
}

const actionsOf: ReadonlyMap<unknown, Action> = new Map([
  ['publish', 'publish'],
  ['subscribe', 'subscribe'],
]);

function topicQuestion(fields: Fields, asked: Asked): Question | Denial {
  const action = actionsOf.get(fields.get('action'));
  const topic = textOf(fields, 'topic');
  if (action === undefined || topic === undefined) return denied('Malformed', 'action or topic is none');
  return { kind: 'Topic', ...asked, actions: [action], topics: [topic] };
}

function reply(call: string, decision: Decision): Reply {
  const result = decision.allowed ? 'allow' : 'deny';
  const isLogin = call === 'authentication' && decision.allowed;
  const expiresAt = decision.allowed ? decision.expiresAt : undefined;
  const body = {
    result,
    ...(isLogin && { is_superuser: false }),
    // Since 5.8 the session ends then; before that nobody looks at it. Whole seconds, rounded so that it ends no later.
    ...(isLogin && expiresAt && { expire_at: Math.floor(expiresAt.getTime() / 1000) }),
  };
  return { status: 200, contentType: 'application/json', body: JSON.stringify(body) };
}
