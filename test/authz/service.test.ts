import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { denialLog } from '../../src/authz/audit.ts';
import type { Dialect, DialectRequest, Reply } from '../../src/authz/dialects/dialect.ts';
import { dialects } from '../../src/authz/dialects/index.ts';
import {
  authzService,
  type AuthzService,
  type IncomingCall,
  isReply,
  type ServiceOptions,
} from '../../src/authz/service.ts';
import { oracleOf } from '../../src/domain/acl/cani.ts';
import { withDevice } from '../../src/domain/fleet.ts';
import { passwordHash } from '../../src/domain/broker/passwords.ts';
import { aBroker, aDevice, aFleet, allow, aTemplate, aTemplateUse, mainBroker } from '../fixtures.ts';
import { form, json } from './dialects/form.ts';
import { anyNames, now, plainNames, scenarios } from './scenarios.ts';
import { sourceOf } from './source.ts';
import { routingKey, ways } from './ways.ts';

const secret = '0123456789abcdef01234567';

interface Stand {
  readonly service: AuthzService;
  readonly audit: Record<string, unknown>[];
  /** Milliseconds that have gone by, and the time then. */
  readonly clock: { milliseconds: number };
  readonly asked: (request: DialectRequest, incoming?: Partial<IncomingCall>) => Reply;
}

function standOf(dialect: Dialect, options: Partial<ServiceOptions> = {}): Stand {
  const audit: Record<string, unknown>[] = [];
  const clock = { milliseconds: 0 };
  const monotonic = () => clock.milliseconds;
  const write = (line: string) => void audit.push(JSON.parse(line) as Record<string, unknown>);
  const service = authzService({
    ...{ dialect, secret, isCertificateProven: false, maxAgeSeconds: 60, requestsPerSecond: 1e9, loginsPerSecond: 1e9 },
    ...{ monotonic, now: () => new Date(now.getTime() + clock.milliseconds) },
    log: denialLog({ broker: mainBroker, write, monotonic }),
    ...options,
  });
  const asked = ({ call, contentType, body, hook }: DialectRequest, incoming: Partial<IncomingCall> = {}): Reply => {
    const open = service.opened({
      ...{ method: 'POST', target: `/${call}`, authorization: `Bearer ${secret}`, contentType, hook, address: '::1' },
      ...incoming,
    });
    const reply = isReply(open) ? open : service.replied(open, body);
    assert.ok('status' in reply, 'only a login by a token takes time');
    return reply;
  };
  return { service, audit, clock, asked };
}

