import assert from 'node:assert/strict';
import type { CertificateObject } from '../../../src/api/kinds.ts';
import { renewAtAnnotation, revokeFinalizer } from '../../../src/api/labels.ts';
import type { CertificateFacts } from '../../../src/controllers/certificate/facts.ts';
import { planOf } from '../../../src/controllers/certificate/plan.ts';
import type { Claim } from '../../../src/controllers/certificate/request.ts';
import type { CertificatePlan } from '../../../src/controllers/certificate/steps.ts';
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import { type HeldCertificate, renewalOf } from '../../../src/domain/pki/lineage.ts';
import { seconds, start } from '../../domain/pki/authorities.ts';
import { broker, object, template } from '../device/site.ts';
import { MemoryCluster } from '../memory-cluster.ts';

const day = 86_400;
const now = seconds(start, 10 * day);
const brokerSpec = (broker as unknown as { readonly spec: { readonly clientCertificates: object } }).spec;

interface Manifests {
  readonly certificate?: object;
  readonly device?: object;
  readonly clientCertificates?: object;
}

/** A DeviceCertificate `a` of a device `a` that nothing was done for yet. */
function factsOf({ certificate = {}, device = {}, clientCertificates = {} }: Manifests = {}): CertificateFacts {
  const cluster = new MemoryCluster(['MqttBroker', 'AclTemplate', 'MqttDevice', 'DeviceCertificate']);
  const merged = { ...brokerSpec.clientCertificates, ...clientCertificates };
  cluster.put(object('MqttBroker', 'main', { ...brokerSpec, clientCertificates: merged }));
  cluster.put(template);
  const common = { brokerRef: { name: 'main' }, templateRefs: [{ name: 'sensor' }], suspended: false };
  cluster.put(object('MqttDevice', 'a', { ...common, authentication: { type: 'Certificate' }, ...device }));
  const spec = { deviceRef: { name: 'a' }, ...certificate };
  cluster.put(object('DeviceCertificate', 'a', spec, { finalizers: [revokeFinalizer] }));
  const world = cluster.restarted();
  const { fleet } = createFleetState(world);
  const declared = world.deviceCertificates.store.get('plant/a');
  const parsed = world.devices.store.get('plant/a');
  assert.ok(declared?.value.ok && parsed?.value.ok);
  return {
    ...{ declared, spec: declared.value.value.spec, device: parsed.value.value, fleet },
    ...{ isDeviceDeclared: true, isDeviceDeleting: false, broker: fleet.brokers.get('plant/main') },
    ...{ findings: [], admitted: new Set(['plant/a']), certManager: 'Known', child: undefined, goneAt: undefined },
    ...{ secret: { kind: 'Absent' }, formerSecret: { kind: 'Unasked' }, held: [], strays: [], requests: [] },
    ...{ leftovers: [], foreign: [], acknowledgements: [], isLifted: false, reissueAt: undefined },
    ...{
      formerRevocation: undefined,
      handledRenewAt: undefined,
      enforcement: () => undefined,
      keyStoreProblem: undefined,
    },
    authorities: { isRevoked: () => false, isPublished: () => false },
  };
}

function heldOne(serial: string, change: Partial<HeldCertificate> = {}): HeldCertificate {
  return {
    ...{ serial, fingerprint: `f-${serial}`, identity: 'a', caKeyId: 'ca', keyId: 'key', lineage: 'plant/a' },
    ...{ device: 'plant/a', key: 'ECDSA 256', issuedAt: start, notBefore: start, notAfter: seconds(start, 90 * day) },
    ...{ renewBeforeSeconds: 30 * day, ...change },
  };
}

type Child = CertificateObject & { readonly spec: Readonly<Record<string, unknown>> };

