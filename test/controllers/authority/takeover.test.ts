/** CAs whose lists change hands, and CAs that are new: what devices are refused, and whether agents take the sets. */
import assert from 'node:assert/strict';
import { candidateOf } from '../../../src/agent/candidate.ts';
import { gateRefusals } from '../../../src/agent/gate.ts';
import type { Trust } from '../../../src/controllers/context.ts';
import type { Bundle } from '../../../src/domain/bundle/content.ts';
import { caText, crlText } from '../../../src/domain/bundle/trust.ts';
import { objectKey, type ObjectKey } from '../../../src/domain/names.ts';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import { parsedCrls, signedCrl } from '../../../src/domain/pki/crl.ts';
import { pemText } from '../../../src/domain/pki/pem.ts';
import { revocationsText } from '../../../src/domain/pki/revocations.ts';
import { brokerName, bundleOf, newSite, type Site } from '../../agent/site.ts';
import { authority, end, revocation, seconds } from '../../domain/pki/authorities.ts';
import { foreignCrl } from '../../domain/pki/foreign-crl.ts';
import { authoritySite, certificateOf, plant } from './site.ts';

const [ca, partner] = [authority('devices'), authority('partner')];
const { keyId } = ca.issuer;
const day = 86_400;

const signed = { type: 'SignedCrl' };
const external = { type: 'ExternalCrl', crlRef: { name: 'list' } };
const trustedCa = (revocationSpec: object, name = 'devices', secret = 'ca') => ({
  ...{ name, caRef: { kind: 'Secret', name: secret }, revocation: revocationSpec },
});

/** An agent that takes each set that its gate lets through. */
function agentOf(now: () => Date) {
  const directory = '/plant/current';
  const ports = { mtls: 8883, password: 8884 };
  const set = newSite({ now: now(), link: directory, dialect: { version: '2.0' }, user: 'mosquitto', ports });
  let loaded: Bundle | undefined;
  let revision = 0;
  return (trust: Trust): readonly string[] => {
    const { cas, crls, revocations } = trust;
    const parts = { ca: caText(cas), crl: crlText(cas, crls), revocations: revocationsText(revocations) };
    const bundle = bundleOf(crls.length > 0 ? set : withoutLists(set), {
      revision: (revision += 1),
      devices: [],
      parts,
    });
    const refusals = gateRefusals({
      ...{ next: candidateOf(bundle), loaded: loaded && candidateOf(loaded), now: now() },
      ...{ broker: brokerName, directory, mosquittoVersion: '2.0.11' },
    });
    if (refusals.length === 0) loaded = bundle;
    return refusals.map(({ check, reason }) => `${check}: ${reason}`);
  };
}

function withoutLists(set: Site): Site {
  const listeners = set.conf.listeners.map((one) => {
    if (one.kind !== 'Network' || one.authentication !== 'Certificate') return one;
    const { crlFile, ...tls } = one.tls;
    return crlFile === undefined ? one : { ...one, tls };
  });
  return { ...set, conf: { ...set.conf, listeners } };
}

/** A broker with one CA; `change` makes the operator look at another revocation of it, and its agent take what is published. */
function takeoverSite() {
  const site = authoritySite();
  site.secret('ca', ca);
  site.issuer();
  const now = () => site.clock.now();
  const agent = agentOf(now);
  let run = site.begun();
  const trust = () => {
    const known = run.trust();
    if (known.findings.every(({ severity }) => severity !== 'Error')) {
      site.published(known);
      assert.deepEqual(agent(known), [], 'the agent takes the set');
      assert.deepEqual(run.events, [], 'no ledger was an older copy');
    }
    return known;
  };
  const look = async () => {
    await site.clock.advance(61_000);
    await run.look();
    return trust();
  };
  const declare = (...trustedCas: object[]) => {
    site.broker('main', { clientCertificates: { issuerRef: { name: 'devices' }, trustedCas } });
  };
  return {
    ...{ site, now, look },
    run: () => run,
    declare,
    change: (...trustedCas: object[]) => {
      declare(...trustedCas);
      return look();
    },
    /** The list that somebody else signs with the key of the CA. */
    list: (number: bigint, entries: readonly RevocationEntry[], signer = ca, days = 1) => {
      const [thisUpdate, nextUpdate] = [seconds(now(), -60), seconds(now(), days * day)];
      const content = { issuer: signer.issuer, key: signer.key, number, thisUpdate, nextUpdate, entries };
      site.configMap('list', { 'ca.crl': signedCrl(content).pem });
    },
    restart: async (...others: ObjectKey[]) => {
      const { issued } = run;
      run = site.begun();
      Object.assign(run.issued, issued);
      for (const other of others) await run.look(other);
      return look();
    },
  };
}

