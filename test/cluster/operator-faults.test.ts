/** What the operator does about bad input and faults of its surroundings: it says so, harms nothing, and goes on by itself. */
import assert from 'node:assert/strict';
import { mergePatch } from './api.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { until } from './component.ts';
import { installOperator, startOperator, type TestOperator } from './operator.ts';
import { describeCertManager } from './operator-faults/cert-manager.ts';
import { describeClocks } from './operator-faults/clocks.ts';
import { describeDefinitions } from './operator-faults/definitions.ts';
import { describeDeletion } from './operator-faults/deletion.ts';
import { describeIssuers } from './operator-faults/issuers.ts';
import { describeLists } from './operator-faults/lists.ts';
import { describeLockouts } from './operator-faults/lockouts.ts';
import { describeNamespaces } from './operator-faults/namespaces.ts';
import { describeOperators } from './operator-faults/operators.ts';
import {
  authority,
  certificateDevice,
  certManager,
  mixedBroker,
  ours,
  passwordBroker,
  passwordDevice,
  type Site,
  siteIn,
  type StandInAgents,
  startAgents,
  template,
  untilSame,
} from './operator-faults/site.ts';
import { describeTampering } from './operator-faults/tampering.ts';

/** What the faults of this file bring about in the log of the operator. */
const expected: readonly RegExp[] = [
  // Asked for in a namespace of which it did not hear yet that it goes.
  /^refused with 403: (create (events\.events\.k8s\.io|configmaps|secrets)|patch certificates\.cert-manager\.io \S+)$/,
  // cert-manager is not there, or was taken away.
  /"resource":"certificate(s|requests)".*"watch failed"/,
  // A definition is deleted for a while, in which nothing of its kind can be made.
  /"resource":"(acltemplates|brokerinstances)".*"watch failed"/,
  /^refused with 403: patch brokerinstances\.mqttsecurity\.io \S+-(one|0)$/,
];