/** The Certificate as a plan wants it, as cert-manager would have it with that certificate; `generation` it has seen. */
function childOf(facts: CertificateFacts, held = heldOne('1'), seen = 1, status: object = {}): Child {
  const step = planOf(facts, now).steps.find(({ kind }) => kind === 'ApplyCertificate');
  assert.ok(step?.kind === 'ApplyCertificate');
  const conditions = [{ type: 'Ready', status: 'True', observedGeneration: seen }];
  const [notBefore, notAfter] = [held.notBefore, held.notAfter].map((time) => time.toISOString());
  const metadata = { ...step.desired.metadata, uid: 'child', generation: 1 };
  return { ...step.desired, metadata, status: { conditions, notBefore, notAfter, ...status } } as unknown as Child;
}

const kindsIn = ({ steps }: CertificatePlan) => steps.map(({ kind }) => kind);

function conditionIn({ status }: CertificatePlan, type: string): string | undefined {
  const found = status?.conditions.find((one) => one.type === type);
  return found && `${found.status}/${found.reason}`;
}

function appliedSpec({ steps }: CertificatePlan): Readonly<Record<string, unknown>> {
  const step = steps.find(({ kind }) => kind === 'ApplyCertificate');
  return step?.kind === 'ApplyCertificate' ? (step.desired['spec'] as Readonly<Record<string, unknown>>) : {};
}