/** What a broker refuses by its lists. */
function refusedBy({ crls }: Trust): readonly string[] {
  const read = parsedCrls(crls.map(({ pem }) => pem).join(''));
  return read.ok ? read.value.flatMap(({ entries }) => [...entries.keys()]).toSorted() : [];
}

const said = ({ findings }: Trust) =>
  findings.map(({ severity, reason, message }) => `${severity} ${reason ?? ''}: ${message}`);
const numberOf = ({ crls: [crl] }: Trust) => crl?.number ?? assert.fail('there is no list');
const [a, b, c] = ['a', 'b', 'c'].map((serial) => revocation(keyId, serial)) as [
  RevocationEntry,
  RevocationEntry,
  RevocationEntry,
];
const late = 10n ** 12n;

describe('a CA whose lists somebody else signs from now on', () => {
  it('is taken over by a list that names all that ours did, and no list after it names less', async () => {
    const one = takeoverSite();
    await one.change(trustedCa(signed));
    await one.run().revoke([a, b]);
    await one.look();
    one.list(late, [a, b, c]);
    const taken = await one.change(trustedCa(external));
    assert.deepEqual([refusedBy(taken), said(taken), numberOf(taken)], [['a', 'b', 'c'], [], late]);
    one.list(late + 1n, [a, c]);
    const kept = await one.look();
    assert.deepEqual([refusedBy(kept), numberOf(kept)], [['a', 'b', 'c'], late]);
    assert.match(said(kept).join(), /^Warning CrlInvalid: .* lacks what was taken back: serial b; the last good list/);
    one.list(late + 2n, [a, b]);
    assert.deepEqual(refusedBy(await one.look()), ['a', 'b'], 'what only it named is its own to drop');
  });

  const lists: readonly [what: string, number: bigint, entries: readonly RevocationEntry[], says: RegExp][] = [
    ['lacks one that was taken back', late, [a], /lacks what was taken back: serial b/],
    ['has a lower number', 7n, [a, b], /the number of the revocation list fell from \d+ to 7/],
  ];
  for (const [what, number, entries, says] of lists) {
    it(`goes on with our list while the other ${what}, and then has its devices refused`, async () => {
      const one = takeoverSite();
      await one.change(trustedCa(signed));
      await one.run().revoke([a, b]);
      const ours = await one.look();
      one.list(number, entries);
      const waiting = await one.change(trustedCa(external));
      assert.deepEqual(waiting.crls, ours.crls);
      assert.match(said(waiting).join(), says);
      const after = await one.restart();
      assert.deepEqual([after.crls[0]?.pem, said(after)], [ours.crls[0]?.pem, said(waiting)]);
      await one.site.clock.advance(8 * day * 1000);
      one.list(number, entries);
      const ended = await one.look();
      assert.equal(ended.crls[0]?.pem, ours.crls[0]?.pem);
      assert.match(said(ended).join(), /^Warning CrlInvalid: .*all devices of CA devices are refused until/);
    });
  }

  it('does not wait for what was on hold, or has ended', async () => {
    const one = takeoverSite();
    one.site.device('sensor-1', true);
    one.run().issued.held = [certificateOf('sensor-1', keyId)];
    await one.change(trustedCa(signed));
    await one.run().revoke([revocation(keyId, 'e', { notAfter: seconds(one.now(), 600) })]);
    assert.deepEqual(refusedBy(await one.look()), ['a1', 'e']);
    await one.site.clock.advance(600_000);
    one.list(late, []);
    const taken = await one.change(trustedCa(external));
    assert.deepEqual([refusedBy(taken), said(taken), taken.revocations], [[], [], []]);
  });
});

