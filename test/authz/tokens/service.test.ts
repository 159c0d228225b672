/** Logins by tokens, as each kind of broker asks for them. */
import assert from 'node:assert/strict';
import { denialLog } from '../../../src/authz/audit.ts';
import { dialects } from '../../../src/authz/dialects/index.ts';
import type { Reply } from '../../../src/authz/dialects/dialect.ts';
import type { SourceState } from '../../../src/authz/decision/decider.ts';
import { authzService, type AuthzService, isReply } from '../../../src/authz/service.ts';
import type { IssuerKeys } from '../../../src/authz/tokens/keyring.ts';
import type { Broker, Device } from '../../../src/domain/fleet.ts';
import type { TokenKeys } from '../../../src/domain/tokens/keys.ts';
import { aTokenIssuer, keysIn, now, signed, signer, type Signer, unsigned } from '../../domain/tokens/tokens.ts';
import { aBroker, aDevice, aFleet, allow, aTemplate, mainBroker } from '../../fixtures.ts';
import { sourceOf } from '../source.ts';
import { type Way, ways } from '../ways.ts';

const secret = '0123456789abcdef01234567';
const seconds = now.getTime() / 1000;
const claims = { iss: 'https://issuer.example', aud: 'plant', sub: 's-1', exp: seconds + 600 };
const template = aTemplate({ rules: [allow(['Publish', 'Subscribe'], 'sensors/{device}/#')] });
const withToken = (name: string, more: Partial<Device> = {}) =>
  aDevice(name, { authentication: { type: 'Token' }, ...more });

interface Stand {
  readonly service: AuthzService;
  readonly audit: Record<string, unknown>[];
  readonly clock: { milliseconds: number };
  readonly keys: {
    known: TokenKeys | 'KeysNotRead' | 'KeysStale';
    readonly refreshed: string[];
    onRefresh: () => void;
  };
  readonly login: (identity: string, password: string) => Promise<Reply>;
  readonly serve: (devices: readonly Device[], broker?: Partial<Broker>) => void;
}

function standOf(way: Way, known: TokenKeys): Stand {
  const audit: Record<string, unknown>[] = [];
  const clock = { milliseconds: 0 };
  const monotonic = () => clock.milliseconds;
  const keys: Stand['keys'] = { known, refreshed: [], onRefresh: () => undefined };
  const issuerKeys: IssuerKeys = {
    keysOf: () => keys.known,
    refresh: ({ issuer }) => {
      keys.refreshed.push(issuer);
      keys.onRefresh();
      return Promise.resolve();
    },
  };
  const service = authzService({
    ...{ dialect: way.dialect, secret, isCertificateProven: true, maxAgeSeconds: 3600 },
    ...{ requestsPerSecond: 1e9, loginsPerSecond: 1e9, monotonic },
    now: () => new Date(now.getTime() + clock.milliseconds),
    keys: { ...issuerKeys, serve: () => undefined },
    log: denialLog({
      ...{ broker: mainBroker, monotonic },
      write: (line) => void audit.push(JSON.parse(line) as Record<string, unknown>),
    }),
  });
  const serve: Stand['serve'] = (devices, more = {}) => {
    const broker = aBroker({ tokenIssuers: [aTokenIssuer()], ...more });
    const state: SourceState = sourceOf(aFleet({ brokers: [broker], templates: [template], devices }));
    service.serve(state);
  };
  serve([withToken('s-1'), withToken('s-2')]);
  const login: Stand['login'] = async (identity, password) => {
    const { call, contentType, body, hook } = way.login(identity, password);
    const open = service.opened({
      ...{ method: 'POST', target: `/${call}`, authorization: `Bearer ${secret}`, contentType, hook, address: '::1' },
    });
    return isReply(open) ? open : service.replied(open, body);
  };
  return { service, audit, clock, keys, login, serve };
}