describe('the plan for a certificate', () => {
  it('asks for another one when the serial of the present one stays unknown', () => {
    const facts = { ...factsOf(), child: childOf(factsOf()) };
    const rows = [
      { reissueAt: seconds(now, 10), kinds: [], nextAt: seconds(now, 10) },
      { reissueAt: now, kinds: ['Reissue'], nextAt: undefined },
    ];
    for (const { reissueAt, kinds, nextAt } of rows) {
      const plan = planOf({ ...facts, reissueAt }, now);
      assert.deepEqual([kindsIn(plan), plan.nextAt], [kinds, nextAt]);
      assert.equal(conditionIn(plan, 'Ready'), 'False/SerialUnknown');
    }
    const issuing = { type: 'Issuing', status: 'True' };
    const child = childOf(factsOf(), heldOne('1'), 1, { conditions: [issuing] });
    assert.deepEqual(kindsIn(planOf({ ...facts, child, reissueAt: now }, now)), []);
  });

  it('asks for another one when somebody wants it, in the second of the last one too, and once', () => {
    const facts = factsOf();
    const askedAt = (count: number, handledRenewAt?: string) => {
      const text = `${seconds(start, count).toISOString().slice(0, 19)}Z`;
      const meta = { ...facts.declared.meta, annotations: { [renewAtAnnotation]: text } };
      const declared = { ...facts.declared, meta };
      const child = childOf(facts);
      return kindsIn(planOf({ ...facts, declared, handledRenewAt, child, held: [heldOne('1')] }, now));
    };
    const handled = `${start.toISOString().slice(0, 19)}Z`;
    assert.deepEqual([askedAt(-1), askedAt(0), askedAt(1)], [[], ['Reissue'], ['Reissue']]);
    assert.deepEqual([askedAt(0, handled), askedAt(1, handled)], [[], ['Reissue']]);
  });

  it('moves to another Secret: the former one goes when the new one is filled', () => {
    const held = [heldOne('1')];
    const facts = { ...factsOf({ certificate: { secretName: 'other' } }), held };
    const former = { ...facts, child: childOf(factsOf()) };
    const moving = planOf(former, now);
    assert.deepEqual(kindsIn(moving), ['ApplyCertificate']);
    assert.equal(appliedSpec(moving)['secretName'], 'other');
    const formerSecret = { kind: 'Ours', name: 'a-tls', uid: 'secret' } as const;
    const unfilled = { ...facts, child: childOf(former, held[0], 0), formerSecret };
    assert.deepEqual(kindsIn(planOf(unfilled, now)), []);
    const filled = { ...unfilled, child: childOf(former) };
    const done = planOf(filled, now);
    assert.deepEqual(kindsIn(done), ['DeleteSecret', 'ApplyCertificate']);
    assert.equal(appliedSpec(done)['secretName'], 'other');
    assert.deepEqual(kindsIn(planOf({ ...facts, child: childOf(filled) }, now)), []);
  });

  it('lets changed defaults of the broker wait for the renewal', () => {
    const held = heldOne('1');
    const child = childOf(factsOf());
    const facts = { ...factsOf({ clientCertificates: { duration: '480h', renewBefore: '48h' } }), child, held: [held] };
    assert.deepEqual(kindsIn(planOf(facts, now)), []);
    const due = planOf(facts, seconds(renewalOf(held), -60));
    assert.deepEqual(kindsIn(due), ['ApplyCertificate']);
    assert.equal(appliedSpec(due)['duration'], `${480 * 3600}s`);
  });

  it('puts a renewal time of the object itself into force at once, and a duration with the next certificate', () => {
    const child = childOf(factsOf());
    const certificate = { duration: '480h', renewBefore: '48h' };
    const plan = planOf({ ...factsOf({ certificate }), child, held: [heldOne('1')] }, now);
    assert.deepEqual(kindsIn(plan), ['ApplyCertificate']);
    assert.equal(appliedSpec(plan)['duration'], child.spec['duration']);
    assert.notEqual(appliedSpec(plan)['renewBefore'], child.spec['renewBefore']);
  });

  it('has a key store made when one is asked for', () => {
    const passwordSecretRef = { name: 'store', key: 'password' };
    const keystores = { pkcs12: { passwordSecretRef, profile: 'Modern2023' } };
    const plan = planOf(factsOf({ certificate: { keystores } }), now);
    const expected = { pkcs12: { create: true, passwordSecretRef, profile: 'Modern2023' } };
    assert.deepEqual(appliedSpec(plan)['keystores'], expected);
  });

  it('makes nothing while no key store can be made, and says why; a certificate that is there stays good', () => {
    const passwordSecretRef = { name: 'store', key: 'password' };
    const facts = factsOf({ certificate: { keystores: { pkcs12: { passwordSecretRef, profile: 'Modern2023' } } } });
    const without = { ...facts, keyStoreProblem: 'Secret plant/store does not exist' };
    const plan = planOf(without, now);
    assert.deepEqual(kindsIn(plan), []);
    assert.equal(conditionIn(plan, 'Stalled'), 'True/SecretNotFound');
    assert.equal(conditionIn(plan, 'ResolvedRefs'), 'False/SecretNotFound');
    const renewing = { conditions: [{ type: 'Ready', status: 'False' }] };
    const child = childOf(facts, heldOne('1'), 1, renewing);
    const later = planOf({ ...without, child, held: [heldOne('1')] }, now);
    assert.equal(conditionIn(later, 'Stalled'), 'True/SecretNotFound');
    assert.equal(conditionIn(later, 'Issued'), 'True/Issued');
  });

  it('says what cert-manager waits for', () => {
    const outcome = { kind: 'Pending', message: 'the issuer is not ready', isIssuerMissing: false } as const;
    const request = { metadata: { name: 'a-1', namespace: 'plant' } } as Claim['request'];
    const claim: Claim = { request, lineage: 'plant/a', maker: 'Certificate', outcome };
    const open = { conditions: [{ type: 'Issuing', status: 'True', message: 'the Secret is not there' }] };
    const child = childOf(factsOf(), heldOne('1'), 1, open);
    const message = (requests: readonly Claim[]) =>
      planOf({ ...factsOf(), child, requests }, now).status?.conditions.find(({ type }) => type === 'Ready')?.message;
    assert.equal(message([]), 'the certificate is being issued: the Secret is not there');
    assert.equal(message([claim]), 'the certificate is being issued: the issuer is not ready');
  });

  it('takes the requests of a former Certificate away before it makes one: theirs are the names of the next ones', () => {
    const request = { metadata: { name: 'a-1', namespace: 'plant' } } as Claim['request'];
    const outcome = { kind: 'Pending', message: '', isIssuerMissing: false } as const;
    const leftovers: readonly Claim[] = [{ request, lineage: 'plant/a', maker: 'Certificate', outcome }];
    assert.deepEqual(kindsIn(planOf({ ...factsOf(), leftovers }, now)), ['DeleteRequest', 'ApplyCertificate']);
    const present = { ...factsOf(), leftovers, child: childOf(factsOf()), held: [heldOne('1')] };
    assert.deepEqual(kindsIn(planOf(present, now)), []);
  });

  it('tells how far a revocation is', () => {
    const certificate = { revoked: { reason: 'KeyCompromise' } };
    const facts = { ...factsOf({ certificate }), child: childOf(factsOf()), held: [heldOne('1')] };
    const told = (more: Partial<CertificateFacts>) => {
      const { revocation } = planOf({ ...facts, ...more }, now).status?.fields ?? {};
      return Object.keys(revocation ?? {}).filter((field) => field.endsWith('At'));
    };
    const [known, out] = [() => true, () => false];
    assert.deepEqual(told({}), ['begunAt']);
    assert.deepEqual(told({ authorities: { isRevoked: known, isPublished: out } }), ['begunAt', 'recordedAt']);
    const authorities = { isRevoked: known, isPublished: known };
    assert.deepEqual(told({ authorities }), ['begunAt', 'recordedAt', 'publishedAt']);
    const gone = { authorities, child: undefined };
    assert.deepEqual(told(gone), ['begunAt', 'recordedAt', 'publishedAt', 'deletedAt']);
    const enforcement = () => ({ provedAt: now, sessionsEndedAt: now });
    assert.deepEqual(told({ ...gone, enforcement }), [
      ...['begunAt', 'recordedAt', 'publishedAt', 'provedAt', 'disconnectedAt', 'deletedAt'],
    ]);
  });

  it('takes back the former certificate when the overlap ends', () => {
    const supersededAt = seconds(now, -1800);
    const held = [heldOne('2', { issuedAt: supersededAt }), heldOne('1', { supersededAt })];
    const facts = factsOf({ certificate: { previousCertificate: { revokeAfterSeconds: 3600 } } });
    const serving = { ...facts, child: childOf(facts), held };
    const before = planOf(serving, now);
    assert.deepEqual([kindsIn(before), before.nextAt], [[], seconds(now, 1800)]);
    const [step] = planOf(serving, seconds(now, 1800)).steps;
    assert.ok(step?.kind === 'Revoke');
    assert.deepEqual(
      step.entries.map(({ serial, reason }) => `${serial} ${reason}`),
      ['1 Superseded'],
    );
  });

  it('without cert-manager keeps what there is, and says what is missing where there is nothing', () => {
    const facts = { ...factsOf(), certManager: 'Absent' as const };
    const nothing = planOf(facts, now);
    assert.deepEqual([kindsIn(nothing), conditionIn(nothing, 'Stalled')], [[], 'True/CertManagerAbsent']);
    const something = planOf({ ...facts, held: [heldOne('1')] }, now);
    assert.deepEqual([kindsIn(something), conditionIn(something, 'Ready')], [[], 'True/Ready']);
    const revoked = factsOf({ certificate: { revoked: { reason: 'KeyCompromise' } } });
    const taken = planOf({ ...revoked, certManager: 'Absent', held: [heldOne('1')] }, now);
    assert.deepEqual(kindsIn(taken), ['Revoke']);
  });

  it('says that the issuer is missing when cert-manager says so', () => {
    const request = { metadata: { name: 'a-1', namespace: 'plant' } } as Claim['request'];
    const outcome = { kind: 'Pending', message: 'Referenced "Issuer" not found: x', isIssuerMissing: true } as const;
    const claim: Claim = { request, lineage: 'plant/a', maker: 'Certificate', outcome };
    const child = childOf(factsOf(), heldOne('1'), 1, { conditions: [] });
    const plan = planOf({ ...factsOf(), child, requests: [claim] }, now);
    assert.equal(conditionIn(plan, 'Stalled'), 'True/IssuerNotFound');
    assert.equal(conditionIn(plan, 'ResolvedRefs'), 'False/IssuerNotFound');
  });

  it('takes back what was issued under another name, and goes on with the rest', () => {
    const facts = factsOf();
    const strays = [heldOne('9', { identity: 'b' })];
    const plan = planOf({ ...facts, child: childOf(facts), held: [heldOne('1')], strays }, now);
    const [step] = plan.steps;
    assert.ok(step?.kind === 'Revoke');
    assert.deepEqual(
      step.entries.map(({ serial, reason }) => `${serial} ${reason}`),
      ['9 AffiliationChanged'],
    );
    assert.equal(conditionIn(plan, 'Ready'), 'True/Ready');
  });

  it('stays with the former issuer until it is its turn', () => {
    const before = factsOf();
    const child = childOf(before);
    const facts = { ...factsOf({ clientCertificates: { issuerRef: { name: 'next' } } }), child, held: [heldOne('1')] };
    const former = child.spec['issuerRef'] as NonNullable<CertificateFacts['succession']>['former'];
    const waitsUntil = seconds(now, 5);
    const waiting = planOf({ ...facts, succession: { why: 'Issuer', waitsUntil, former } }, now);
    assert.deepEqual([kindsIn(waiting), waiting.nextAt], [[], waitsUntil]);
    assert.equal(conditionIn(waiting, 'Ready'), 'True/Ready');
    const moved = planOf({ ...facts, succession: { why: 'Issuer', waitsUntil: undefined, former } }, now);
    assert.deepEqual(appliedSpec(moved)['issuerRef'], { name: 'next', kind: 'Issuer', group: 'cert-manager.io' });
  });

  it('asks for another certificate at its turn when the issuer has another CA', () => {
    const facts = { ...factsOf(), child: childOf(factsOf()), held: [heldOne('1')] };
    const kindsAt = (waitsUntil: Date | undefined, change: Partial<CertificateFacts> = {}) =>
      kindsIn(planOf({ ...facts, ...change, succession: { why: 'Ca', waitsUntil, former: undefined } }, now));
    assert.deepEqual([kindsAt(seconds(now, 5)), kindsAt(undefined)], [[], ['Reissue']]);
    const issuing = childOf(factsOf(), heldOne('1'), 1, { conditions: [{ type: 'Issuing', status: 'True' }] });
    assert.deepEqual(kindsAt(undefined, { child: issuing }), [], 'it is under way');
  });

  it('tells of requests that are not counted', () => {
    const foreign = [{ code: 'MQS150', severity: 'Warning', path: '', message: 'it is not counted' }] as const;
    const plan = planOf({ ...factsOf(), foreign }, now);
    const issued = plan.status?.conditions.find(({ type }) => type === 'Issued');
    assert.match(issued?.message ?? '', /it is not counted/);
  });
});