describe('a certificate of a device on the list of somebody else', () => {
  const named = ({ revocations }: Trust) => revocations.map(({ serial, identity }) => `${serial} ${identity}`);
  const begun = async () => {
    const one = takeoverSite();
    const serials = ['a1', 'a2'];
    one.run().issued.held = serials.map((serial) => ({ ...certificateOf('sensor-1', keyId), serial }));
    const [for1, held] = [revocation(keyId, 'a1'), revocation(keyId, 'a2', { reason: 'CertificateHold' })];
    one.list(late, [for1, b, held]);
    await one.change(trustedCa(external));
    return { one, for1, held };
  };

  it('is taken back here, too, so that its session ends; not what is on hold, or of nobody', async () => {
    const { one, for1 } = await begun();
    const taken = await one.look();
    assert.deepEqual([refusedBy(taken), named(taken), said(taken)], [['a1', 'a2', 'b'], ['a1 sensor-1'], []]);
    assert.deepEqual(named(await one.restart()), ['a1 sensor-1']);
    one.list(late + 1n, [for1]);
    const next = await one.look();
    assert.deepEqual([refusedBy(next), named(next)], [['a1'], ['a1 sensor-1']]);
  });

  it('stays so: a list that drops it does not count before the certificate has ended', async () => {
    const { one, held } = await begun();
    one.list(late + 1n, [b, held]);
    assert.match(said(await one.look()).join(), /lacks what was taken back: serial a1; the last good list/);
  });

  it('stays so without lists, and on ours, also where nobody could sign ours at first', async () => {
    for (const secret of ['ca', 'keyless']) {
      const { one } = await begun();
      await one.run().revoke([c]);
      assert.deepEqual(named(await one.change(trustedCa({ type: 'None' }))), ['a1 sensor-1']);
      one.declare(trustedCa({ ...signed, signerSecretRef: { name: secret } }));
      await one.look();
      one.site.secret(secret, ca);
      assert.deepEqual(refusedBy(await one.look()), ['a1', 'a2', 'b', 'c']);
    }
  });

  it('is none of that CA any more once the broker named it no more: any list of it is its first', async () => {
    const { one } = await begun();
    one.site.secret('partner', partner);
    const gone = await one.change(trustedCa(signed, 'partner', 'partner'));
    assert.deepEqual([gone.cas.map(({ name }) => name), gone.revocations], [['partner'], []]);
    one.list(7n, [b]);
    const back = await one.change(trustedCa(external));
    assert.deepEqual([refusedBy(back), said(back)], [['b'], []]);
  });

  it('is on our list, where an older one of ours would fit the CA and nobody can sign another', async () => {
    const one = takeoverSite();
    one.run().issued.held = [certificateOf('sensor-1', keyId)];
    const ours = await one.change(trustedCa(signed));
    one.list(numberOf(ours), [revocation(keyId, 'a1')]);
    assert.deepEqual(refusedBy(await one.change(trustedCa(external))), ['a1']);
    const keyless = { ...signed, signerSecretRef: { name: 'keyless' } };
    assert.deepEqual(refusedBy(await one.change(trustedCa(keyless))), ['a1']);
  });
});