describe('authorization service', () => {
  for (const { dialect, actions, ask, isYes } of ways) {
    it(`answers ${dialect.name} as can-i does, for random fleets`, () => {
      const drawn = scenarios(dialect.hasDottedLevels ? plainNames : anyNames, actions, 60);
      const answers = { yes: 0, no: 0 };
      const property = fc.property(drawn, ({ fleet, questions }) => {
        const { service, asked } = standOf(dialect);
        service.serve(sourceOf(fleet));
        const oracle = oracleOf(fleet, now);
        assert.ok(oracle.ok);
        for (const question of questions) {
          const { allowed } = oracle.value.verdict(question);
          answers[allowed ? 'yes' : 'no'] += 1;
          assert.equal(isYes(asked(ask(question))), allowed, JSON.stringify(question));
        }
      });
      fc.assert(property, { numRuns: 60, seed: 20_261 });
      assert.ok(Math.min(answers.yes, answers.no) > 300, JSON.stringify(answers));
    });
  }

  it('answers after any edit as if it had just been started', () => {
    const { emqx } = dialects;
    const [way] = ways;
    const drawn = fc.array(scenarios(anyNames, ['publish', 'subscribe'], 30), { minLength: 2, maxLength: 4 });
    const property = fc.property(drawn, (steps) => {
      const stand = standOf(emqx);
      let fleet = steps[0]?.fleet;
      for (const [index, step] of steps.entries()) {
        // Every other edit is one of a single device, as in a cluster; the others replace everything.
        const [edited] = step.fleet.devices.get('dev1') ?? [];
        fleet = index % 2 === 1 && fleet && edited ? withDevice(fleet, edited) : step.fleet;
        stand.service.serve(sourceOf(fleet));
        const fresh = standOf(emqx);
        fresh.service.serve(sourceOf(fleet));
        for (const question of step.questions) {
          assert.deepEqual(stand.asked(way!.ask(question)), fresh.asked(way!.ask(question)), JSON.stringify(question));
        }
      }
    });
    fc.assert(property, { numRuns: 40, seed: 20_262 });
  });

  it('answers by a template as it is now, though no device changed', () => {
    const { service, asked } = standOf(dialects.emqx);
    const question = json('authorization', {
      username: 's-1',
      clientid: 's-1',
      action: 'publish',
      topic: 'sensors/s-1/x',
    });
    const devices = [aDevice('s-1')];
    service.serve(sourceOf(aFleet({ devices })));
    assert.equal(asked(question).body, '{"result":"allow"}');
    const narrow = aTemplate({ rules: [allow('Publish', 'sensors/{device}/y')] });
    service.serve(sourceOf(aFleet({ devices, templates: [narrow] })));
    assert.equal(asked(question).body, '{"result":"deny"}');
    service.serve(sourceOf(aFleet({ devices })));
    assert.equal(asked(question).body, '{"result":"allow"}');
  });

  it('answers by who has an identity when two brokers turn out to trust one CA, and when that ends', () => {
    const { service, asked } = standOf(dialects.emqx);
    const { clientCertificates } = aBroker();
    assert.ok(clientCertificates);
    const issuer = { ...clientCertificates.issuer, name: 'others' };
    const second = aBroker({
      origin: { name: 'second' },
      clientCertificates: { ...clientCertificates, issuer, trustedCas: [] },
    });
    const createdAt = (hour: number) => ({ createdAt: new Date(now.getTime() + hour * 3_600_000) });
    const older = aDevice('older', { identity: 's-1', broker: 'plant/second', origin: createdAt(0) });
    const younger = aDevice('s-1', { origin: createdAt(1) });
    const fleet = aFleet({ brokers: [aBroker(), second], devices: [older, younger] });
    const keysOf = (ours: string, theirs: string) =>
      new Map([[mainBroker, new Set([ours])] as const, ['plant/second' as const, new Set([theirs])] as const]);
    const publish = () =>
      asked(json('authorization', { username: 's-1', clientid: 's-1', action: 'publish', topic: 'sensors/s-1/x' }))
        .body;
    const rows = [
      [undefined, 'allow'],
      [keysOf('k', 'j'), 'allow'],
      [keysOf('k', 'k'), 'deny'],
      [keysOf('j', 'k'), 'allow'],
    ] as const;
    for (const [caKeys, result] of rows) {
      service.serve(sourceOf({ ...fleet, ...(caKeys && { caKeys }) }));
      assert.equal(publish(), `{"result":"${result}"}`);
    }
  });

  it('ends a right when its time is over, without any edit', () => {
    const expiresAt = new Date(now.getTime() + 5000);
    const device = aDevice('s-1', { rules: [allow('Publish', 's/{device}/x', { expiresAt })] });
    const { service, asked, clock } = standOf(dialects.emqx);
    service.serve(sourceOf(aFleet({ devices: [device] })));
    const publish = () =>
      asked(json('authorization', { username: 's-1', clientid: 's-1', action: 'publish', topic: 's/s-1/x' })).body;
    assert.equal(publish(), '{"result":"allow"}');
    clock.milliseconds = 4999;
    assert.equal(publish(), '{"result":"allow"}');
    clock.milliseconds = 5000;
    assert.equal(publish(), '{"result":"deny"}');
  });
});

const hash = passwordHash('right', Buffer.alloc(12, 1));
const withPassword = (name: string, overrides: Parameters<typeof aDevice>[1] = {}) =>
  aDevice(name, { authentication: { type: 'Password', password: { kind: 'Hash', hash } }, ...overrides });
const ended = new Date(now.getTime() - 1);
const people = aFleet({
  devices: [
    withPassword('p-1'),
    aDevice('c-1'),
    withPassword('gone', { revoked: { reason: 'KeyCompromise' } }),
    withPassword('held', { suspended: true }),
    withPassword('over', { expiresAt: ended }),
    withPassword('locked'),
    aDevice('lost', { authentication: { type: 'Password', password: { kind: 'Generate', revision: 1 } } }),
    withPassword('bad', { templates: [aTemplateUse('missing')] }),
  ],
});

