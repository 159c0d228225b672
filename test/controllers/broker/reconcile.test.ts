import assert from 'node:assert/strict';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { isProved } from '../../../src/controllers/broker/outcome.ts';
import { aCertificate, aRevocation, caKeyId, deviceCa, deviceCrl } from '../../domain/bundle/compile-fixtures.ts';
import { refusal } from '../../kube/memory-api.ts';
import { brokerSite, type BrokerSite, noTrust } from './site.ts';

/** A broker with device `d1`, whose set both instances have proved. */
async function settledSite(): Promise<BrokerSite> {
  const site = brokerSite();
  site.putDevice('d1');
  site.setPassword('d1');
  await site.run();
  site.prove('a', 'b');
  await site.run();
  return site;
}

/** The same published set and the same objects, seen by a process that has just begun. */
function restarted(site: BrokerSite): BrokerSite {
  const next = brokerSite(site.published);
  next.changeBroker({ status: site.statuses.at(-1) } as object);
  return next;
}

const certificateSpec = {
  mosquitto: { version: '2.1' },
  listeners: [{ name: 'mtls', port: 8883, authentication: 'Certificate' }],
  tls: { serverCertificate: { secretRef: { name: 'server' } } },
  clientCertificates: { issuerRef: { name: 'devices' } },
  workload: { external: { instances: ['a'] } },
};

const trust = { ...noTrust, cas: [deviceCa], crls: [deviceCrl] };

function held(identity: string, serial: string): HeldCertificate {
  const certificate = aCertificate(identity, { serial });
  return {
    ...{ ...certificate, keyId: 'k', lineage: `plant/${identity}`, device: `plant/${identity}`, key: 'ECDSA 256' },
    ...{ issuedAt: certificate.notBefore, renewBeforeSeconds: 3600 },
  };
}

/** A broker with device `d1`, whose certificate its one instance has proved. */
async function certifiedSite(): Promise<BrokerSite> {
  const site = brokerSite();
  site.changeBroker({ spec: certificateSpec });
  site.known.trust = trust;
  site.hold(held('d1', '1f'));
  site.putDevice('d1', { authentication: { type: 'Certificate' } });
  await site.run();
  site.prove('a');
  await site.run();
  return site;
}

