import assert from 'node:assert/strict';
import { type PointResult, pointResults } from '../../src/verify/point.ts';
import { systemRandom } from '../../src/local/system.ts';
import { checklist } from '../../src/verify/points.ts';
import type { Listener, World } from '../../src/verify/world.ts';
import { around, day, serverPair } from '../agent/site.ts';
import { brokers } from './mosquitto.ts';
import { changed, type Parts, serverNamed, type Site, verifySite } from './verify/site.ts';

const failed = (results: readonly PointResult[]) =>
  results.filter(({ verdict }) => verdict === 'Fail').map(({ name }) => name);

/** What was seen of each point, for who reads why a test failed. */
const told = (results: readonly PointResult[]) =>
  results.map(({ name, verdict, reason }) => `${verdict} ${name}: ${reason}`).join('\n');

interface Defect {
  readonly what: string;
  readonly spoil: (parts: Parts, site: Site) => Parts;
  /** What is looked at, where it is not as on a good broker. */
  readonly seen?: (world: World, site: Site) => World;
  readonly fails: readonly string[];
  /** What is said of the first of these, where there is more than one way to fail it. */
  readonly tells?: RegExp;
  /** Where only this Mosquitto can be spoiled so. */
  readonly dialect?: '2.0' | '2.1';
}

const open = ['PublishLimited', 'ReceiveLimited', 'NoCrossReach', 'RetainedLimited', 'WillLimited'];
const writable = ['PublishLimited', 'NoCrossReach', 'RetainedLimited', 'WillLimited'];

const withGlobal =
  (without: string, ...others: readonly string[]) =>
  (parts: Parts): Parts => ({ ...parts, global: changed(parts.global, without, ...others) });
const withCertificates =
  (without: string, ...others: readonly string[]) =>
  (parts: Parts): Parts => ({ ...parts, certificates: changed(parts.certificates, without, ...others) });
const withPasswords =
  (without: string, ...others: readonly string[]) =>
  (parts: Parts): Parts => ({ ...parts, passwords: changed(parts.passwords, without, ...others) });
const withAcl =
  (...lines: readonly string[]) =>
  (parts: Parts): Parts => ({ ...parts, acl: `${parts.acl}${lines.join('\n')}\n` });

/** A device that has its certificate on the list of those that are revoked. */
const s1 = ({ world }: Site) => world.identities[0]?.keyPair ?? assert.fail('s-1 has no certificate');

