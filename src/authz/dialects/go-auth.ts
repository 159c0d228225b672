/**
 * The HTTP backend of mosquitto-go-auth, with `http_params_mode` json or form and `http_response_mode` status or json: an
 * answer is right in both. It asks for every message that is delivered, too (`acc` 1).
 */
import type { Action } from '../../domain/acl/cani.ts';
import { type Decision, denied, type Denial, type Question } from '../question.ts';
import type { Dialect, DialectRequest, Reply } from './dialect.ts';
import { type FieldNames, type Fields, formFields, jsonFields, mediaType, textOf, textProblem } from './fields.ts';

const fieldNames: ReadonlyMap<string, FieldNames> = new Map([
  ['user', { required: ['username', 'password', 'clientid'], optional: [] }],
  ['superuser', { required: ['username'], optional: [] }],
  ['acl', { required: ['username', 'clientid', 'topic', 'acc'], optional: [] }],
]);

export const goAuth: Dialect = {
  name: 'go-auth',
  calls: [...fieldNames.keys()],
  hasDottedLevels: false,
  question,
  reply,
};

function question(request: DialectRequest): Question | Denial {
  const names = fieldNames.get(request.call);
  if (!names) return denied('NoSuchCall', 'the path names no call');
  const fields = fieldsOf(request, names);
  if ('allowed' in fields) return fields;
  const problem = textProblem(fields, ['username', 'password', 'clientid', 'topic']);
  if (problem) return problem;
  const identity = textOf(fields, 'username') ?? '';
  if (request.call === 'superuser') return { kind: 'Superuser', identity };
  const clientId = textOf(fields, 'clientid');
  if (clientId === undefined) return denied('WrongClient', 'there is no client ID');
  if (request.call === 'acl') return aclQuestion(fields, { identity, clientId });
  const password = textOf(fields, 'password');
  return { kind: 'Login', identity, clientId, ...(password !== undefined && { password }) };
}

function fieldsOf(request: DialectRequest, names: FieldNames): Fields | Denial {
  const type = mediaType(request);
  if (type === 'application/json') return jsonFields(request, names);
  if (type === 'application/x-www-form-urlencoded') return formFields(request, names);
  return denied('WrongContentType', 'neither JSON nor a form');
}

/** MOSQ_ACL_READ, WRITE, their sum, and SUBSCRIBE; a number in JSON, text in a form. */
const actionsOf: ReadonlyMap<string, readonly Action[]> = new Map([
  ['1', ['receive']],
  ['2', ['publish']],
  ['3', ['receive', 'publish']],
  ['4', ['subscribe']],
]);

function aclQuestion(
  fields: Fields,
  asked: { readonly identity: string; readonly clientId: string },
): Question | Denial {
  const [acc, topic] = [fields.get('acc'), textOf(fields, 'topic')];
  const actions = typeof acc === 'number' || typeof acc === 'string' ? actionsOf.get(String(acc)) : undefined;
  if (!actions || topic === undefined) return denied('Malformed', 'acc or topic is none');
  return { kind: 'Topic', ...asked, actions, topics: [topic] };
}

function reply(_: string, { allowed }: Decision): Reply {
  const contentType = 'application/json';
  if (allowed) return { status: 200, contentType, body: '{"Ok":true,"Error":""}' };
  return { status: 403, contentType, body: '{"Ok":false,"Error":"denied"}' };
}