describe('a CA whose lists are ours from now on', () => {
  it('has on them for good all that the list of somebody else named, with a number above its', async () => {
    for (const restarts of [false, true]) {
      const one = takeoverSite();
      one.run().issued.held = [certificateOf('sensor-1', keyId)];
      const held = revocation(keyId, 'd', { reason: 'CertificateHold' });
      one.list(late, [revocation(keyId, 'a1'), b, held]);
      await one.change(trustedCa(external));
      if (restarts) await one.restart();
      const ours = await one.change(trustedCa(signed));
      assert.deepEqual([refusedBy(ours), said(ours), numberOf(ours)], [['a1', 'b', 'd'], [], late + 1n]);
      assert.deepEqual(
        ours.revocations.map(({ serial, identity, reason }) => `${serial} ${identity} ${reason}`),
        ['b - KeyCompromise', 'd - Unspecified', 'a1 sensor-1 KeyCompromise'],
      );
      assert.ok(ours.revocations.every(({ identity, notAfter }) => (identity === '-') === notAfter > end));
      assert.deepEqual(refusedBy(await one.restart()), ['a1', 'b', 'd'], 'and after a restart');
      await one.site.clock.advance(3 * day * 1000);
      assert.deepEqual(refusedBy(await one.look()), ['a1', 'b', 'd'], 'and when it is signed again');
    }
  });

  it('are signed, too, where the other spent all numbers on a list, which does not count', async () => {
    const one = takeoverSite();
    one.list(late, [b]);
    await one.change(trustedCa(external));
    one.list(2n ** 159n - 1n, [b, c]);
    const kept = await one.look();
    assert.deepEqual([refusedBy(kept), numberOf(kept)], [['b'], late]);
    assert.match(said(kept).join(), /^Warning CrlInvalid: .*its number leaves none for the lists after it/);
    assert.equal(numberOf(await one.change(trustedCa(signed))), late + 1n);
  });

  it('names on them what the other dated before all that a list of ours can say', async () => {
    const one = takeoverSite();
    const der = foreignCrl(ca, { serials: ['b'], entryDate: '19000101000000Z' });
    one.site.configMap('list', { 'ca.crl': pemText('X509 CRL', der) });
    assert.deepEqual(refusedBy(await one.change(trustedCa(external))), ['b']);
    const ours = await one.change(trustedCa(signed));
    assert.deepEqual([refusedBy(ours), said(ours)], [['b'], []]);
    assert.deepEqual(refusedBy(await one.restart()), ['b']);
  });

  it('goes on with the list of somebody else while nobody can sign, and takes it over with the key', async () => {
    const one = takeoverSite();
    await one.change(trustedCa(signed));
    await one.run().revoke([a]);
    await one.look();
    one.list(late, [a, b]);
    await one.change(trustedCa(external));
    const keyless = { ...signed, signerSecretRef: { name: 'keyless' } };
    const waiting = await one.change(trustedCa(keyless));
    assert.deepEqual([refusedBy(waiting), numberOf(waiting)], [['a', 'b'], late]);
    assert.match(said(waiting).at(-1) ?? '', /^Warning SignerForbidden: CA devices goes on with the list that it has/);
    await one.restart();
    one.site.secret('keyless', ca);
    const ours = await one.look();
    assert.deepEqual([refusedBy(ours), said(ours), numberOf(ours)], [['a', 'b'], [], late + 1n]);
  });

  it('does not wait for what has ended before anybody could sign', async () => {
    for (const restarts of [false, true]) {
      const one = takeoverSite();
      one.run().issued.held = [certificateOf('sensor-1', keyId, { notAfter: seconds(one.now(), 600) })];
      one.list(late, [revocation(keyId, 'a1'), b], ca, 30);
      await one.change(trustedCa(external));
      const keyless = { ...signed, signerSecretRef: { name: 'keyless' } };
      assert.equal(numberOf(await one.change(trustedCa(keyless))), late);
      one.run().issued.held = [];
      await one.site.clock.advance(4 * day * 1000);
      if (restarts) await one.restart();
      one.site.secret('keyless', ca);
      const ours = await one.look();
      assert.deepEqual([refusedBy(ours), said(ours), numberOf(ours)], [['b'], [], late + 1n]);
    }
  });

  it('and those of somebody else again: nothing is let in that either named', async () => {
    for (const restarts of [false, true]) {
      const one = takeoverSite();
      await one.change(trustedCa(signed));
      await one.run().revoke([a]);
      await one.look();
      one.list(late, [a, b]);
      await one.change(trustedCa(external));
      if (restarts) await one.restart();
      await one.run().revoke([c]);
      one.declare(trustedCa(signed));
      const ours = restarts ? await one.restart() : await one.look();
      assert.deepEqual([refusedBy(ours), numberOf(ours)], [['a', 'b', 'c'], late + 1n]);
      one.list(late + 5n, [a, c]);
      const back = await one.change(trustedCa(external));
      assert.deepEqual(refusedBy(back), ['a', 'b', 'c']);
      assert.match(said(back).join(), /lacks what was taken back: serial b;/);
    }
  });

  it('has a number above that of a list that named no more than ours', async () => {
    const one = takeoverSite();
    await one.change(trustedCa(signed));
    await one.run().revoke([a]);
    await one.look();
    one.list(late, [a]);
    await one.change(trustedCa(external));
    assert.equal(numberOf(await one.restart()), late);
    const ours = await one.change(trustedCa(signed));
    assert.deepEqual([refusedBy(ours), said(ours), numberOf(ours)], [['a'], [], late + 1n]);
  });

  it('keeps them in the ledger, when there are no lists for a while', async () => {
    const one = takeoverSite();
    one.list(late, [b]);
    await one.change(trustedCa(external));
    const open = await one.change(trustedCa({ type: 'None' }));
    assert.deepEqual([open.crls, said(open)], [[], []]);
    assert.deepEqual(refusedBy(await one.change(trustedCa(signed))), ['b']);
  });

  it('has nothing on hold for good that was on hold on ours before', async () => {
    const one = takeoverSite();
    one.site.device('sensor-1', true);
    one.run().issued.held = [certificateOf('sensor-1', keyId)];
    one.site.broker('other', {
      clientCertificates: { issuerRef: { name: 'devices' }, trustedCas: [trustedCa(signed)] },
    });
    const other = objectKey(plant, 'other');
    await one.run().look(other);
    await one.change(trustedCa(signed));
    assert.deepEqual(refusedBy(await one.change(trustedCa(external))), ['a1']);
    await one.run().revoke([a]);
    await one.run().look(other);
    one.site.device('sensor-1', false);
    await one.run().look(other);
    for (const trust of [await one.change(trustedCa(signed)), await one.restart(other)]) {
      assert.deepEqual(refusedBy(trust), ['a']);
    }
  });
});

