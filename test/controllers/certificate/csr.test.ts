import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BrokerState, Trust } from '../../../src/controllers/context.ts';
import { CsrSite } from './csr-site.ts';

const day = 86_400_000;
const foreignUid = { 'mqttsecurity.io/device-certificate-uid': 'another' };
const revoked = { revoked: { reason: 'KeyCompromise' } };

/** From the first request through a failure, a renewal and another key to revocation. */
async function life(site: CsrSite, settle: () => Promise<void>): Promise<void> {
  site.declareCsr();
  await settle();
  site.answerAll('Failed');
  await settle();
  site.clock.stopFor(day);
  await settle();
  site.answerAll('Signed');
  await settle();
  site.clock.stopFor(80 * day);
  await settle();
  site.answerAll('Signed');
  await settle();
  site.declareCsr(1);
  await settle();
  site.answerAll('Signed');
  await settle();
  site.declareCsr(1, revoked);
  await settle();
}

describe('a line of certificates of a device that keeps its key', () => {
  it('costs a request and two statuses to be issued, and nothing afterwards', async () => {
    const site = new CsrSite();
    site.declareCsr();
    await site.settle();
    assert.equal(site.condition('Ready'), 'False/Issuing');
    assert.equal(site.pending.length, 1);
    site.answerAll('Signed');
    await site.settle();
    assert.equal(site.condition('Ready'), 'True/Ready');
    const verbs = site.cluster.writes.map(({ verb }) => verb);
    assert.deepEqual(verbs.toSorted(), ['create', 'patch', 'status', 'status']);
    site.restart();
    await site.settle();
    assert.equal(site.cluster.writes.length, verbs.length);
  });

  it('is asked for once, also where the answer comes while something else is read', async () => {
    const site = new CsrSite();
    site.declareCsr();
    await site.settle();
    site.cluster.refuse = ({ verb, kind }) => {
      if (verb === 'get' && kind === 'Secret') site.answerAll('Signed');
      return undefined;
    };
    await site.settle();
    assert.equal(site.condition('Ready'), 'True/Ready');
    assert.equal(site.requests.length, 1);
  });

  it('is renewed when it is time, with the former certificate in force until then', async () => {
    const site = new CsrSite();
    site.declareCsr();
    await site.settle();
    site.answerAll('Signed');
    await site.settle();
    site.clock.stopFor(50 * day);
    await site.settle();
    assert.equal(site.pending.length, 0);
    site.clock.stopFor(30 * day);
    await site.settle();
    assert.equal(site.pending.length, 1);
    assert.equal(site.condition('Ready'), 'True/Ready');
    site.answerAll('Signed');
    await site.settle();
    assert.deepEqual(
      site.issued.ofLineage('plant/a').map(({ serial }) => serial),
      site.serials.toReversed(),
    );
  });

  for (const answer of ['Failed', 'Denied'] as const) {
    it(`asks again later and later when it was ${answer.toLowerCase()}`, async () => {
      const site = new CsrSite();
      site.declareCsr();
      await site.settle();
      for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
        site.answerAll(answer);
        await site.settle();
        assert.equal(site.condition('Ready'), 'False/IssuanceFailed');
        site.clock.stopFor(minutes * 60_000 - 1);
        await site.settle();
        assert.equal(site.pending.length, 0, `${minutes} minutes`);
        site.restart();
        site.clock.stopFor(1);
        await site.settle();
        assert.equal(site.pending.length, 1, `${minutes} minutes`);
        assert.ok(site.requests.length <= 2);
      }
      site.answerAll('Signed');
      await site.settle();
      assert.equal(site.condition('Ready'), 'True/Ready');
    });
  }

  it('says that the issuer is missing, and goes on by itself when it is there', async () => {
    const site = new CsrSite();
    site.declareCsr();
    await site.settle();
    const [request] = site.pending;
    site.answerAll('NoIssuer');
    await site.settle();
    assert.equal(site.condition('Ready'), 'False/IssuerNotFound');
    assert.equal(site.condition('Stalled'), 'True/IssuerNotFound');
    assert.equal(site.condition('ResolvedRefs'), 'False/IssuerNotFound');
    assert.ok(request);
    site.cluster.remove('CertificateRequest', `plant/${request.metadata.name}`);
    site.cluster.put({ ...request });
    site.answerAll('Signed');
    await site.settle();
    assert.equal(site.condition('Ready'), 'True/Ready');
    assert.equal(site.condition('Stalled'), undefined);
  });

  it('counts no request of another namespace or for another object, and says so', async () => {
    for (const change of [{ namespace: 'elsewhere' }, { name: 'b', annotations: foreignUid }]) {
      const site = new CsrSite();
      site.declareCsr();
      await site.settle();
      const [request] = site.pending;
      assert.ok(request);
      const annotations = { ...request.metadata.annotations, ...change.annotations };
      site.answerAll('Signed');
      const [signed] = site.requests;
      assert.ok(signed);
      site.cluster.remove('CertificateRequest', `plant/${request.metadata.name}`);
      site.restart();
      site.cluster.put({ ...signed, metadata: { ...signed.metadata, ...change, annotations } });
      assert.deepEqual(site.issued.ofLineage('plant/a'), []);
      assert.deepEqual(
        site.issued.findings('plant/a').map(({ code }) => code),
        ['MQS150'],
      );
    }
  });

  it('counts no request that asks another issuer, and says so', async () => {
    const site = new CsrSite();
    site.declareCsr();
    await site.settle();
    const [request] = site.pending;
    assert.ok(request);
    site.answerAll('Signed');
    const [signed] = site.requests;
    assert.ok(signed);
    site.cluster.remove('CertificateRequest', `plant/${request.metadata.name}`);
    site.restart();
    const issuerRef = { name: 'theirs', kind: 'Issuer', group: 'cert-manager.io' };
    const spec = { ...(signed as unknown as { readonly spec: object }).spec, issuerRef };
    site.cluster.put({ ...signed, metadata: { ...signed.metadata, name: 'forged' }, spec } as never);
    for (let restarts = 0; restarts < 2; restarts += 1) {
      assert.deepEqual(site.issued.ofLineage('plant/a'), []);
      assert.match(site.issued.findings('plant/a')[0]?.message ?? '', /asks Issuer theirs, which is not the issuer/);
      await site.settle();
      assert.equal(site.condition('Ready'), 'False/Issuing');
      site.restart();
    }
    site.answerAll('Signed');
    await site.settle();
    assert.equal(site.condition('Ready'), 'True/Ready');
  });

  it('counts what a former issuer of the broker gave, until it is replaced', async () => {
    const site = new CsrSite();
    site.declareCsr();
    await site.settle();
    site.answerAll('Signed');
    await site.settle();
    const former = site.cluster.object('MqttBroker', 'plant/main') as unknown as {
      readonly spec: { readonly clientCertificates: object };
    };
    const clientCertificates = { ...former.spec.clientCertificates, issuerRef: { name: 'next' } };
    site.cluster.put({ ...former, spec: { ...former.spec, clientCertificates } } as never);
    site.restart();
    assert.equal(site.issued.ofLineage('plant/a').length, 1);
    assert.deepEqual(site.issued.findings('plant/a'), []);
    await site.settle();
    const asked = site.pending as unknown as readonly {
      readonly spec: { readonly issuerRef: { readonly name: string } };
    }[];
    assert.deepEqual(
      asked.map(({ spec }) => spec.issuerRef.name),
      ['next'],
    );
  });

  it('is not asked for over and over where the issuer gives certificates of another CA than it says', async () => {
    const site = new CsrSite();
    site.issuing = 'expected';
    const trust = { cas: [{ keyId: 'expected' }] } as unknown as Trust;
    site.broker = { trust, expectedInstances: 1, proved: [{ trust } as BrokerState['proved'][number]] };
    site.declareCsr();
    for (let round = 0; round < 10; round += 1) {
      await site.settle();
      site.answerAll('Signed');
      site.clock.stopFor(1_000);
    }
    assert.equal(site.serials.length, 3, 'two that were given in vain');
    assert.equal(site.condition('Ready'), 'True/Ready');
  });

  it('takes away the key that was made for the device before, and one that is written late', async () => {
    const site = new CsrSite();
    site.declare();
    await site.settle();
    site.certManager();
    await site.settle();
    site.declareCsr();
    await site.settle();
    site.answerAll('Signed');
    await site.settle();
    assert.equal(site.condition('Ready'), 'True/Ready');
    assert.equal(site.cluster.object('Certificate', 'plant/a'), undefined);
    assert.equal(site.cluster.object('Secret', 'plant/a-tls'), undefined);
    site.writeSecret();
    site.clock.stopFor(2000);
    await site.settle();
    assert.equal(site.cluster.object('Secret', 'plant/a-tls'), undefined);
  });

  it('asks once for another key, in the second of the former certificate too', async () => {
    for (let round = 0; round < 8; round += 1) {
      const site = new CsrSite();
      site.clock.stopFor(round * 1000);
      site.declareCsr();
      await site.settle();
      site.answerAll('Signed');
      await site.settle();
      site.declareCsr(1);
      await site.settle();
      assert.equal(site.pending.length, 1);
      assert.equal(site.cluster.writes.filter(({ verb }) => verb === 'delete').length, 0);
    }
  });

  it('leaves no request open when the key is to be made in the cluster', async () => {
    const site = new CsrSite();
    site.declareCsr();
    await site.settle();
    site.declare();
    await site.settle();
    assert.deepEqual(site.requests, []);
    site.certManager();
    await site.settle();
    assert.equal(site.condition('Ready'), 'True/Ready');
  });

  it('is ready with a key of the cluster only when that has its certificate', async () => {
    const site = new CsrSite();
    site.declareCsr();
    await site.settle();
    site.answerAll('Signed');
    await site.settle();
    site.declare();
    await site.settle();
    assert.equal(site.condition('Ready'), 'False/Issuing');
    site.clock.stopFor(1000);
    site.certManager();
    await site.settle();
    assert.equal(site.condition('Ready'), 'True/Ready');
  });

  it('ends in the same state wherever the operator is killed', async () => {
    const whole = new CsrSite();
    await life(whole, () => whole.settle());
    assert.equal(whole.condition('Ready'), 'True/Revoked');
    assert.deepEqual([...whole.ledger.keys()].toSorted(), whole.serials.toSorted());
    for (let write = 1; write <= whole.cluster.writes.length; write += 1) {
      const site = new CsrSite();
      site.cluster.writesLeft = write;
      await life(site, () => site.settleThroughDeath());
      assert.deepEqual(site.cluster.contents(), whole.cluster.contents(), `killed at write ${write}`);
      assert.deepEqual([...site.ledger.keys()].toSorted(), site.serials.toSorted(), `killed at write ${write}`);
    }
  });

  it('takes back every certificate that it ever saw, and has one request under way at most', async () => {
    const step = fc.constantFrom<Step[]>(...(Object.keys(steps) as Step[]));
    const end = fc.constantFrom<End[]>(...(Object.keys(ends) as End[]));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), end, async (taken, ending) => {
        const site = new CsrSite();
        site.declareCsr();
        await site.settle();
        for (const one of taken) {
          site.clock.stopFor(1000);
          steps[one](site);
          await site.settle();
          assert.ok(site.pending.length <= 1);
        }
        await ends[ending](site);
        await site.settle();
        assert.deepEqual([...site.ledger.keys()].toSorted(), site.serials.toSorted());
        assert.equal(site.cluster.object('Secret', 'plant/a-tls'), undefined);
        assert.deepEqual(site.pending, []);
      }),
      { numRuns: 80 },
    );
  });
});

type Step =
  'Sign' | 'Fail' | 'Deny' | 'Wait' | 'Restart' | 'Lose' | 'OtherKey' | 'SameKey' | 'Generate' | 'CertManager';

const steps: Readonly<Record<Step, (site: CsrSite) => void>> = {
  Sign: (site) => site.answerAll('Signed'),
  Fail: (site) => site.answerAll('Failed'),
  Deny: (site) => site.answerAll('Denied'),
  Wait: (site) => site.clock.stopFor(60_000),
  Restart: (site) => site.restart(),
  Lose: (site) => site.loseAnswers(),
  OtherKey: (site) => site.declareCsr(1),
  SameKey: (site) => site.declareCsr(0),
  Generate: (site) => site.declare(),
  CertManager: (site) => site.certManager(),
};

type End = 'Revoke' | 'RevokeDevice' | 'Delete' | 'DeleteDevice';

const ends: Readonly<Record<End, (site: CsrSite) => Promise<void> | void>> = {
  Revoke: (site) => site.declareCsr(0, revoked),
  RevokeDevice: (site) => site.declareDevice(revoked),
  Delete: (site) => site.delete(),
  DeleteDevice: (site) => site.cluster.remove('MqttDevice', 'plant/a'),
};
