import assert from 'node:assert/strict';
import { assembled } from '../../src/agent/assemble.ts';
import { candidateOf } from '../../src/agent/candidate.ts';
import { attemptOf, overlayFor } from '../../src/agent/overlay.ts';
import { parseAcl } from '../../src/domain/acl/file-parser.ts';
import { parseConf } from '../../src/domain/broker/conf-parser.ts';
import type { Conf } from '../../src/domain/broker/conf.ts';
import { parsePasswords, verifyPassword } from '../../src/domain/broker/passwords.ts';
import { parseIdentities } from '../../src/domain/bundle/identities.ts';
import { parsedCrls } from '../../src/domain/pki/crl.ts';
import { joined } from '../../src/domain/pieces.ts';
import { systemRandom } from '../../src/local/system.ts';
import { bundleOf, newSite, type SiteDevice, type SiteOptions, valueOf } from './site.ts';

const now = new Date('2026-01-01T00:00:00Z');
const minutes = (count: number): Date => new Date(now.getTime() + count * 60_000);
const options: SiteOptions = {
  now,
  link: '/plant/current',
  dialect: { version: '2.0' },
  user: 'mosquitto',
  ports: { mtls: 8883, password: 8884 },
};
const site = newSite(options);
const devices: readonly SiteDevice[] = [
  { identity: 'a', lines: [{ access: 'write', topic: 'a/for-good' }] },
  { identity: 'b', lines: [{ access: 'write', topic: 'b/ten', until: minutes(10) }] },
  { identity: 'c', lines: [{ access: 'write', topic: 'c/x' }], password: 'horse', until: minutes(5) },
];
const overlay = overlayFor('/plant/agent.sock', systemRandom);
const candidate = candidateOf(bundleOf(site, { revision: 1, devices }));

function at(time: Date, number = 0) {
  const attempt = attemptOf(overlay, number, systemRandom);
  const assembly = assembled(candidate, overlay, attempt, time);
  const text = (file: string): string => joined(assembly.files.get(file) ?? '');
  const acl = valueOf(parseAcl(text('acl')));
  const topicsOf = (name: string) => acl.users.find((user) => user.name === name)?.lines.map(({ topic }) => topic);
  return { attempt, assembly, text, topicsOf };
}