const defects: readonly Defect[] = [
  {
    what: 'lets anybody in',
    // Where the user name becomes the client ID, Mosquitto wants one.
    spoil: (parts) =>
      withPasswords('use_username_as_clientid')(withGlobal('allow_anonymous', 'allow_anonymous true')(parts)),
    fails: ['NoAnonymousAccess', 'TakeoverImpossible'],
  },
  {
    what: 'listens without TLS, too',
    spoil: (parts, { plainPort }) => ({ ...parts, more: [`listener ${String(plainPort)} 127.0.0.1`] }),
    fails: ['NoPlainListener'],
  },
  {
    what: 'listens without TLS for passwords',
    spoil: (parts) => ({ ...parts, passwords: parts.passwords.filter((line) => /^(listener|use_)/.test(line)) }),
    seen: (world) => ({
      ...world,
      listeners: world.listeners.map((one) => (one.authentication === 'Password' ? { ...one, tls: false } : one)),
      identities: world.identities.map((one) =>
        one.password === undefined ? one : { ...one, listener: { ...one.listener, tls: false } },
      ),
    }),
    fails: ['NoPlainListener'],
  },
  {
    what: 'has a server certificate for another name',
    spoil: (parts, { ca, world }) => ({ ...parts, server: serverNamed('elsewhere.example', ca, world.now) }),
    fails: ['ServerCertificateValid'],
  },
  {
    what: 'has a server certificate that ended',
    spoil: (parts, { ca, world }) => {
      const notAfter = new Date(world.now.getTime() - 60_000);
      return { ...parts, server: serverPair(ca, { notBefore: new Date(notAfter.getTime() - day), notAfter }) };
    },
    fails: ['ServerCertificateValid'],
  },
  {
    what: 'has a server certificate of another CA',
    spoil: (parts, { foreignCa, world }) => ({ ...parts, server: serverPair(foreignCa, around(world.now)) }),
    fails: ['ServerCertificateValid'],
  },
  {
    what: 'agrees to TLS 1.1',
    spoil: (parts) => ({
      ...parts,
      passwords: [
        ...parts.passwords.filter((line) => !/^(tls_version|ciphers)/.test(line)),
        ...['tls_version tlsv1.1', 'ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-SHA@SECLEVEL=0'],
      ],
    }),
    fails: ['WeakTlsRefused'],
    tells: /^TLS 1\.1 at .*: agreed on TLSv1\.1/,
  },
  {
    what: 'agrees to cipher suites without forward secrecy',
    spoil: (parts, { ca, world }) => ({
      ...withPasswords('ciphers')(withCertificates('ciphers')(parts)),
      server: serverNamed('localhost', ca, world.now, 'RSA'),
    }),
    fails: ['WeakTlsRefused'],
    tells: /^suites without forward secrecy at /,
  },
  {
    what: 'agrees to cipher suites without encryption',
    spoil: (parts) =>
      withPasswords('ciphers', 'ciphers ECDHE-ECDSA-NULL-SHA:ECDHE-ECDSA-AES128-GCM-SHA256@SECLEVEL=0')(parts),
    fails: ['WeakTlsRefused'],
    tells: /^suites without encryption at /,
  },
  {
    what: 'agrees to cipher suites without a certificate',
    spoil: (parts) => withCertificates('ciphers', 'ciphers ALL:aNULL@SECLEVEL=0')(parts),
    fails: ['WeakTlsRefused'],
    tells: /^suites without a certificate at /,
  },
  {
    what: 'asks for no certificate where it should',
    spoil: (parts) => ({
      ...withGlobal('allow_anonymous', 'allow_anonymous true')(parts),
      certificates: parts.certificates.filter((line) => !/^(require|use_|crlfile)/.test(line)),
    }),
    seen: (world) => ({ ...world, rights: undefined }),
    fails: ['NoAnonymousAccess', 'CertificateRequired', 'TakeoverImpossible'],
  },
  {
    what: 'trusts another CA',
    spoil: (parts, { foreignCa }) => withCertificates('crlfile')({ ...parts, ca: `${parts.ca}${foreignCa.pem}` }),
    seen: (world) => ({ ...world, refused: world.refused.filter(({ why }) => why !== 'Revoked') }),
    fails: ['ForeignCertificateRefused'],
  },
  {
    what: 'has no revocation list',
    spoil: withCertificates('crlfile'),
    fails: ['RevokedCertificateRefused'],
  },
  {
    what: 'does not look at dates of certificates',
    dialect: '2.1',
    spoil: withCertificates('-', 'disable_client_cert_date_checks true'),
    fails: ['ExpiredCertificateRefused'],
  },
  {
    what: 'has a device on its revocation list',
    spoil: (parts, site) => ({ ...parts, crl: site.revoking(s1(site)) }),
    fails: ['CredentialsAdmitted'],
  },
  {
    what: 'takes any password',
    spoil: (parts) => withGlobal('password_file')(withGlobal('allow_anonymous', 'allow_anonymous true')(parts)),
    fails: ['WrongPasswordRefused'],
  },
  { what: 'has no ACL file', spoil: withGlobal('acl_file'), fails: open },
  { what: 'gives everything to a device', spoil: withAcl('user s-1', 'topic readwrite #'), fails: open },
  { what: 'has a pattern without %u', spoil: withAcl('pattern write sensors/+/#'), fails: writable },
  { what: 'lets everybody read', spoil: withAcl('pattern read #'), fails: ['ReceiveLimited', 'NoCrossReach'] },
  { what: 'lets everybody read $SYS', spoil: withAcl('pattern read $SYS/#'), fails: ['ReceiveLimited'] },
  {
    what: 'lets a device speak for another',
    spoil: withAcl('user s-1', 'topic write sensors/s-2/#'),
    fails: ['NoCrossReach'],
  },
  {
    what: 'has forgotten the rules of a device',
    spoil: (parts) => ({ ...parts, acl: parts.acl.replace('topic write sensors/s-2/#\n', '') }),
    fails: ['OwnTopicsAllowed'],
  },
  {
    what: 'lets clients choose their client ID',
    spoil: withCertificates('use_username_as_clientid'),
    fails: ['TakeoverImpossible'],
  },
  { what: 'takes packets of any size', spoil: withGlobal('max_packet_size'), fails: ['OversizeRefused'] },
  {
    what: 'has room for few',
    // 2.0.11 loses count of its connections when handshakes fail, so that nobody is held up.
    dialect: '2.1',
    spoil: withPasswords('-', 'max_connections 10'),
    fails: ['FloodSurvived'],
  },
];