describe('a CA that is new to a broker', () => {
  const ofPartner = (revocationSpec: object = external) => trustedCa(revocationSpec, 'partner', 'partner-ca');
  const keysOf = ({ cas }: Trust) => cas.map((one) => one.keyId);

  it('is not trusted before its list is there, and holds up nothing of another', async () => {
    const one = takeoverSite();
    one.site.secret('partner-ca', partner);
    await one.change(trustedCa(signed));
    const waiting = await one.change(trustedCa(signed), ofPartner());
    assert.deepEqual(keysOf(waiting), [keyId]);
    assert.match(said(waiting).join(), /^Warning CrlInvalid: .*: all devices of CA partner are refused until then$/);
    await one.run().revoke([a]);
    const after = await one.look();
    assert.deepEqual([refusedBy(after), keysOf(after)], [['a'], [keyId]]);
    assert.deepEqual(keysOf(await one.restart()), [keyId]);
    one.list(1n, [revocation(partner.issuer.keyId, 'f')], partner);
    const both = await one.look();
    assert.deepEqual([refusedBy(both), keysOf(both), said(both)], [['a', 'f'], [keyId, partner.issuer.keyId], []]);
  });

  it('waits alone, too, while its list is fetched', async () => {
    const one = takeoverSite();
    one.site.secret('partner-ca', partner);
    one.site.web.download = () => new Promise(() => undefined);
    const crlUrl = { url: 'https://pki.example/ca.crl', refreshSeconds: 3600 };
    const waiting = await one.change(trustedCa(signed), ofPartner({ type: 'ExternalCrl', crlUrl }));
    assert.deepEqual(keysOf(waiting), [keyId]);
    assert.match(said(waiting).join(), /^Warning Pending: the revocation list of CA partner is not there yet: all/);
  });

  it('goes on with its list when the server fails, and says so until it answers again', async () => {
    const one = takeoverSite();
    one.site.secret('partner-ca', partner);
    const crlUrl = { url: 'https://pki.example/ca.crl', refreshSeconds: 60 };
    const [thisUpdate, nextUpdate] = [seconds(one.now(), -60), seconds(one.now(), day)];
    const list = signedCrl({ ...partner, number: 1n, thisUpdate, nextUpdate, entries: [] }).pem;
    const answered = () => Promise.resolve({ kind: 'Content', bytes: Buffer.from(list) } as const);
    one.site.web.download = answered;
    await one.change(trustedCa(signed), ofPartner({ type: 'ExternalCrl', crlUrl }));
    const both = await one.look();
    assert.deepEqual([keysOf(both), said(both)], [[keyId, partner.issuer.keyId], []]);
    one.site.web.download = () => Promise.reject(new Error('the server answers 500'));
    await one.look();
    const failing = await one.look();
    assert.equal(failing.crls[1]?.pem, list);
    const what = /^Warning CrlInvalid: .*ca\.crl cannot be downloaded: the server answers 500; the last good list/;
    assert.match(said(failing).join(), what);
    one.site.web.download = answered;
    await one.look();
    assert.deepEqual(said(await one.look()), []);
  });

  it('waits alone while it cannot be read itself; one that was trusted before keeps all as it is', async () => {
    const one = takeoverSite();
    await one.change(trustedCa(signed));
    const waiting = await one.change(trustedCa(signed), ofPartner(signed));
    assert.deepEqual(keysOf(waiting), [keyId]);
    assert.match(said(waiting).join(), /^Warning CaNotFound: Secret plant\/partner-ca does not exist: all devices of/);
    one.site.secret('partner-ca', partner);
    assert.deepEqual(keysOf(await one.look()), [keyId, partner.issuer.keyId]);
    one.site.cluster.remove('Secret', 'plant/partner-ca');
    assert.match(said(await one.look()).join(), /^Error CaNotFound: /);
    assert.match(said(await one.restart()).join(), /^Error CaNotFound: /);
  });

  it('has all wait with it where it is none: whom the broker lets in without a list is not cut off for want of one', async () => {
    const one = takeoverSite();
    one.site.secret('partner-ca', partner);
    const none = { type: 'None' };
    assert.deepEqual(keysOf(await one.change(trustedCa(none), ofPartner(none))), [keyId, partner.issuer.keyId]);
    const waiting = await one.change(trustedCa(signed), ofPartner());
    assert.match(said(waiting).join(), /^Error CrlInvalid: /);
    one.list(1n, [], partner);
    const both = await one.look();
    assert.deepEqual([keysOf(both), both.crls.length, said(both)], [[keyId, partner.issuer.keyId], 2, []]);
  });

  it('holds up all where it cannot be told whether the broker has its list', async () => {
    const one = takeoverSite();
    one.site.secret('partner-ca', partner);
    one.list(1n, [], partner);
    await one.change(trustedCa(signed), ofPartner());
    one.site.sets.isDamaged = true;
    one.site.cluster.remove('ConfigMap', 'plant/list');
    assert.match(said(await one.restart()).join(), /^Error CrlInvalid: /);
    one.site.sets.isDamaged = false;
    assert.match(said(await one.look()).join(), /^Warning CrlInvalid: .*; the last good list of CA partner stays/);
  });

  it('keeps the last set in force where it is the only one', async () => {
    const one = takeoverSite();
    assert.match(said(await one.change(trustedCa(external))).join(), /^Error CrlInvalid: .* does not exist$/);
  });
});
