import assert from 'node:assert/strict';
import type { DialectRequest } from '../../../src/authz/dialects/dialect.ts';
import { goAuth } from '../../../src/authz/dialects/go-auth.ts';
import { denied, type Question } from '../../../src/authz/question.ts';
import { form, json } from './form.ts';

const login = { username: 's-1', password: 'pw', clientid: 's-1' };
const acl = { username: 's-1', clientid: 's-1', topic: 'a/b' };
const asked = { identity: 's-1', clientId: 's-1' };
const about = { kind: 'Topic', ...asked, topics: ['a/b'] } as const;

const understood: readonly (readonly [string, DialectRequest, Question])[] = [
  ['a login as JSON', json('user', login), { kind: 'Login', ...asked, password: 'pw' }],
  ['a login as a form', form('user', login), { kind: 'Login', ...asked, password: 'pw' }],
  ['a question for superusers', json('superuser', { username: 's-1' }), { kind: 'Superuser', identity: 's-1' }],
  ['reading', json('acl', { ...acl, acc: 1 }), { ...about, actions: ['receive'] }],
  ['writing', form('acl', { ...acl, acc: '2' }), { ...about, actions: ['publish'] }],
  ['both', json('acl', { ...acl, acc: 3 }), { ...about, actions: ['receive', 'publish'] }],
  ['subscribing', json('acl', { ...acl, acc: 4 }), { ...about, actions: ['subscribe'] }],
];

const refused: readonly (readonly [string, DialectRequest, string])[] = [
  ['a call that there is not', json('admin', login), 'NoSuchCall'],
  ['another content type', json('user', login, 'text/plain'), 'WrongContentType'],
  ['a missing field', json('user', { username: 's-1' }), 'Malformed'],
  ['a field that is not known', json('acl', { ...acl, acc: 1, qos: 1 }), 'UnknownField'],
  ['an access that there is not', json('acl', { ...acl, acc: 5 }), 'Malformed'],
  ['an access that is no number', json('acl', { ...acl, acc: [1] }), 'Malformed'],
  ['an empty topic', json('acl', { ...acl, topic: '', acc: 1 }), 'Malformed'],
  ['no client ID', form('acl', { ...acl, clientid: '', acc: '1' }), 'WrongClient'],
];

describe('dialect go-auth', () => {
  for (const [what, request, question] of understood) {
    it(`understands ${what}`, () => assert.deepEqual(goAuth.question(request), question));
  }
  for (const [what, request, reason] of refused) {
    it(`denies ${what}: ${reason}`, () => {
      const answer = goAuth.question(request);
      assert.equal('reason' in answer ? answer.reason : 'understood', reason);
    });
  }
  it('says the same by status and by body, and never why', () => {
    const yes = goAuth.reply('user', { allowed: true });
    const no = goAuth.reply('user', denied('WrongCredential', 'secret'));
    assert.deepEqual([yes.status, JSON.parse(yes.body)], [200, { Ok: true, Error: '' }]);
    assert.deepEqual([no.status, JSON.parse(no.body)], [403, { Ok: false, Error: 'denied' }]);
  });
});