describe('the operator under faults', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let operator: TestOperator;
  let agents: StandInAgents;

  before(async () => {
    plane = await startControlPlane({ certManager: 'Absent' });
    await installOperator(plane);
    agents = startAgents(plane);
    operator = await startOperator(plane, { isElected: false, expected });
  });
  after(async () => {
    // Whatever is found at the end, no process stays.
    try {
      await agents.stop();
      await operator.close();
    } finally {
      await plane.stop();
    }
    // What the controller manager says of a kind that is deleted, and cert-manager of an issuer without a key.
    const isBroughtAbout = (line: string) =>
      /could not find the requested resource|"error getting signing CA private key"|in secret 'keyless\/by-hand'/.test(
        line,
      );
    assert.deepEqual(
      plane.unexpectedErrorLines().filter((line) => !isBroughtAbout(line)),
      [],
    );
  });
  // An end that nobody asked for is among them.
  afterEach('it logs nothing that nobody expects', () => assert.deepEqual(operator.unexpected(), []));

  describe('without cert-manager', () => {
    let site: Site;

    before(async () => {
      site = await siteIn(plane, 'absent');
      await site.made(template, passwordBroker('plain'), passwordDevice('p1', 'plain'));
      await site.made(mixedBroker('mixed'), passwordDevice('p2', 'mixed'), certificateDevice('c1', 'mixed'));
    });

    it('serves brokers whose devices have passwords', async () => {
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plain', 'Ready', 'True/Ready');
    });

    it('says what others lack, and publishes nothing for them', async () => {
      await site.says('mqttbrokers', 'mixed', 'Ready', 'False/CertManagerAbsent');
      await site.says('devicecertificates', 'c1', 'Ready', 'False/CertManagerAbsent');
      assert.equal(await site.published('mixed'), undefined);
    });

    it('goes on when it comes', async () => {
      await plane.installCertManager();
      await site.made(...authority);
      for (const name of ['p2', 'c1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'mixed', 'Ready', 'True/Ready');
    });
  });

  describeIssuers(() => plane);

  describe('a Secret of somebody else', () => {
    const theirs = (name: string) => ({
      ...{
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name },
        stringData: { password: 'theirs', 'tls.key': 'theirs' },
      },
    });
    let site: Site;

    it('is left alone, and said to be in the way', async () => {
      site = await siteIn(plane, 'foreign');
      await site.made(theirs('p1-password'), theirs('c1-tls'), theirs('plant-passwords-00'), ...authority);
      await site.made(template, mixedBroker('plant'), passwordDevice('p1', 'plant'), certificateDevice('c1', 'plant'));
      await site.says('mqttdevices', 'p1', 'Ready', 'False/SecretNotOurs');
      await site.says('devicecertificates', 'c1', 'Ready', 'False/SecretNotOurs');
      await site.says('mqttbrokers', 'plant', 'Ready', 'False/NotOurs');
      for (const name of ['p1-password', 'c1-tls', 'plant-passwords-00']) {
        const secret = await site.found('v1', 'secrets', name);
        assert.deepEqual(Object.keys(secret?.data ?? {}).sort(), ['password', 'tls.key'], name);
        assert.equal(secret?.metadata['ownerReferences'], undefined, name);
      }
      assert.equal(await site.found(certManager, 'certificates', 'c1'), undefined);
    });

    it('is needed no more once it is gone', async () => {
      for (const name of ['p1-password', 'c1-tls', 'plant-passwords-00']) await site.remove('v1', 'secrets', name);
      for (const name of ['p1', 'c1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
    });
  });

  describe('a set that somebody damages', () => {
    let site: Site;

    before(async () => {
      site = await siteIn(plane, 'damaged');
      await site.made(template, passwordBroker('plant'), passwordDevice('p1', 'plant'));
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
    });

    const damages: readonly (readonly [string, () => Promise<void>])[] = [
      ['the index deleted', () => site.remove('v1', 'configmaps', 'plant-bundle')],
      ['a chunk deleted', () => site.remove('v1', 'configmaps', 'plant-acl-00')],
      [
        'a chunk that grants more',
        async () => {
          const { data = {} } = (await site.found('v1', 'configmaps', 'plant-acl-00')) ?? {};
          const wide = Object.fromEntries(
            Object.entries(data).map(([key, text]) => [key, `${text}topic readwrite #\n`]),
          );
          await site.patch('v1', 'configmaps', 'plant-acl-00', { data: wide });
        },
      ],
      ['an index of nonsense', () => site.patch('v1', 'configmaps', 'plant-bundle', { data: { 'index.json': '{' } })],
      [
        'all of it deleted',
        async () => {
          for (const name of ['acl', 'conf', 'identities']) await site.remove('v1', 'configmaps', `plant-${name}-00`);
          await site.remove('v1', 'configmaps', 'plant-bundle');
        },
      ],
    ];
    for (const [what, damage] of damages) {
      it(`is whole again: ${what}`, async () => {
        const before = await site.published('plant');
        assert.ok(before?.isWhole);
        await damage();
        const wanted = [true, before.hash, before.part('acl')];
        const seen = async () => {
          const set = await site.published('plant').catch(() => undefined);
          return [set?.isWhole, set?.hash, set?.part('acl')];
        };
        await untilSame(seen, wanted);
        const { revision = 0 } = (await site.published('plant')) ?? {};
        assert.ok(revision >= before.revision, 'agents refuse a revision that goes back');
        await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
      });
    }
  });

  describe('a Secret of a set, which nobody watches', () => {
    it('is made again when an agent says that it is not there', async () => {
      const site = await siteIn(plane, 'secrets');
      await site.made(template, passwordBroker('plant'), passwordDevice('p1', 'plant'));
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
      await site.remove('v1', 'secrets', 'plant-passwords-00');
      const status = { lastError: 'get Secret plant-passwords-00: NotFound' };
      await plane.admin.call('PATCH', `/apis/${ours}/namespaces/secrets/brokerinstances/plant-one/status`, {
        ...{ body: { status }, contentType: mergePatch },
      });
      await until(async () => (await site.published('plant'))?.isWhole === true, 'the passwords are back');
    });
  });

  describeTampering(() => plane);
  describeDeletion(() => plane);
  describeNamespaces(() => plane);
  describeClocks(
    () => plane,
    () => operator,
    () => agents,
  );
  describeLists(
    () => plane,
    () => operator,
  );
  describeLockouts(
    () => plane,
    () => operator,
  );
  describeOperators(
    () => plane,
    () => operator,
  );
  describeDefinitions(
    () => plane,
    () => operator,
  );
  describeCertManager(
    () => plane,
    () => operator,
  );
});