describe('the controller of brokers', () => {
  it('publishes, and is ready when every instance has proved it', async () => {
    const site = brokerSite();
    site.putDevice('d1');
    site.setPassword('d1');
    await site.run();
    assert.equal(site.published.writes, 1);
    assert.deepEqual(site.condition, {
      ...{ Accepted: 'True Accepted', ResolvedRefs: 'True ResolvedRefs', Programmed: 'False Pending' },
      ...{ Ready: 'False Pending', Reconciling: 'True Pending' },
    });
    site.prove('a');
    await site.run();
    assert.equal(isProved(site.state, 'd1'), false);
    site.prove('b');
    await site.run();
    assert.equal(isProved(site.state, 'd1'), true);
    assert.deepEqual(site.condition, {
      ...{ Accepted: 'True Accepted', ResolvedRefs: 'True ResolvedRefs', Programmed: 'True Programmed' },
      ...{ Ready: 'True Ready' },
    });
    assert.deepEqual(site.statuses.at(-1)?.['instances'], { expected: 2, programmed: 2 });
    const { bytes, ...bundle } = site.statuses.at(-1)?.['bundle'] as { bytes: number };
    assert.deepEqual(bundle, { revision: 1, hash: site.published.index?.hash, identities: 1 });
    assert.ok(bytes > 0);
    assert.equal(site.statuses.length, 2);
  });

  it('writes nothing when nothing changed', async () => {
    const site = await settledSite();
    const [writes, statuses] = [site.published.writes, site.statuses.length];
    assert.equal(await site.run(), 'done');
    await site.clock.advance(3_600_000);
    assert.equal(await site.run(), 'done');
    assert.deepEqual([site.published.writes, site.statuses.length], [writes, statuses]);
  });

  it('writes nothing after a restart, and knows again what is proved', async () => {
    const site = restarted(await settledSite());
    site.known.arePasswordsComplete = false;
    site.putDevice('d1');
    site.prove('a', 'b');
    await site.run();
    assert.equal(isProved(site.state, 'd1'), false);
    site.known.arePasswordsComplete = true;
    site.setPassword('d1');
    await site.run();
    assert.equal(isProved(site.state, 'd1'), true);
    assert.deepEqual([site.published.writes, site.statuses.length], [1, 0]);
    assert.ok(site.woken.device.has('plant/d1'));
  });

  it('is told of a new device at once, of more at the end of the window', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    site.putDevice('d2');
    await site.run();
    assert.equal(site.published.writes, 2);
    site.putDevice('d3');
    assert.equal(await site.run(), 500);
    assert.equal(site.published.writes, 2);
    assert.equal(site.state.isCurrent, false);
    await site.clock.advance(500);
    await site.run();
    assert.equal(site.published.writes, 3);
    assert.equal(site.state.isCurrent, true);
  });

  it('publishes what comes next while the answer to a status is still to come', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    site.putDevice('d2');
    await site.publish();
    site.prove('a', 'b');
    await site.publish();
    const { length } = site.statuses;
    await site.tellUnanswered();
    assert.equal(site.statuses.length, length + 1);
    await site.clock.advance(10_000);
    site.putDevice('d3');
    await site.publish();
    assert.equal(site.published.writes, 3);
  });

  it('says nothing of a generation that no pass has looked at', async () => {
    const site = await settledSite();
    const { length } = site.statuses;
    site.changeBroker({ spec: { ...site.spec, limits: { maxQueuedMessages: 7 } } });
    await site.tellUnanswered();
    assert.equal(site.statuses.length, length);
  });

  it('puts more together while changes come and come', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    site.putDevice('d2');
    assert.equal(await site.publish(), 'done');
    for (const [index, window] of [500, 500, 500, 1_000, 1_000].entries()) {
      site.putDevice(`more-${index}`);
      assert.equal(await site.publish(), window);
      await site.clock.advance(window);
      assert.equal(await site.publish(), 'done');
    }
    assert.equal(site.published.writes, 7);
    await site.clock.advance(10_000);
    site.putDevice('d8');
    assert.equal(await site.publish(), 'done', 'after a quiet time at once');
    site.putDevice('d9');
    assert.equal(await site.publish(), 500);
  });

  it('takes back within the window', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    site.putDevice('d2');
    await site.run();
    site.putDevice('d1', { suspended: true }, 2);
    await site.run();
    assert.equal(site.published.writes, 3);
  });

  it('is told of more the later the longer it took to tell it, and of what is taken back at once', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    site.published.duringWrite = () => site.clock.stopFor(400);
    site.putDevice('d2');
    await site.run();
    site.putDevice('d3');
    assert.equal(await site.run(), 400, '800 ms after the last publish began');
    site.putDevice('d1', { suspended: true }, 2);
    await site.run();
    assert.equal(site.published.writes, 3);
  });

  it('rests between changes that take something back one after the other, no longer than each publish took', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    site.published.duringWrite = () => site.clock.stopFor(60);
    site.putDevice('d2');
    await site.run();
    site.putDevice('d1', { suspended: true }, 2);
    await site.run();
    assert.equal(site.published.writes, 3, 'the first one at once');
    site.putDevice('d2', { suspended: true }, 2);
    assert.equal(await site.run(), 60);
    assert.equal(site.published.writes, 3);
    await site.clock.advance(60);
    await site.run();
    assert.equal(site.published.writes, 4);
  });

  it('looks at a storm of changes a little later as a whole, and takes back with the first such look', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    site.putDevice('d2');
    await site.run();
    for (const name of ['d3', 'd4', 'd5', 'd6']) {
      site.putDevice(name);
      assert.equal(await site.run(), 500);
    }
    site.putDevice('d1', { suspended: true }, 2);
    assert.equal(await site.run(), 25);
    assert.equal(site.published.writes, 2, 'nothing was looked at');
    await site.clock.advance(25);
    await site.run();
    assert.equal(site.published.writes, 3);
    site.putDevice('d7');
    assert.equal(await site.run(), 500, 'after a publish it is looked at once more');
  });

  it('wakes the devices that an edit and its proof concern, and no others', async () => {
    const site = await settledSite();
    for (let i = 0; i < 50; i += 1) site.putDevice(`idle-${i}`);
    await site.clock.advance(10_000);
    await site.run();
    site.prove('a', 'b');
    await site.run();
    site.woken.device.clear();
    await site.clock.advance(10_000);
    site.putDevice('d1', { suspended: true }, 2);
    await site.run();
    assert.deepEqual([...site.woken.device], ['plant/d1']);
    site.woken.device.clear();
    site.prove('a');
    await site.run();
    assert.deepEqual([...site.woken.device], []);
    site.prove('b');
    await site.run();
    assert.deepEqual([...site.woken.device], ['plant/d1']);
  });

  it('wakes a device when its certificate is proved to be on the list, and again when it is proved to be off', async () => {
    const site = await settledSite();
    const lists = [[aRevocation('d1', { serial: '1f' })], []];
    for (const [index, revocations] of lists.entries()) {
      await site.clock.advance(10_000);
      site.known.trust = { ...noTrust, revocations };
      await site.run();
      site.woken.device.clear();
      site.prove('a', 'b');
      await site.run();
      assert.deepEqual([...site.woken.device], ['plant/d1'], `list ${index}`);
    }
  });

  it('lets devices keep what they have while an instance restarts', async () => {
    const site = await settledSite();
    site.woken.device.clear();
    site.report('a');
    await site.run();
    assert.deepEqual([...site.woken.device], []);
    assert.equal(isProved(site.state, 'd1'), false);
  });

  it('waits for no instance outside of the cluster that does not live', async () => {
    const site = brokerSite();
    site.putDevice('d1');
    site.setPassword('d1');
    site.known.dead.add('b');
    await site.run();
    site.prove('a');
    await site.run();
    assert.equal(isProved(site.state, 'd1'), true);
    assert.equal(site.condition['Programmed'], 'True Programmed');
  });

  it('knows no instance while none outside of the cluster was ever heard of', async () => {
    const site = brokerSite();
    site.putDevice('d1');
    for (const name of ['a', 'b']) site.known.dead.add(name);
    await site.run();
    assert.equal(site.condition['Programmed'], 'Unknown NoInstances');
  });

  it('waits for one that was heard of before, for it may serve what it has loaded', async () => {
    const site = brokerSite();
    site.putDevice('d1');
    site.setPassword('d1');
    await site.run();
    site.prove('a', 'b');
    await site.run();
    site.known.dead.add('b');
    await site.run();
    assert.equal(site.condition['Programmed'], 'True Programmed', 'it has proved this set');
    site.removeDevice('d1');
    await site.run();
    site.prove('a');
    await site.run();
    site.clock.stopFor(10_000);
    await site.run();
    assert.equal(site.condition['Programmed'], 'False PartiallyProgrammed');
  });

  it('proves by an older set what is the same in it', async () => {
    const site = await settledSite();
    const old = site.published.index;
    await site.clock.advance(10_000);
    site.putDevice('d2');
    await site.run();
    site.report('a', { loadedRevision: old?.revision, loadedHash: old?.hash });
    await site.run();
    assert.deepEqual([isProved(site.state, 'd1'), isProved(site.state, 'd2')], [true, false]);
  });

  for (const [check, reason] of [
    ['CrlDates', 'Refused'],
    ['DynamicSecurity', 'DynamicSecurity'],
  ] as const) {
    it(`says what ${check} refuses, with reason ${reason}`, async () => {
      const site = await settledSite();
      await site.clock.advance(10_000);
      site.putDevice('d2');
      await site.run();
      const refusals = [{ check, reason: 'it is so' }];
      site.report('a', { loadedRevision: 1, loadedHash: 'x', refused: { revision: 2, refusals } });
      await site.run();
      assert.equal(site.condition['Ready'], `False ${reason}`);
      assert.equal(site.condition['Stalled'], `True ${reason}`);
      assert.match(site.message('Programmed'), new RegExp(`^0 of 2 instances proved .*; a: ${check}: it is so; `));
      assert.deepEqual(
        site.events.map((event) => event.reason),
        [reason],
      );
    });
  }

  it('does not count a refusal of an older set', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    site.putDevice('d2');
    await site.run();
    site.report('a', { loadedRevision: 0, refused: { revision: 1, refusals: [] } });
    await site.run();
    assert.equal(site.state.refusal, undefined);
  });

  it('says that another Mosquitto runs than the manifest says', async () => {
    const site = await settledSite();
    const { revision, hash } = site.published.index ?? {};
    site.report('a', { loadedRevision: revision, loadedHash: hash, mosquittoVersion: '2.0.11' });
    await site.clock.advance(5_000);
    await site.run();
    assert.equal(site.condition['Ready'], 'True Ready');
    assert.match(site.message('Ready'), /a runs Mosquitto 2\.0\.11, the manifest says 2\.1/);
  });

  it('expects nobody without a workload', async () => {
    const site = brokerSite();
    site.changeBroker({ spec: { ...site.spec, workload: undefined } });
    site.putDevice('d1');
    await site.run();
    assert.equal(site.condition['Programmed'], 'Unknown NoInstances');
    assert.equal(isProved(site.state, 'd1'), false);
  });

  it('keeps the last set while cert-manager is absent, and goes on when it comes', async () => {
    const site = brokerSite();
    site.changeBroker({ spec: certificateSpec });
    site.known.trust = trust;
    site.known.isIssuedKnown = false;
    await site.run();
    assert.deepEqual([site.published.writes, site.condition['Ready']], [0, 'False Pending']);
    await site.clock.advance(10_000);
    await site.run();
    assert.equal(site.published.writes, 0);
    assert.equal(site.condition['ResolvedRefs'], 'False CertManagerAbsent');
    assert.deepEqual(
      site.events.map(({ reason }) => reason),
      ['CertManagerAbsent'],
    );
    site.known.isIssuedKnown = true;
    await site.run();
    assert.equal(site.published.writes, 1);
  });

  it('names the absence of cert-manager before the issuers and CAs that it would have', async () => {
    const site = brokerSite();
    site.changeBroker({ spec: certificateSpec });
    const reason = 'IssuerNotFound' as const;
    const finding = { code: 'MQS141', severity: 'Error', reason, message: 'no issuer', path: 'x' } as const;
    site.known.trust = { ...trust, findings: [finding] };
    site.known.isIssuedKnown = false;
    await site.clock.advance(10_000);
    await site.run();
    assert.equal(site.condition['Ready'], 'False CertManagerAbsent');
  });

  it('reads its Secrets again while an instance cannot load what is published', async () => {
    const site = await settledSite();
    assert.equal(site.published.secretChecks, 1);
    site.report('a', { loadedRevision: 0, lastError: 'get Secret main-passwords-00: NotFound' });
    await site.clock.advance(10_000);
    assert.notEqual(await site.run(), 'done');
    assert.equal(site.published.secretChecks, 2);
    site.prove('a');
    await site.clock.advance(10_000);
    await site.run();
    assert.equal(site.published.secretChecks, 2);
  });

  it('says what the Mosquitto that was chosen does to sessions, and is ready all the same', async () => {
    const site = brokerSite();
    site.known.trust = trust;
    for (const [version, said] of [
      ['2.0', /^it is valid; .* is not kept$/],
      ['2.1', /^it is valid$/],
    ] as const) {
      site.changeBroker({ spec: { ...certificateSpec, mosquitto: { version } } });
      await site.run();
      site.prove('a');
      await site.clock.advance(10_000);
      await site.run();
      assert.match(site.message('Accepted'), said);
      assert.equal(site.condition['Ready'], 'True Ready');
    }
  });

  it('waits until its trust was read, and keeps the last set while there is an error in it', async () => {
    const site = brokerSite();
    site.changeBroker({ spec: certificateSpec });
    await site.run();
    assert.equal(site.state.problem?.code, 'MQS157');
    const finding = { code: 'MQS140', severity: 'Error', reason: 'CaNotFound', message: 'no CA', path: 'x' } as const;
    site.known.trust = { ...trust, findings: [finding] };
    await site.run();
    assert.equal(site.published.writes, 0);
    assert.equal(site.condition['ResolvedRefs'], 'False CaNotFound');
    site.known.trust = trust;
    await site.run();
    assert.equal(site.published.writes, 1);
  });

  it('keeps the last set of a fleet that is too large, and says so', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    for (let i = 0; i < 8_001; i += 1) site.putDevice(`m-${i}`);
    site.changeBroker({ spec: { ...site.spec, mosquitto: { version: '2.0' } } });
    await site.run();
    assert.equal(site.published.writes, 1);
    assert.equal(site.condition['Accepted'], 'False TooLarge');
    assert.equal(site.condition['Stalled'], 'True TooLarge');
    assert.equal(isProved(site.state, 'd1'), true);
  }).timeout(20_000);

  it('keeps the last set of a broker that became invalid', async () => {
    const site = await settledSite();
    site.changeBroker({ spec: { ...site.spec, listeners: [] } });
    await site.run();
    assert.equal(site.condition['Accepted'], 'False Invalid');
    assert.equal(site.condition['Ready'], 'False Invalid');
    assert.equal(site.published.writes, 1);
    assert.equal(isProved(site.state, 'd1'), true);
  });

  it('says that a broker is invalid of which no good version was seen', async () => {
    const site = brokerSite();
    site.changeBroker({ metadata: { uid: 'another' }, spec: { ...site.spec, listeners: [] } });
    await site.run();
    assert.equal(site.condition['Accepted'], 'False Invalid');
    assert.equal(site.isKnown, false);
  });

  it('leaves objects of others alone, and says which one is in the way', async () => {
    const site = brokerSite();
    site.published.foreign = 'ConfigMap plant/main-acl-00';
    assert.equal(await site.run(), 30_000);
    assert.equal(site.condition['Ready'], 'False NotOurs');
    assert.match(site.message('Ready'), /ConfigMap plant\/main-acl-00/);
  });

  it('tries a write again that failed, and tells of it when it lasts', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    const statuses = site.statuses.length;
    site.published.failure = new Error('write ConfigMap plant/main-acl-00: exceeded quota');
    site.putDevice('d2');
    await assert.rejects(site.run(), /exceeded quota/);
    assert.equal(isProved(site.state, 'd1'), true);
    assert.equal(site.statuses.length, statuses);
    await site.clock.advance(5_000);
    await assert.rejects(site.run(), /exceeded quota/);
    assert.match(site.message('Programmed'), /exceeded quota/);
    site.published.failure = undefined;
    await site.run();
    assert.equal(site.published.writes, 2);
  });

  it('says nothing of a write that met another one', async () => {
    const site = await settledSite();
    await site.clock.advance(10_000);
    site.published.failure = refusal(409, 'Conflict');
    site.putDevice('d2');
    await assert.rejects(site.run(), /Conflict/);
    assert.equal(site.state.problem, undefined);
  });

  it('says that a certificate is taken back when that is published, and when it is proved', async () => {
    const site = await certifiedSite();
    site.woken.device.clear();
    site.known.trust = { ...trust, revocations: [aRevocation('d1', { serial: '1f', caKeyId })] };
    await site.run();
    assert.equal(site.published.writes, 2);
    assert.deepEqual([[...site.woken.certificate], [...site.woken.device]], [['plant/d1'], ['plant/d1']]);
    assert.ok(site.state.trust === site.known.trust);
    assert.equal(site.woken.authority, 2);
    site.woken.device.clear();
    site.prove('a');
    await site.run();
    assert.ok(site.woken.device.has('plant/d1'));
  });

  describe('takes a device back', () => {
    async function revokedSite(): Promise<BrokerSite> {
      const site = await certifiedSite();
      site.putDevice('d1', { authentication: { type: 'Certificate' }, revoked: { reason: 'KeyCompromise' } }, 2);
      return site;
    }

    it('with the list that names its certificate, in one set', async () => {
      const site = await revokedSite();
      assert.equal(await site.run(), 150);
      assert.equal(site.published.writes, 1);
      await site.clock.advance(20);
      site.known.trust = { ...trust, revocations: [aRevocation('d1', { serial: '1f', caKeyId })] };
      await site.run();
      assert.equal(site.published.writes, 2);
      await site.clock.advance(1_000);
      await site.run();
      assert.equal(site.published.writes, 2);
    });

    it('without the list when that does not come at once', async () => {
      const site = await revokedSite();
      await site.run();
      await site.clock.advance(100);
      assert.equal(await site.run(), 50);
      await site.clock.advance(50);
      await site.run();
      assert.equal(site.published.writes, 2);
    });

    it('and waits for no list that we do not sign', async () => {
      const site = await revokedSite();
      site.known.trust = { ...trust, cas: [{ ...deviceCa, revocation: 'None' }], crls: [] };
      await site.run();
      assert.equal(site.published.writes, 2);
    });
  });

  it('counts the certificates and entries of each CA', async () => {
    const site = brokerSite();
    site.changeBroker({ spec: certificateSpec });
    site.known.trust = { ...trust, revocations: [aRevocation('gone', { serial: '9' })] };
    site.hold(held('d1', '1'), held('d2', '2'), { ...held('d2', '3'), caKeyId: 'former' }, held('elsewhere', '4'));
    for (const name of ['d1', 'd2']) site.putDevice(name, { authentication: { type: 'Certificate' } });
    await site.run();
    assert.deepEqual(site.statuses.at(-1)?.['certificatesPerCa'], [
      { ca: 'devices', certificates: 2 },
      { ca: 'former', certificates: 1 },
    ]);
    assert.deepEqual(site.statuses.at(-1)?.['crls'], [
      { ca: 'devices', number: 1, nextUpdate: '2026-01-08T00:00:00Z', entries: 1 },
    ]);
  });

  it('is not written with each of many edits', async () => {
    const site = await settledSite();
    const before = site.statuses.length;
    for (let i = 0; i < 100; i += 1) {
      site.putDevice(`d-${i}`);
      await site.clock.advance(50);
      await site.run();
      site.prove('a', 'b');
      await site.run();
    }
    // 5 s of edits: the numbers at most once a second.
    assert.ok(site.statuses.length - before <= 6, `${site.statuses.length - before} writes`);
    await site.clock.advance(1_000);
    await site.run();
    site.prove('a', 'b');
    await site.clock.advance(1_000);
    await site.run();
    assert.equal((site.statuses.at(-1)?.['bundle'] as { identities: number }).identities, 101);
    assert.equal(site.condition['Ready'], 'True Ready');
  });

  it('forgets a broker that is gone, and another one of its name begins anew', async () => {
    const site = await settledSite();
    site.fake.remove('MqttBroker', 'plant', 'main');
    assert.equal(await site.run(), 'done');
    assert.equal(site.isKnown, false);
    site.changeBroker({ metadata: { uid: 'another' } });
    site.known.arePasswordsComplete = false;
    await site.run();
    assert.equal(isProved(site.state, 'd1'), false);
  });

  it('writes nothing for a broker that is being deleted', async () => {
    const site = brokerSite();
    site.changeBroker({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] } });
    assert.equal(await site.run(), 'done');
    assert.deepEqual([site.published.writes, site.statuses.length], [0, 0]);
  });

  it('wakes the workload for its first set', async () => {
    const site = await settledSite();
    assert.equal(site.woken.workload, 1);
  });
});