describe('logins', () => {
  const login = (username: string, more: object = { password: 'right' }) =>
    json('authentication', { username, clientid: username, ...more });
  const cases: readonly (readonly [string, DialectRequest, string])[] = [
    ['the right password', login('p-1'), 'yes'],
    ['a wrong password', login('p-1', { password: 'Right' }), 'WrongCredential'],
    ['no password', login('p-1', {}), 'WrongCredential'],
    ['a certificate instead of the password', login('p-1', { cert_common_name: 'p-1' }), 'WrongCredential'],
    ['the certificate of a device with certificates', login('c-1', { cert_common_name: 'c-1' }), 'yes'],
    ['the certificate of another one', login('c-1', { cert_common_name: 'p-1' }), 'WrongCredential'],
    ['a password instead of the certificate', login('c-1'), 'WrongCredential'],
    ['nothing instead of the certificate', login('c-1', {}), 'WrongCredential'],
    [
      'another client ID',
      json('authentication', { username: 'p-1', clientid: 'c-1', password: 'right' }),
      'WrongClient',
    ],
    ['somebody unknown', login('nobody'), 'UnknownIdentity'],
    ['nobody', json('authentication', { username: '', clientid: 'p-1', password: 'right' }), 'UnknownIdentity'],
    ['the name of a prototype', login('__proto__'), 'UnknownIdentity'],
    ['somebody revoked', login('gone'), 'Revoked'],
    ['somebody suspended', login('held'), 'Suspended'],
    ['somebody whose time is over', login('over'), 'Expired'],
    ['somebody locked out', login('locked'), 'Blocked'],
    ['somebody whose password is not known', login('lost'), 'WrongCredential'],
    ['somebody whose rules are refused', login('bad'), 'UnknownIdentity'],
  ];
  for (const [what, request, expected] of cases) {
    it(`with ${what}: ${expected}`, () => {
      const { service, asked, audit } = standOf(dialects.emqx);
      service.serve(sourceOf(people, { blockOf: (identity) => (identity === 'locked' ? 'locked out' : undefined) }));
      const { body } = asked(request);
      assert.equal(body.includes('"allow"') ? 'yes' : audit[0]?.['reason'], expected);
      // Twice the same: what is remembered of the first time changes nothing.
      assert.equal(asked(request).body, body);
      assert.ok(!JSON.stringify(audit).includes('right'), 'no password in the audit line');
    });
  }

  it('without a password count for certificates only where the broker is said to have seen them', () => {
    const request = form('user', { username: 'c-1', client_id: 'c-1' });
    for (const isCertificateProven of [true, false]) {
      const { service, asked } = standOf(dialects.rabbitmq, { isCertificateProven });
      service.serve(sourceOf(people));
      assert.equal(asked(request).body, isCertificateProven ? 'allow' : 'deny');
      assert.equal(asked(form('user', { username: 'c-1', client_id: 'c-1', password: 'x' })).body, 'deny');
      assert.equal(asked(form('user', { username: 'p-1', client_id: 'p-1' })).body, 'deny');
    }
  });

  it('without a password are denied where the broker tells that it has seen no certificate, whatever it is said to do', () => {
    const { service, asked } = standOf(dialects.emqx, { isCertificateProven: true });
    service.serve(sourceOf(people));
    const without = { username: 'c-1', clientid: 'c-1' };
    assert.match(asked(json('authentication', without)).body, /"allow"/);
    for (const cert_common_name of ['', 'undefined', null]) {
      assert.match(asked(json('authentication', { ...without, cert_common_name })).body, /"deny"/);
    }
  });

  it('with a changed password are denied at once', () => {
    const { service, asked } = standOf(dialects.emqx);
    service.serve(sourceOf(people));
    assert.match(asked(login('p-1')).body, /allow/);
    const other = passwordHash('other', Buffer.alloc(12, 1));
    const changed = aDevice('p-1', { authentication: { type: 'Password', password: { kind: 'Hash', hash: other } } });
    service.serve(sourceOf(aFleet({ devices: [changed] })));
    assert.match(asked(login('p-1')).body, /deny/);
    assert.match(asked(login('p-1', { password: 'other' })).body, /allow/);
  });

  it('of a superuser there are none', () => {
    const { service, asked } = standOf(dialects['go-auth']);
    service.serve(sourceOf(people));
    assert.equal(asked(json('superuser', { username: 'p-1' })).status, 403);
  });
});

