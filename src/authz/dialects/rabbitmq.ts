/**
 * RabbitMQ, as its rabbitmq_auth_backend_http asks for clients of rabbitmq_mqtt (3.10; `http_method = post`). Everything
 * that a client of another protocol would need is denied: for it no rules are written.
 *
 * A `/` of MQTT is a `.` in the routing key, and nothing tells it from a dot in the topic. So names with dots are refused
 * before (`NotExpressible`), and what is asked here is about levels alone. A `*` in a topic comes out as a `+`, which no topic
 * can have, so nobody publishes one. `#` of RabbitMQ reaches topics that begin with `$`, so on such a broker there are none.
 */
import { denied, type Denial, type Question } from '../question.ts';
import type { Dialect, DialectRequest } from './dialect.ts';
import { type Fields, type FieldNames, formFields, mediaType } from './fields.ts';

const vhostName = '/';
/** `mqtt.exchange` as it is unless somebody changes it. */
const exchangeName = 'amq.topic';

const context = ['tags', 'client_id'];
const topicContext = ['variable_map.username', 'variable_map.vhost', 'variable_map.client_id', ...context];

const fieldNames: ReadonlyMap<string, FieldNames> = new Map([
  ['user', { required: ['username'], optional: ['password', 'vhost', ...context] }],
  ['vhost', { required: ['username', 'vhost'], optional: ['ip', ...context] }],
  ['resource', { required: ['username', 'vhost', 'resource', 'name', 'permission'], optional: context }],
  [
    'topic',
    { required: ['username', 'vhost', 'resource', 'name', 'permission', 'routing_key'], optional: topicContext },
  ],
]);

export const rabbitmq: Dialect = {
  name: 'rabbitmq',
  calls: [...fieldNames.keys()],
  hasDottedLevels: true,
  question,
  reply: (_, { allowed }) => ({ status: 200, contentType: 'text/plain', body: allowed ? 'allow' : 'deny' }),
};

function question(request: DialectRequest): Question | Denial {
  const names = fieldNames.get(request.call);
  if (!names) return denied('NoSuchCall', 'the path names no call');
  if (mediaType(request) !== 'application/x-www-form-urlencoded') return denied('WrongContentType', 'not a form');
  const fields = formFields(request, names);
  if ('allowed' in fields) return fields;
  const vhost = fields.get('vhost');
  if (vhost !== undefined && vhost !== vhostName) return denied('NotAllowed', 'it is about another virtual host');
  const asked = { fields, identity: fields.get('username') ?? '' };
  switch (request.call) {
    case 'user':
      return loginQuestion(asked);
    case 'vhost':
      return presence(asked);
    case 'resource':
      return resourceQuestion(asked);
    default:
      return topicQuestion(asked);
  }
}

interface Asked {
  readonly fields: Fields<string>;
  readonly identity: string;
}

function presence({ fields, identity }: Asked): Question {
  const clientId = fields.get('client_id') ?? fields.get('variable_map.client_id');
  return { kind: 'Presence', identity, ...(clientId !== undefined && { clientId }) };
}

/** Clients of AMQP and STOMP have no client ID. */
function loginQuestion({ fields, identity }: Asked): Question | Denial {
  const [clientId, password] = [fields.get('client_id'), fields.get('password')];
  if (clientId === undefined) return denied('WrongClient', 'it is no client of MQTT');
  return { kind: 'Login', identity, clientId, ...(password !== undefined && password !== '' && { password }) };
}

/** What a client of MQTT needs: the exchange of all topics, and queues that are named like itself. */
function resourceQuestion(asked: Asked): Question | Denial {
  const { fields, identity } = asked;
  const [resource, name, permission] = [fields.get('resource'), fields.get('name'), fields.get('permission')];
  if (resource === 'exchange') {
    const isTopics = name === exchangeName && (permission === 'write' || permission === 'read');
    return isTopics ? presence(asked) : denied('NotAllowed', 'it is about another exchange');
  }
  if (resource !== 'queue') return denied('NotAllowed', 'it is about something that MQTT does not have');
  const isOwn = name === `mqtt-subscription-${identity}qos0` || name === `mqtt-subscription-${identity}qos1`;
  const isUse = permission === 'configure' || permission === 'write' || permission === 'read';
  return isOwn && isUse ? presence(asked) : denied('NotAllowed', 'it is about the queue of somebody else');
}

function topicQuestion(asked: Asked): Question | Denial {
  const { fields } = asked;
  if (fields.get('resource') !== 'topic' || fields.get('name') !== exchangeName) {
    return denied('NotAllowed', 'it is about another exchange');
  }
  const [key, permission] = [fields.get('routing_key') ?? '', fields.get('permission')];
  if (key.includes('/')) return denied('Malformed', 'the routing key is not one of MQTT');
  if (key.startsWith('$')) return denied('NotExpressible', 'the topic begins with $, which # reaches on this broker');
  const about = { ...presence(asked), kind: 'Topic' } as const;
  if (permission !== 'write' && permission !== 'read')
    return denied('Malformed', 'permission is neither read nor write');
  const levels = key.split('.').map((level) => (level === '*' && permission === 'read' ? '+' : level));
  if (levels.some((level) => level.includes('*'))) return denied('NotExpressible', 'a level has *, delivered as +');
  if (permission === 'write') return { ...about, actions: ['publish'], topics: [levels.join('/')] };
  if (key.includes('+')) return denied('Malformed', 'the routing key is not one of MQTT');
  return { ...about, actions: ['subscribe'], topics: [levels.join('/')] };
}
