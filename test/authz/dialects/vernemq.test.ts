import assert from 'node:assert/strict';
import type { DialectRequest } from '../../../src/authz/dialects/dialect.ts';
import { vernemq } from '../../../src/authz/dialects/vernemq.ts';
import { denied, type Question } from '../../../src/authz/question.ts';
import { form, json } from './form.ts';

const client = { username: 's-1', client_id: 's-1', mountpoint: '' };
const asked = { identity: 's-1', clientId: 's-1' };
const publish = { ...client, topic: 'a/b', qos: 1, payload: 'aGk=', retain: false };
const hooked = (request: DialectRequest, hook = request.call): DialectRequest => ({ ...request, hook });

const understood: readonly (readonly [string, DialectRequest, Question])[] = [
  [
    'a login',
    json('auth_on_register', { ...client, peer_addr: '192.0.2.1', peer_port: 1, password: 'pw', clean_session: true }),
    { kind: 'Login', ...asked, password: 'pw' },
  ],
  [
    'a login of MQTT 5 without a password',
    json('auth_on_register_m5', { ...client, password: null, clean_start: true, properties: {} }),
    { kind: 'Login', ...asked },
  ],
  ['a publish', json('auth_on_publish', publish), { kind: 'Topic', ...asked, actions: ['publish'], topics: ['a/b'] }],
  [
    'a publish of MQTT 5',
    json('auth_on_publish_m5', { ...publish, properties: {} }),
    { kind: 'Topic', ...asked, actions: ['publish'], topics: ['a/b'] },
  ],
  [
    'a subscription to two filters',
    json('auth_on_subscribe', {
      ...client,
      topics: [
        { topic: 'a/#', qos: 1 },
        { topic: 'b', qos: 0 },
      ],
    }),
    { kind: 'Topic', ...asked, actions: ['subscribe'], topics: ['a/#', 'b'] },
  ],
];

const refused: readonly (readonly [string, DialectRequest, string])[] = [
  ['a hook that there is not', hooked(json('on_publish', publish)), 'NoSuchCall'],
  ['a header that names another hook', hooked(json('auth_on_publish', publish), 'auth_on_register'), 'Malformed'],
  ['no header', json('auth_on_publish', publish), 'Malformed'],
  ['a form', hooked(form('auth_on_register', { username: 'a', client_id: 'a' })), 'WrongContentType'],
  ['a field that is not known', hooked(json('auth_on_publish', { ...publish, more: 1 })), 'UnknownField'],
  ['a missing field', hooked(json('auth_on_publish', client)), 'Malformed'],
  ['an empty topic', hooked(json('auth_on_publish', { ...publish, topic: '' })), 'Malformed'],
  ['another mountpoint', hooked(json('auth_on_publish', { ...publish, mountpoint: 'other' })), 'NotAllowed'],
  ['no client ID', hooked(json('auth_on_register', { ...client, client_id: null })), 'WrongClient'],
  ['no filters', hooked(json('auth_on_subscribe', { ...client, topics: [] })), 'Malformed'],
  ['filters that are no objects', hooked(json('auth_on_subscribe', { ...client, topics: ['a'] })), 'Malformed'],
  ['a filter without a topic', hooked(json('auth_on_subscribe', { ...client, topics: [{ qos: 1 }] })), 'Malformed'],
  ['filters as a map', hooked(json('auth_on_subscribe', { ...client, topics: { 0: { topic: 'a' } } })), 'Malformed'],
];

describe('dialect vernemq', () => {
  for (const [what, request, question] of understood) {
    it(`understands ${what}`, () => assert.deepEqual(vernemq.question(hooked(request)), question));
  }
  for (const [what, request, reason] of refused) {
    it(`denies ${what}: ${reason}`, () => {
      const answer = vernemq.question(request);
      assert.equal('reason' in answer ? answer.reason : 'understood', reason);
    });
  }
  it('lets a positive answer about a topic be kept for a second, a login and a denial not at all', () => {
    const kept = (call: string, isAllowed: boolean) =>
      vernemq.reply(call, isAllowed ? { allowed: true } : denied('NotAllowed', 'secret')).cacheControl;
    assert.equal(kept('auth_on_publish', true), 'max-age=1');
    assert.equal(kept('auth_on_subscribe_m5', true), 'max-age=1');
    assert.equal(kept('auth_on_register', true), undefined);
    assert.equal(kept('auth_on_publish', false), undefined);
  });
  it('answers always with 200, and never why', () => {
    const { status, body } = vernemq.reply('other', denied('NoSuchCall', 'secret'));
    assert.deepEqual([status, body], [200, '{"result":{"error":"not_allowed"}}']);
    assert.equal(vernemq.reply('auth_on_publish', { allowed: true }).body, '{"result":"ok"}');
  });
});