describe('acknowledgement of a certificate', () => {
  const renewedAt = seconds(start, 60 * day);
  const later = (days: number) => seconds(renewedAt, days * day);
  const former = heldOne('1', { supersededAt: renewedAt });
  const renewed = heldOne('2', { issuedAt: renewedAt, notBefore: renewedAt, notAfter: seconds(start, 150 * day) });
  const planWith = (held: readonly HeldCertificate[], acknowledged: readonly string[], at: Date) => {
    const acknowledgements = acknowledged.map((fingerprint) => ({ fingerprint, at: '2026-03-03T00:00:00Z' }));
    return planOf({ ...factsOf(), held, acknowledgements }, at);
  };
  const said = (plan: CertificatePlan) => conditionIn(plan, 'Acknowledged');

  it('is not asked of a first one', () => {
    assert.equal(said(planWith([heldOne('1')], [], later(1))), undefined);
  });

  it('is awaited from the next one, and missed from half of the time on', () => {
    assert.equal(said(planWith([renewed, former], [], later(1))), 'False/AwaitingAcknowledgement');
    assert.equal(said(planWith([renewed, former], ['f-1'], later(14))), 'False/AwaitingAcknowledgement');
    assert.equal(said(planWith([renewed, former], [], later(15))), 'False/NotAcknowledged');
    assert.equal(said(planWith([renewed], [], later(30))), undefined);
  });

  it('is remembered with its time', () => {
    const plan = planWith([renewed, former], ['f-2'], later(1));
    assert.equal(said(plan), 'True/Acknowledged');
    assert.equal(plan.status?.fields['acknowledgedAt'], '2026-03-03T00:00:00Z');
  });
});