for (const way of ways) {
  describe(`a login by token, asked by ${way.dialect.name}`, () => {
    let ours: Signer;
    let other: Signer;

    before(async () => {
      [ours, other] = await Promise.all([signer('ES256', 'ours'), signer('ES256', 'ours')]);
    });

    it('is right for a good one, and for nothing else; all that is wrong gets one answer', async () => {
      const stand = standOf(way, keysIn(ours));
      const good = await signed(ours, claims);
      assert.ok(way.isYes(await stand.login('s-1', good)));
      const bad: readonly (readonly [string, string, string])[] = [
        ['WrongToken', 's-1', await signed(other, claims)],
        ['WrongToken', 's-1', await signed(ours, { ...claims, exp: seconds - 60 })],
        ['WrongToken', 's-1', await signed(ours, { ...claims, aud: 'else' })],
        ['WrongToken', 's-1', `${unsigned({ alg: 'none' }, claims)}.`],
        ['WrongToken', 's-1', 'x'.repeat(20_000)],
        ['WrongToken', 's-1', 's-1'],
        ['WrongToken', 's-1', ''],
        ['WrongToken', 's-2', good],
        ['UnknownIdentity', 's-9', good],
      ];
      const answers = new Set<string>();
      for (const [reason, identity, token] of bad) {
        const reply = await stand.login(identity, token);
        assert.ok(!way.isYes(reply), token);
        assert.equal(stand.audit.at(-1)?.['reason'], reason);
        answers.add(JSON.stringify(reply));
      }
      assert.equal(answers.size, 1, 'the caller is told no reason');
      const lines = JSON.stringify(stand.audit);
      for (const [, , token] of bad) assert.ok(token === '' || token === 's-1' || !lines.includes(token), 'the log');
      for (const part of good.split('.')) assert.ok(!lines.includes(part), 'no part of a token is in the log');
    });

    it('is right again with the same token, until that ends', async () => {
      const stand = standOf(way, keysIn(ours));
      const good = await signed(ours, claims);
      assert.ok(way.isYes(await stand.login('s-1', good)));
      assert.ok(way.isYes(await stand.login('s-1', good)));
      stand.clock.milliseconds = 630_000;
      assert.ok(!way.isYes(await stand.login('s-1', good)));
      assert.equal(stand.audit.at(-1)?.['why'], 'the token has ended');
    });

    it('reads the keys once more for one that is not known, and only then', async () => {
      const stand = standOf(way, keysIn(ours));
      const rotated = await signer('ES256', 'next');
      const token = await signed(rotated, claims);
      await stand.login('s-1', await signed(other, claims));
      assert.deepEqual(stand.keys.refreshed, []);
      assert.ok(!way.isYes(await stand.login('s-1', token)));
      assert.deepEqual(stand.keys.refreshed, [claims.iss]);
      stand.keys.onRefresh = () => (stand.keys.known = keysIn(rotated));
      assert.ok(way.isYes(await stand.login('s-1', token)));
      assert.ok(!way.isYes(await stand.login('s-1', await signed(ours, claims))), 'the former key is gone');
    });

    it('is refused while the keys are not there or too old', async () => {
      const stand = standOf(way, keysIn(ours));
      const good = await signed(ours, claims);
      for (const [known, reason] of [
        ['KeysNotRead', 'NotReady'],
        ['KeysStale', 'Stale'],
      ] as const) {
        stand.keys.known = known;
        assert.ok(!way.isYes(await stand.login('s-1', good)));
        assert.equal(stand.audit.at(-1)?.['reason'], reason);
      }
      assert.deepEqual(stand.keys.refreshed, [claims.iss, claims.iss]);
    });

    it('counts what changes while the token is checked', async () => {
      const changes: readonly (readonly [string, (stand: Stand) => void])[] = [
        ['Revoked', ({ serve }) => serve([withToken('s-1', { revoked: { reason: 'KeyCompromise' } })])],
        [
          'WrongCredential',
          ({ serve }) => serve([withToken('s-1')], { tokenIssuers: [aTokenIssuer({ audience: 'x' })] }),
        ],
        ['WrongCredential', ({ serve }) => serve([aDevice('s-1')])],
        ['Stale', ({ clock }) => void (clock.milliseconds = 3_700_000)],
      ];
      const long = await signed(ours, { ...claims, exp: seconds + 7200 });
      for (const [reason, change] of changes) {
        const stand = standOf(way, keysIn(ours));
        const reply = stand.login('s-1', long);
        change(stand);
        assert.ok(!way.isYes(await reply));
        assert.equal(stand.audit.at(-1)?.['reason'], reason);
      }
    });

    it('asks for a token of nobody else, and of who has one for nothing else', async () => {
      const stand = standOf(way, keysIn(ours));
      stand.serve([aDevice('s-1')]);
      assert.ok(!way.isYes(await stand.login('s-1', await signed(ours, claims))));
      assert.equal(stand.audit.at(-1)?.['reason'], 'WrongCredential');
      stand.serve([withToken('s-1')], { tokenIssuers: [] });
      assert.ok(!way.isYes(await stand.login('s-1', await signed(ours, claims))));
      assert.equal(stand.audit.at(-1)?.['reason'], 'WrongToken');
    });
  });
}

