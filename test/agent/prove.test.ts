import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { canaries } from '../../src/agent/canary.ts';
import type { Endpoint } from '../../src/agent/client.ts';
import type { Proof } from '../../src/agent/proof.ts';
import { listenerChecks, type ListenerProbe } from '../../src/agent/prove-listener.ts';
import { rulesChecks } from '../../src/agent/prove-rules.ts';
import { defaultProofLimits, proof, type ProofSubject } from '../../src/agent/prove.ts';
import { dynamicSecurityQuestion } from '../../src/domain/broker/dynamic-security.ts';
import { systemClock, systemRandom } from '../../src/local/system.ts';
import type { BrokerProcess } from '../../src/ports.ts';
import { type FakeBroker, fakeBroker, type Script } from './fake-broker.ts';
import { around, newCa, serverPair } from './site.ts';

const now = new Date();
const ca = newCa('plant-ca', now);
const [server, otherServer] = [serverPair(ca, around(now)), serverPair(ca, around(now))];
const own = canaries(systemRandom);
const [{ admitted, refused }] = own.pair;

/** What a sound broker does: it knows the agent, grants the nonce and the question, and nothing else, and tells the canaries apart. */
const sound = {
  local: { puback: (topic) => (topic === 'forbidden' ? 0x87 : 0x10) },
  certificates: { connack: (_, name) => (name === admitted.name ? 0 : 'Close') },
  passwords: { connack: () => 0x87 },
} as const satisfies Record<string, Script>;

interface Wrong {
  readonly local?: Script;
  readonly certificates?: Script;
  readonly passwords?: Script;
  /** Another certificate than it was given. */
  readonly showsOther?: 'certificates' | 'passwords';
  /** So that nobody waits long for an answer that does not come. */
  readonly answer?: number;
  readonly expected: Proof['kind'];
}

/** For each check brokers that are sound but for what it looks at. */
const wrongs: Readonly<Record<string, Readonly<Record<string, Wrong>>>> = {
  LocalListenerAnswers: {
    'takes the agent in and answers no publish': {
      ...{ local: { puback: () => 'Silence' }, answer: 200, expected: 'Failed' },
    },
    'answers nothing': { local: { connack: () => 'Silence' }, answer: 200, expected: 'Failed' },
    'hangs up': { local: { connack: () => 'Close' }, answer: 200, expected: 'Failed' },
  },
  AgentKnown: {
    'has read no passwords': { local: { connack: () => 0x87 }, expected: 'FailOpen' },
  },
  NonceGranted: {
    'has the rules of before': { local: { puback: () => 0x87 }, expected: 'Failed' },
  },
  QuestionGranted: {
    'has other rules than those of the agent': {
      ...{ local: { puback: (topic) => (topic === 'nonce' ? 0x10 : 0x87) }, expected: 'Failed' },
    },
  },
  NoSecondAuthority: {
    'lets the dynamic security plugin decide first': {
      local: {
        ...sound.local,
        publishes: (topic) =>
          topic === dynamicSecurityQuestion.topic
            ? { topic: dynamicSecurityQuestion.answerTopic, payload: '{"responses":[]}' }
            : undefined,
      },
      expected: 'FailOpen',
    },
  },
  ForbiddenRefused: {
    'grants everything': { local: { puback: () => 0 }, expected: 'FailOpen' },
    'grants everything, to nobody who listens': { local: { puback: () => 0x10 }, expected: 'FailOpen' },
  },
  InvalidCertificateRefused: {
    'lets revoked certificates in': { certificates: { connack: () => 0 }, expected: 'FailOpen' },
    'refuses them only after TLS, by name': {
      certificates: { connack: (_, name) => (name === refused.name ? 0x87 : 0) },
      expected: 'FailOpen',
    },
  },
  WrongPasswordRefused: {
    'takes any password': { passwords: { connack: () => 0 }, expected: 'FailOpen' },
  },
  ValidCertificateEnters: {
    'refuses every certificate': { certificates: { connack: () => 'Close' }, expected: 'Failed' },
    'has the revocation list of before': {
      certificates: { connack: (_, name) => (name === refused.name ? 0 : 'Close') },
      expected: 'Failed',
    },
    'knows no such user': { certificates: { connack: () => 0x87 }, expected: 'Failed' },
  },
  PasswordsLookedAt: {
    'hangs up before it looks at the password': { passwords: { connack: () => 'Close' }, expected: 'Failed' },
  },
  ServerCertificateShown: {
    'shows another certificate to certificates': { showsOther: 'certificates', expected: 'Failed' },
    'shows another certificate to passwords': { showsOther: 'passwords', expected: 'Failed' },
  },
  ListenerAnswers: {
    'answers no certificates': {
      ...{ certificates: { connack: () => 'Silence' }, answer: 200, expected: 'Unproved' },
    },
    'answers a certificate that is good, and not one that is revoked': {
      certificates: { connack: (_, name) => (name === admitted.name ? 0 : 'Silence') },
      ...{ answer: 200, expected: 'Unproved' },
    },
    'answers no passwords': { passwords: { connack: () => 'Silence' }, answer: 200, expected: 'Unproved' },
    'says that it is busy': { passwords: { connack: () => 0x89 }, expected: 'Unproved' },
  },
};