describe('names with dots', () => {
  const all = aTemplate({ origin: { name: 'all' }, role: 'Admin', rules: [allow(['Publish', 'Subscribe'], '#')] });
  const dotted = {
    'an identity that no rule names': aDevice('s.1', { templates: [aTemplateUse('all')] }),
    'an identity': aDevice('s.1'),
    'a level of a rule': aDevice('s-1', { rules: [allow('Publish', 'a.b/{device}')] }),
    'a level of a denial': aDevice('s-1', { rules: [{ ...allow('Publish', 'a.b/c'), effect: 'Deny', actions: [] }] }),
    'a group': aDevice('s-1', { groups: ['a.b'], rules: [allow('Publish', '{group}/{device}')] }),
    'a level with *': aDevice('s-1', { rules: [allow('Subscribe', 'a/x*')] }),
  };
  for (const [what, device] of Object.entries(dotted)) {
    it(`in ${what}: the device is refused where dots part levels, and nowhere else`, () => {
      const { identity } = device;
      const topic = `sensors/${identity}/x`;
      const fleet = aFleet({ templates: [aTemplate(), all], devices: [device] });
      const rabbit = standOf(dialects.rabbitmq);
      rabbit.service.serve(sourceOf(fleet));
      const publish = { username: identity, vhost: '/', resource: 'topic', name: 'amq.topic', permission: 'write' };
      assert.equal(rabbit.asked(form('topic', { ...publish, routing_key: routingKey(topic) })).body, 'deny');
      assert.equal(rabbit.audit[0]?.['reason'], 'NotExpressible');
      const { service, asked } = standOf(dialects.emqx);
      service.serve(sourceOf(fleet));
      const question = { username: identity, clientid: identity, action: 'publish', topic };
      assert.equal(asked(json('authorization', question)).body, '{"result":"allow"}');
    });
  }
});

describe('fail closed', () => {
  const publish = { username: 's-1', clientid: 's-1', action: 'publish', topic: 'sensors/s-1/x' };
  const question = json('authorization', publish);
  const fleet = aFleet({ devices: [aDevice('s-1'), withPassword('p-1')] });
  const yes = '{"result":"allow"}';
  const no = '{"result":"deny"}';
  const reasons = ({ audit }: Stand) => audit.map(({ reason }) => reason);

  it('denies before anything was read, and without the broker', () => {
    const stand = standOf(dialects.emqx);
    assert.equal(stand.asked(question).body, no);
    assert.match(stand.service.problem() ?? '', /nothing was read/);
    stand.service.serve(sourceOf(fleet, { broker: undefined }));
    assert.equal(stand.asked(question).body, no);
    assert.match(stand.service.problem() ?? '', /not declared/);
    stand.service.serve(sourceOf(fleet));
    assert.equal(stand.asked(question).body, yes);
    assert.equal(stand.service.problem(), undefined);
    assert.deepEqual(reasons(stand), ['NotReady', 'NotReady']);
  });

  it('denies when the source was not read for too long, until it was read again', () => {
    const stand = standOf(dialects.emqx);
    stand.service.serve(sourceOf(fleet));
    stand.clock.milliseconds = 60_000;
    assert.equal(stand.asked(question).body, yes);
    stand.clock.milliseconds = 60_001;
    assert.equal(stand.asked(question).body, no);
    assert.match(stand.service.problem() ?? '', /too long/);
    stand.service.confirm();
    assert.equal(stand.asked(question).body, yes);
    assert.equal(stand.service.problem(), undefined);
    assert.deepEqual(reasons(stand), ['Stale']);
  });

  it('counts from when the source says that it was so, whenever it says it', () => {
    const stand = standOf(dialects.emqx);
    stand.clock.milliseconds = 100_000;
    stand.service.serve(sourceOf(fleet), 50_000);
    assert.equal(stand.asked(question).body, yes);
    assert.equal(stand.service.tally.age(), 50);
    stand.clock.milliseconds = 110_001;
    assert.equal(stand.asked(question).body, no);
    stand.service.confirm(50_001);
    assert.equal(stand.asked(question).body, yes);
    stand.service.serve(sourceOf(fleet), 50_000);
    assert.equal(stand.asked(question).body, no);
  });

  it('denies a password that was not read for too long, and nothing else', () => {
    const stand = standOf(dialects.emqx);
    stand.service.serve(sourceOf(fleet, { passwordOf: () => ({ kind: 'Stale' }) }));
    const login = json('authentication', { username: 'p-1', clientid: 'p-1', password: 'right' });
    assert.equal(stand.asked(login).body, no);
    assert.equal(stand.asked(question).body, yes);
    assert.equal(stand.service.problem(), undefined);
    assert.deepEqual(reasons(stand), ['Stale']);
  });

  it('denies what is more than the rate, and goes on a moment later', () => {
    const stand = standOf(dialects.emqx, { requestsPerSecond: 3 });
    stand.service.serve(sourceOf(fleet));
    assert.deepEqual(
      [1, 2, 3, 4].map(() => stand.asked(question).body),
      [yes, yes, yes, no],
    );
    stand.clock.milliseconds = 400;
    assert.deepEqual(
      [1, 2].map(() => stand.asked(question).body),
      [yes, no],
    );
    assert.deepEqual(reasons(stand), ['Overloaded', 'Overloaded']);
  });

  it('denies more logins than are allowed, and lets publishes go on', () => {
    const stand = standOf(dialects.emqx, { loginsPerSecond: 1 });
    stand.service.serve(sourceOf(fleet));
    const login = json('authentication', { username: 'p-1', clientid: 'p-1', password: 'right' });
    assert.match(stand.asked(login).body, /allow/);
    assert.equal(stand.asked(login).body, no);
    assert.equal(stand.asked(question).body, yes);
    assert.deepEqual(reasons(stand), ['Overloaded']);
  });

  it('denies who does not know the secret, in the header or in the path', () => {
    const stand = standOf(dialects.emqx);
    stand.service.serve(sourceOf(fleet));
    const asked = (target: string, authorization?: string) => stand.asked(question, { target, authorization }).body;
    assert.equal(asked(`/${secret}/authorization`), yes);
    assert.equal(asked('/authorization', `Bearer ${secret}`), yes);
    assert.equal(asked(`/authorization?x=${secret}`, `Bearer ${secret}`), yes);
    for (const [target, authorization] of [
      ['/authorization', undefined],
      ['/authorization', 'Bearer '],
      ['/authorization', `Bearer ${secret}x`],
      ['/authorization', `Basic ${secret}`],
      [`/${secret.slice(1)}/authorization`, undefined],
      [`//authorization`, undefined],
      // A wrong header is not made good by the path.
      [`/${secret}/authorization`, 'Bearer x'],
    ] as const) {
      assert.equal(asked(target, authorization), no, target);
    }
    assert.deepEqual(new Set(reasons(stand)), new Set(['Unauthenticated']));
  });

  it('denies other methods and calls', () => {
    const stand = standOf(dialects.emqx);
    stand.service.serve(sourceOf(fleet));
    assert.equal(stand.asked(question, { method: 'GET' }).body, no);
    assert.equal(stand.asked(question, { target: '/authorization/x' }).body, no);
    assert.equal(stand.asked(question, { target: '' }).body, no);
    assert.deepEqual(reasons(stand), ['WrongMethod', 'NoSuchCall', 'NoSuchCall']);
  });

  it('counts what it answers, with the reasons', () => {
    const { service, asked } = standOf(dialects.emqx);
    service.serve(sourceOf(fleet));
    asked(question);
    asked(json('authorization', { ...publish, topic: 'other' }));
    asked(json('authorization', { ...publish, topic: 'other' }), { target: '/x' });
    assert.deepEqual([...service.tally.allowed], [['authorization', 1]]);
    assert.deepEqual([...service.tally.denied].sort(), [
      ['authorization', 1],
      ['other', 1],
    ]);
    assert.deepEqual([...service.tally.reasons].sort(), [
      ['NoSuchCall', 1],
      ['NotAllowed', 1],
    ]);
  });
});