describe('assembly', () => {
  it('keeps what has not ended, and says when something does', () => {
    const { assembly, topicsOf } = at(now);
    assert.deepEqual(topicsOf('b'), ['b/ten']);
    assert.deepEqual([...assembly.admission.identities.keys()], ['a', 'b', 'c']);
    assert.deepEqual(assembly.validity, { from: -Infinity, until: minutes(5).getTime() });
  });

  it('writes the very chunks of the set, and what is its own after them: a second copy would be as large', () => {
    const { parts } = candidate.bundle;
    const { files } = at(now).assembly;
    const [acl, passwords] = [files.get('acl') ?? [], files.get('passwords') ?? []];
    assert.deepEqual([acl.slice(0, -1), passwords.slice(0, -1)], [parts.acl, parts.passwords]);
  });

  it('drops an identity at its end: off the lists, no password, everything denied', () => {
    const { assembly, text, topicsOf } = at(minutes(5));
    assert.deepEqual([...valueOf(parseIdentities(text('identities'))).keys()], ['a', 'b']);
    assert.deepEqual([...valueOf(parsePasswords(text('passwords'))).keys()], [overlay.username]);
    assert.deepEqual(topicsOf('c'), ['#', '$mqttsec/#']);
    assert.deepEqual(topicsOf('b'), ['b/ten']);
    assert.deepEqual(assembly.validity, { from: minutes(5).getTime(), until: minutes(10).getTime() });
  });

  it('drops a rule at its end', () => {
    const { assembly, topicsOf } = at(minutes(10));
    assert.deepEqual(topicsOf('b'), []);
    assert.deepEqual(topicsOf('a'), ['a/for-good']);
    assert.deepEqual(assembly.validity, { from: minutes(10).getTime(), until: Infinity });
  });

  it('adds the user of the agent with the rights that it needs, and canaries with none', () => {
    const { attempt, text, topicsOf } = at(now);
    const notices = ['$mqttsec/+/certificate', '$mqttsec/+/certificate/ack'];
    const inquiry = ['$CONTROL/dynamic-security/v1', '$CONTROL/dynamic-security/v1/response'];
    assert.deepEqual(topicsOf(overlay.username), [attempt.nonceTopic, ...notices, ...inquiry]);
    assert.deepEqual(topicsOf(attempt.turn.admitted.name), ['#', '$mqttsec/#']);
    const hash = valueOf(parsePasswords(text('passwords'))).get(overlay.username);
    assert.ok(hash !== undefined && verifyPassword(overlay.password, hash));
    const { listeners } = valueOf(parseConf(text('mosquitto.conf')));
    assert.deepEqual(listeners.at(-1), { kind: 'Unix', path: '/plant/agent.sock' });
  });

  it('changes the parts of the canaries, and all topics, at each attempt', () => {
    const [first, second] = [at(now, 1).attempt, at(now, 2).attempt];
    assert.equal(first.turn.admitted.name, second.turn.refused.name);
    assert.equal(first.turn.refused.name, second.turn.admitted.name);
    assert.notEqual(first.nonceTopic, second.nonceTopic);
    assert.notEqual(first.forbiddenTopic, second.forbiddenTopic);
  });

  it('adds the CRL of the canaries, in which one of them stands', () => {
    const [own, canaries, ...others] = valueOf(parsedCrls(at(now).text('crl')));
    assert.equal(own?.entries.size, 0);
    assert.equal(canaries?.entries.size, 1);
    assert.deepEqual(others, []);
  });

  it('needs a restart for another configuration and, where the broker does not read its CAs again, for other CAs', () => {
    const keyOf = (change: Partial<SiteOptions>, withCrl: boolean, added: Partial<Conf> = {}): string => {
      const other = newSite({ ...options, ...change });
      const listeners = other.conf.listeners.map((listener) => {
        if (listener.kind === 'Unix' || listener.authentication === 'Password' || withCrl) return listener;
        const { crlFile, ...tls } = listener.tls;
        assert.ok(crlFile);
        return { ...listener, tls };
      });
      const bundle = bundleOf({ ...other, conf: { ...other.conf, listeners, ...added } }, { revision: 1, devices });
      return assembled(candidateOf(bundle), overlay, attemptOf(overlay, 0, systemRandom), now).restartKey;
    };
    const ports = { mtls: 1, password: 2 };
    assert.equal(keyOf({}, true), keyOf({}, true), 'other CAs, read again at a reload');
    assert.notEqual(keyOf({}, true), keyOf({ ports }, true), 'other ports');
    assert.notEqual(keyOf({}, false), keyOf({}, false), 'other CAs, not read again');
    const lockout = { maxFailures: 1, windowSeconds: 2, blockSeconds: 3 };
    assert.equal(keyOf({}, true), keyOf({}, true, { logsDenials: true, lockout }), 'another log, read at a reload');
  });
});

describe('the user of the local listener', () => {
  it('is another at each start of an agent, with a password that nobody guesses', () => {
    const [one, next] = [overlayFor('/a', systemRandom), overlayFor('/a', systemRandom)];
    assert.notEqual(one.username, next.username);
    assert.notEqual(one.password, next.password);
    for (const { username, password } of [one, next]) {
      assert.match(username, /^mqttsec-agent-[0-9a-f]{16}$/);
      assert.match(password, /^[0-9a-f]{48}$/);
    }
  });
});

describe('local socket', () => {
  it('has a path that fits a socket address', () => {
    assert.throws(() => overlayFor(`/${'x'.repeat(107)}`, systemRandom), /at most 107/);
    assert.ok(overlayFor(`/${'x'.repeat(106)}`, systemRandom));
  });
});