const nobody: BrokerProcess = {
  pid: 0,
  exited: new Promise(() => undefined),
  reload: () => undefined,
  stop: () => Promise.resolve(),
};

describe('proof, on brokers by script', function () {
  this.timeout(20_000);
  const fakes: FakeBroker[] = [];
  afterEach(async () => {
    for (const fake of fakes.splice(0)) await fake.close();
  });

  async function on(script: Script, pair?: typeof server): Promise<Endpoint> {
    const fake = await fakeBroker(script, pair);
    fakes.push(fake);
    return fake.endpoint;
  }

  async function listenersOf({ certificates, passwords, showsOther }: Partial<Wrong>): Promise<ListenerProbe[]> {
    const shown = (name: Wrong['showsOther']) => (showsOther === name ? otherServer : server);
    const first = await on(certificates ?? sound.certificates, shown('certificates'));
    const second = await on(passwords ?? sound.passwords, shown('passwords'));
    assert.ok(first.kind === 'Network' && second.kind === 'Network');
    const wrongLogin = { clientId: 'agent', username: 'agent', password: 'wrong' };
    return [
      { name: 'mtls', endpoint: first, authentication: 'Certificate', admitted, refused },
      { name: 'password', endpoint: second, authentication: 'Password', wrongLogin },
    ];
  }

  async function proofOf(wrong: Partial<Wrong>, checks?: ProofSubject['checks']): Promise<Proof['kind']> {
    const endpoint = await on(wrong.local ?? sound.local);
    // Without the check that is too many, nothing is silent.
    const isSilent = wrong.answer !== undefined && !checks;
    const answer = isSilent ? wrong.answer : wrong.answer ? 2_000 : 10_000;
    const { kind } = await proof({
      broker: nobody,
      start: 'Reload',
      plan: {
        local: { endpoint, login: { clientId: 'agent', username: 'agent', password: 'right' } },
        ...{ nonceTopic: 'nonce', forbiddenTopic: 'forbidden' },
        listeners: await listenersOf(wrong),
        serverCertificate: new X509Certificate(server.certificate).raw,
      },
      clock: systemClock(),
      limits: { ...defaultProofLimits, answer, overall: isSilent ? 1_000 : 60_000, resend: 20, signals: 2 },
      signal: new AbortController().signal,
      ...(checks && { checks }),
    });
    return kind;
  }

  it('succeeds on a sound one', async () => assert.equal(await proofOf({}), 'Proved'));

  it('has a broker that is wrong for each of its checks', () => {
    const checks = [...rulesChecks, ...listenerChecks].map(({ name }) => name);
    assert.deepEqual(Object.keys(wrongs).sort(), checks.sort());
  });

  for (const [name, cases] of Object.entries(wrongs)) {
    for (const [what, wrong] of Object.entries(cases)) {
      it(`${name}: one that ${what} is ${wrong.expected}, and would be good without this check`, async () => {
        assert.equal(await proofOf(wrong), wrong.expected);
        const rules = rulesChecks.filter((check) => check.name !== name);
        const listeners = listenerChecks.filter((check) => check.name !== name);
        assert.equal(await proofOf(wrong, { rules, listeners }), 'Proved');
      });
    }
  }
});