describe('a session by token', () => {
  const [way] = ways.filter(({ dialect }) => dialect === dialects.rabbitmq);
  const at = (offset: number) => new Date(now.getTime() + offset * 1000);

  it('may go on until the token ends, and one by the next token until that does', async () => {
    assert.ok(way);
    const ours = await signer('ES256', 'ours');
    const { service, login, clock } = standOf(way, keysIn(ours));
    const reasonAt = (offset: number, since?: Date) => {
      clock.milliseconds = offset * 1000;
      return service.standing('s-1', since)?.reason;
    };
    await login('s-1', await signed(ours, claims));
    assert.equal(reasonAt(629, at(0)), undefined);
    assert.equal(reasonAt(630, at(0)), 'Expired');
    assert.equal(reasonAt(630), 'Expired');
    await login('s-1', await signed(ours, { ...claims, exp: seconds + 1200 }));
    assert.equal(reasonAt(700, at(0)), undefined);
    assert.equal(reasonAt(1230, at(650)), 'Expired');
  });

  it('that this instance knows nothing of may go on for as long as a token can', async () => {
    assert.ok(way);
    const ours = await signer('ES256', 'ours');
    const { service, login, clock } = standOf(way, keysIn(ours));
    const reasonAt = (offset: number, since?: Date) => {
      clock.milliseconds = offset * 1000;
      return service.standing('s-1', since)?.reason;
    };
    // Nobody is ended whose session may be younger than the token that was seen here.
    await login('s-1', await signed(ours, claims));
    assert.equal(reasonAt(2000, at(1990)), undefined, 'another instance let it in');
    assert.equal(reasonAt(2100), 'Expired');
    const other = standOf(way, keysIn(ours));
    const otherAt = (offset: number, since?: Date) => {
      other.clock.milliseconds = offset * 1000;
      return other.service.standing('s-1', since)?.reason;
    };
    assert.equal(otherAt(0, at(-86_429)), undefined);
    assert.equal(otherAt(0, at(-86_430)), 'Expired');
    assert.equal(otherAt(0), undefined);
  });

  it('ends with its token when the device takes another credential meanwhile, unless it came in by that', async () => {
    assert.ok(way);
    const ours = await signer('ES256', 'ours');
    const certified = aDevice('s-1', { authentication: { type: 'Certificate' } });
    const { service, login, serve, clock } = standOf(way, keysIn(ours));
    const reasonAt = (offset: number, since: Date) => {
      clock.milliseconds = offset * 1000;
      return service.standing('s-1', since)?.reason;
    };
    await login('s-1', await signed(ours, claims));
    serve([certified]);
    assert.equal(reasonAt(629, at(0)), undefined);
    assert.equal(reasonAt(630, at(0)), 'Expired');
    clock.milliseconds = 600_000;
    assert.ok(way.isYes(await login('s-1', '')), 'the broker has seen its certificate');
    assert.equal(reasonAt(630, at(600)), undefined);
  });

  it('tells EMQX when it ends: with the token, or the device if that is sooner', async () => {
    const [emqx] = ways.filter(({ dialect }) => dialect === dialects.emqx);
    assert.ok(emqx);
    const ours = await signer('ES256', 'ours');
    const { login, serve } = standOf(emqx, keysIn(ours));
    const endIn = ({ body }: Reply) => (JSON.parse(body) as { expire_at?: number }).expire_at;
    const good = await signed(ours, claims);
    assert.equal(endIn(await login('s-1', good)), claims.exp + 30);
    serve([withToken('s-1', { expiresAt: at(60) })]);
    assert.equal(endIn(await login('s-1', good)), seconds + 60);
  });
});
