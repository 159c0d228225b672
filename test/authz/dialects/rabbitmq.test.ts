import assert from 'node:assert/strict';
import { rabbitmq } from '../../../src/authz/dialects/rabbitmq.ts';
import { denied, type Question } from '../../../src/authz/question.ts';
import { form, json } from './form.ts';

const user = { username: 's-1', password: 'pw+ä &=', vhost: '/', client_id: 's-1' };
const about = { username: 's-1', vhost: '/', 'variable_map.client_id': 's-1' };
const topic = { ...about, resource: 'topic', name: 'amq.topic' };
const asked = { identity: 's-1', clientId: 's-1' };
const resource = (kind: string, name: string, permission: string) =>
  form('resource', { username: 's-1', vhost: '/', resource: kind, name, permission, client_id: 's-1' });

const understood: readonly (readonly [string, ReturnType<typeof form>, Question])[] = [
  ['a login', form('user', user), { kind: 'Login', ...asked, password: 'pw+ä &=' }],
  [
    'a login by certificate, without a password',
    form('user', { username: 's-1', client_id: 's-1' }),
    { kind: 'Login', ...asked },
  ],
  [
    'a content type with a parameter',
    form('user', user, 'Application/X-WWW-Form-Urlencoded; charset=utf-8'),
    { kind: 'Login', ...asked, password: 'pw+ä &=' },
  ],
  [
    'the virtual host of MQTT',
    form('vhost', { username: 's-1', vhost: '/', ip: '192.0.2.1', client_id: 's-1', tags: '' }),
    { kind: 'Presence', ...asked },
  ],
  ['the exchange of topics', resource('exchange', 'amq.topic', 'write'), { kind: 'Presence', ...asked }],
  [
    'the queue of the client',
    resource('queue', 'mqtt-subscription-s-1qos1', 'configure'),
    { kind: 'Presence', ...asked },
  ],
  [
    'a publish, with levels for dots',
    form('topic', { ...topic, permission: 'write', routing_key: 'sensors.s-1..x y' }),
    { kind: 'Topic', ...asked, actions: ['publish'], topics: ['sensors/s-1//x y'] },
  ],
  [
    'a subscription, with the wildcards of MQTT',
    form('topic', { ...topic, permission: 'read', routing_key: 'sensors.*.x.#' }),
    { kind: 'Topic', ...asked, actions: ['subscribe'], topics: ['sensors/+/x/#'] },
  ],
];

const refused: readonly (readonly [string, ReturnType<typeof form>, string])[] = [
  ['a call that there is not', form('users', user), 'NoSuchCall'],
  ['JSON', json('user', user), 'WrongContentType'],
  ['no content type', form('user', user, ''), 'WrongContentType'],
  ['a form without an equals sign', { ...form('user', {}), body: Buffer.from('username') }, 'Malformed'],
  ['a broken percent sign', { ...form('user', {}), body: Buffer.from('username=%zz&client_id=a') }, 'Malformed'],
  ['bytes that are no UTF-8', { ...form('user', {}), body: Buffer.from([0x75, 0x3d, 0xff]) }, 'Malformed'],
  ['a field twice', { ...form('user', {}), body: Buffer.from('username=a&username=b&client_id=a') }, 'Malformed'],
  ['an empty body', { ...form('user', {}), body: Buffer.alloc(0) }, 'Malformed'],
  ['a missing field', form('vhost', { username: 's-1' }), 'Malformed'],
  ['a field that is not known', form('user', { ...user, otp: '1' }), 'UnknownField'],
  [
    'a field with the name of a prototype',
    form('user', { ...user, ['__proto__']: '1', constructor: 'x' }),
    'UnknownField',
  ],
  [
    'a login of AMQP, which has no client ID',
    form('user', { username: 's-1', password: 'pw', vhost: '/' }),
    'WrongClient',
  ],
  ['another virtual host', form('vhost', { username: 's-1', vhost: 'other' }), 'NotAllowed'],
  ['another exchange', resource('exchange', 'amq.direct', 'write'), 'NotAllowed'],
  ['making the exchange', resource('exchange', 'amq.topic', 'configure'), 'NotAllowed'],
  ['the queue of somebody else', resource('queue', 'mqtt-subscription-s-2qos1', 'read'), 'NotAllowed'],
  ['a queue that begins like the own one', resource('queue', 'mqtt-subscription-s-1qos1x', 'read'), 'NotAllowed'],
  ['something else', resource('user', 'amq.topic', 'write'), 'NotAllowed'],
  [
    'a topic of another exchange',
    form('topic', { ...topic, name: 'x', permission: 'write', routing_key: 'a' }),
    'NotAllowed',
  ],
  [
    'a slash, which MQTT has none of there',
    form('topic', { ...topic, permission: 'write', routing_key: 'a/b' }),
    'Malformed',
  ],
  ['a plus in a filter', form('topic', { ...topic, permission: 'read', routing_key: 'a.+' }), 'Malformed'],
  ['a star in a topic', form('topic', { ...topic, permission: 'write', routing_key: 'a.*' }), 'NotExpressible'],
  ['a star in a level', form('topic', { ...topic, permission: 'read', routing_key: 'a.x*' }), 'NotExpressible'],
  ['another permission', form('topic', { ...topic, permission: 'configure', routing_key: 'a' }), 'Malformed'],
  [
    'a topic that begins with $',
    form('topic', { ...topic, permission: 'write', routing_key: '$SYS.x' }),
    'NotExpressible',
  ],
];

describe('dialect rabbitmq', () => {
  for (const [what, request, question] of understood) {
    it(`understands ${what}`, () => assert.deepEqual(rabbitmq.question(request), question));
  }
  for (const [what, request, reason] of refused) {
    it(`denies ${what}: ${reason}`, () => {
      const answer = rabbitmq.question(request);
      assert.equal('reason' in answer ? answer.reason : 'understood', reason);
    });
  }
  it('answers allow or deny, always with 200, and never why', () => {
    const reply = { status: 200, contentType: 'text/plain' };
    assert.deepEqual(rabbitmq.reply('user', { allowed: true }), { ...reply, body: 'allow' });
    assert.deepEqual(rabbitmq.reply('topic', denied('NotAllowed', 'secret')), { ...reply, body: 'deny' });
  });
});
