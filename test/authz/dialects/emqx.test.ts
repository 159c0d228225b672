import assert from 'node:assert/strict';
import { emqx } from '../../../src/authz/dialects/emqx.ts';
import { denied, type Question } from '../../../src/authz/question.ts';
import { form, json } from './form.ts';

const login = { username: 's-1', clientid: 's-1', password: 'pw' };
const topic = { username: 's-1', clientid: 's-1', action: 'publish', topic: 'a/b' };
const asked = { identity: 's-1', clientId: 's-1' };

const understood: readonly (readonly [string, ReturnType<typeof json>, Question])[] = [
  ['a login', json('authentication', login), { kind: 'Login', ...asked, password: 'pw' }],
  [
    'a login with a certificate',
    json('authentication', { ...login, password: '', cert_common_name: 's-1', peerhost: '192.0.2.1' }),
    { kind: 'Login', ...asked, commonName: 's-1' },
  ],
  [
    'placeholders that stand for nothing',
    json('authentication', { ...login, password: 'undefined', cert_common_name: 'undefined' }),
    { kind: 'Login', ...asked, commonName: '' },
  ],
  [
    'a publish',
    json('authorization', { ...topic, qos: 1, retain: false }),
    { kind: 'Topic', ...asked, actions: ['publish'], topics: ['a/b'] },
  ],
  [
    'a subscription',
    json('authorization', { ...topic, action: 'subscribe', topic: '$share/g/a/#' }),
    { kind: 'Topic', ...asked, actions: ['subscribe'], topics: ['$share/g/a/#'] },
  ],
];

const refused: readonly (readonly [string, ReturnType<typeof json>, string])[] = [
  ['a call that there is not', json('authorize', topic), 'NoSuchCall'],
  ['a form', form('authorization', topic), 'WrongContentType'],
  ['what is no JSON', json('authorization', '{"username":'), 'Malformed'],
  ['a list', json('authorization', '[]'), 'Malformed'],
  ['null', json('authorization', 'null'), 'Malformed'],
  ['bytes that are no UTF-8', { ...json('authorization', ''), body: Buffer.from([0x22, 0xff, 0x22]) }, 'Malformed'],
  ['a missing field', json('authorization', { ...topic, topic: undefined }), 'Malformed'],
  ['a number for a name', json('authorization', { ...topic, username: 1 }), 'Malformed'],
  ['a list for a topic', json('authorization', { ...topic, topic: ['a'] }), 'Malformed'],
  ['a name with a null character', json('authorization', { ...topic, username: 's-1\0' }), 'Malformed'],
  ['a topic that is too long', json('authorization', { ...topic, topic: 'x'.repeat(65_536) }), 'Malformed'],
  ['an empty topic', json('authorization', { ...topic, topic: '' }), 'Malformed'],
  ['another action', json('authorization', { ...topic, action: 'all' }), 'Malformed'],
  ['a field that is not known', json('authentication', { ...login, is_superuser: true }), 'UnknownField'],
  [
    'a field with the name of a prototype',
    json('authentication', '{"username":"a","clientid":"a","__proto__":{}}'),
    'UnknownField',
  ],
  ['a login without a client ID', json('authentication', { ...login, clientid: '' }), 'WrongClient'],
];

describe('dialect emqx', () => {
  for (const [what, request, question] of understood) {
    it(`understands ${what}`, () => assert.deepEqual(emqx.question(request), question));
  }
  for (const [what, request, reason] of refused) {
    it(`denies ${what}: ${reason}`, () => {
      const answer = emqx.question(request);
      assert.equal('reason' in answer ? answer.reason : 'understood', reason);
    });
  }
  it('denies with 200, for EMQX passes over everything else', () => {
    const { status, body } = emqx.reply('authorization', denied('Stale', 'secret'));
    assert.deepEqual([status, body], [200, '{"result":"deny"}']);
  });
  it('lets in nobody as a superuser, and no longer than the device lasts', () => {
    const expiresAt = new Date('2026-06-01T00:00:00.900Z');
    assert.deepEqual(JSON.parse(emqx.reply('authentication', { allowed: true, expiresAt }).body), {
      result: 'allow',
      is_superuser: false,
      expire_at: Date.parse('2026-06-01T00:00:00Z') / 1000,
    });
    assert.equal(emqx.reply('authorization', { allowed: true }).body, '{"result":"allow"}');
  });
});