describe('audit line of a denial', () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const ajv = new Ajv({ formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) } });
  const isEvent = ajv.compile(JSON.parse(readFileSync(path.join(root, 'schemas/authz-event.json'), 'utf8')) as object);
  const fleet = aFleet({ brokers: [aBroker()], templates: [aTemplate()], devices: [aDevice('s-1')] });

  it('fits its schema whatever was sent, on one line of plain ASCII', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.constantFrom('\n', '\u001b[2J', 's-1'));
    const property = fc.property(text, text, text, (username, clientid, topic) => {
      const lines: string[] = [];
      const log = denialLog({ broker: mainBroker, write: (line) => lines.push(line), monotonic: () => 0 });
      const { service, asked } = standOf(dialects.emqx, { log });
      service.serve(sourceOf(fleet));
      asked(json('authorization', { username, clientid, action: 'subscribe', topic }));
      asked(json('authentication', { username, clientid, password: 'right' }));
      assert.ok(lines.length > 0);
      for (const line of lines) {
        assert.match(line, /^[ -~]+\n$/);
        assert.ok(isEvent(JSON.parse(line)), JSON.stringify(isEvent.errors));
      }
    });
    fc.assert(property, { numRuns: 200, seed: 20_263 });
  });

  it('is left out when there are too many, and the next one tells how many', () => {
    const { service, asked, audit, clock } = standOf(dialects.emqx);
    service.serve(sourceOf(fleet));
    const ask = () => asked(json('authorization', { username: 'x', clientid: 'x', action: 'publish', topic: 'a' }));
    for (let i = 0; i < 130; i += 1) ask();
    assert.equal(audit.length, 100);
    clock.milliseconds = 1000;
    ask();
    assert.equal(audit.at(-1)?.['leftOut'], 30);
    assert.equal(service.tally.linesLeftOut(), 30);
  });
});
