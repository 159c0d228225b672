/** How each kind of broker asks, and what of its answer means yes. */
import type { Dialect, DialectRequest } from '../../src/authz/dialects/dialect.ts';
import { dialects } from '../../src/authz/dialects/index.ts';
import type { Action } from '../../src/domain/acl/cani.ts';
import { form, json } from './dialects/form.ts';
import type { Question } from './scenarios.ts';

type Ask = (question: Question) => DialectRequest;
const names = ({ identity }: Question) => ({ username: identity, clientid: identity });
/** As RabbitMQ writes a topic, or a filter. */
export const routingKey = (topic: string) => topic.replaceAll('/', '.').replaceAll('+', '*');
const hooked = (call: string, value: object): DialectRequest => ({ ...json(call, value), hook: call });
const accesses: Readonly<Record<Action, number>> = { receive: 1, publish: 2, subscribe: 4 };

export interface Way {
  readonly dialect: Dialect;
  readonly actions: readonly Action[];
  readonly ask: Ask;
  /** A login of a client with its password. */
  readonly login: (identity: string, password: string) => DialectRequest;
  readonly isYes: (reply: { readonly status: number; readonly body: string }) => boolean;
}

export const ways: readonly Way[] = [
  {
    dialect: dialects.emqx,
    actions: ['publish', 'subscribe'],
    login: (identity, password) => json('authentication', { username: identity, clientid: identity, password }),
    ask: (question) => json('authorization', { ...names(question), action: question.action, topic: question.topic }),
    // To a login it says who is no superuser, too.
    isYes: ({ body }) => /^\{"result":"allow"[,}]/.test(body),
  },
  {
    dialect: dialects.vernemq,
    actions: ['publish', 'subscribe'],
    login: (identity, password) => hooked('auth_on_register', { username: identity, client_id: identity, password }),
    ask: ({ identity, action, topic }) => {
      const client = { username: identity, client_id: identity };
      if (action === 'publish') return hooked('auth_on_publish', { ...client, topic });
      return hooked('auth_on_subscribe_m5', { ...client, topics: [{ topic, qos: 0 }] });
    },
    isYes: ({ body }) => body === '{"result":"ok"}',
  },
  {
    dialect: dialects['go-auth'],
    actions: ['publish', 'receive', 'subscribe'],
    login: (identity, password) => json('user', { username: identity, clientid: identity, password }),
    ask: (question) => json('acl', { ...names(question), topic: question.topic, acc: accesses[question.action] }),
    isYes: ({ status, body }) => status === 200 && body === '{"Ok":true,"Error":""}',
  },
  {
    dialect: dialects.rabbitmq,
    actions: ['publish', 'subscribe'],
    login: (identity, password) => form('user', { username: identity, password, vhost: '/', client_id: identity }),
    ask: ({ identity, action, topic }) =>
      form('topic', {
        ...{ username: identity, vhost: '/', resource: 'topic', name: 'amq.topic', 'variable_map.client_id': identity },
        ...{ permission: action === 'publish' ? 'write' : 'read', routing_key: routingKey(topic) },
      }),
    isYes: ({ body }) => body === 'allow',
  },
];