for (const broker of brokers) {
  describe(`verify, on ${broker.name}`, function () {
    this.timeout(60_000);
    let site: Site;
    before(async () => {
      site = await verifySite(broker);
    });

    it('passes where everything is as it should be', async () => {
      const results = await site.results();
      assert.deepEqual(failed(results), [], told(results));
      const untried = results.filter(({ verdict }) => verdict === 'NotApplicable');
      assert.deepEqual(untried, [], told(untried));
    });

    it('goes over WebSockets, too', async () => {
      const results = await site.results(
        ({ passwords, ...parts }) => ({ ...parts, passwords: changed(passwords, '-', 'protocol websockets') }),
        (world) => {
          const listeners = world.listeners.map((one) => ({ ...one, webSockets: one.authentication === 'Password' }));
          const at = ({ port }: Listener) => listeners.find((one) => one.port === port) ?? assert.fail('no listener');
          const identities = world.identities.map((one) => ({ ...one, listener: at(one.listener) }));
          return { ...world, listeners, identities };
        },
      );
      // Mosquitto 2.0 keeps to max_packet_size only without WebSockets.
      assert.deepEqual(failed(results), broker.dialect === '2.0' ? ['OversizeRefused'] : [], told(results));
    });

    it('leaves nothing retained at a broker that takes everything', async () => {
      const everything = withAcl('pattern readwrite #');
      const heard = await site.withBroker(async () => {
        const results = await pointResults(checklist(systemRandom), site.world, site.prober);
        assert.deepEqual(failed(results), open, told(results));
        const [{ listener, keyPair } = assert.fail('no identity')] = site.world.identities;
        const entry = await site.prober.enter(listener, { clientId: 's-1', ...(keyPair && { keyPair }) });
        assert.equal(entry.kind, 'Entered', entry.how);
        // What is retained comes before the end of a round trip; one message shows that it would.
        await entry.session.publish('kept', { retain: true });
        await entry.session.subscribe(['#']);
        await entry.session.settled();
        await entry.session.close();
        return entry.session.heard.map(({ topic }) => topic);
      }, everything);
      assert.deepEqual(heard, ['kept']);
    });

    it('fails a broker that lets everybody read what devices are told of their certificates', async () => {
      const [result] = await site.withBroker(
        async () => {
          const backend = site.world.identities.find(({ password }) => password !== undefined);
          if (!backend) return assert.fail('nobody has a password');
          const { name, listener, password = '' } = backend;
          const entry = await site.prober.enter(listener, { clientId: name, username: name, password });
          assert.equal(entry.kind, 'Entered', entry.how);
          await entry.session.publish('$mqttsec/s-2/certificate', { retain: true });
          await entry.session.close();
          const points = checklist(systemRandom).filter((point) => point.name === 'ReceiveLimited');
          return pointResults(points, site.world, site.prober);
        },
        withAcl('pattern read $mqttsec/#', 'user backend', 'topic write $mqttsec/+/certificate'),
      );
      assert.equal(result?.verdict, 'Fail');

      assert.match(result.reason, /^s-1 .*: it received 1, such as \$mqttsec\/s-2\/certificate/);
    });

    for (const { what, spoil, seen, fails, tells = /./, dialect } of defects) {
      if (dialect !== undefined && dialect !== broker.dialect) continue;
      it(`fails a broker that ${what}: ${fails.join(', ')}`, async () => {
        const results = await site.results(
          (parts) => spoil(parts, site),
          (world) => seen?.(world, site) ?? world,
        );
        assert.deepEqual(failed(results), fails, told(results));
        assert.match(results.find(({ verdict }) => verdict === 'Fail')?.reason ?? '', tells);
      });
    }
  });
}

it('has no point of verify that no broker fails', () => {
  const all = checklist(systemRandom).map(({ name }) => name);
  const caught = new Set(defects.flatMap(({ fails }) => fails));
  assert.deepEqual(
    all.filter((name) => !caught.has(name)),
    [],
  );
});
