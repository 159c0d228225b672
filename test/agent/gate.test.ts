import assert from 'node:assert/strict';
import { candidateOf } from '../../src/agent/candidate.ts';
import { gateChecks, type GateInput, gateRefusals } from '../../src/agent/gate.ts';
import { type Bundle, partNames } from '../../src/domain/bundle/content.ts';
import { ofParts } from '../../src/domain/bundle/set.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import { badSets, deceptiveSets, devices, inputOf, setsOf } from './bad-sets.ts';
import {
  bundleOf,
  crlOf,
  day,
  deviceCertificate,
  newCa,
  newSite,
  revocationOf,
  serverPair,
  type SiteSet,
} from './site.ts';

const now = new Date('2026-01-01T00:00:00Z');
const link = '/plant/current';
const site = newSite({
  now,
  link,
  dialect: { version: '2.0' },
  user: 'mosquitto',
  ports: { mtls: 8883, password: 8884 },
});
const sets = setsOf(site);
const names = (input: GateInput, checks = gateChecks): string[] =>
  gateRefusals(input, checks).map(({ check }) => check);

describe('gate', () => {
  it('opens for a good set', () => assert.deepEqual(gateRefusals(inputOf(sets, sets.next)), []));

  for (const { name } of gateChecks) {
    it(`${name} refuses its bad set, and nothing else would`, () => {
      const input = badSets[name]?.(sets);
      assert.ok(input, `no bad set for ${name}`);
      assert.deepEqual(names(input), [name]);
      assert.deepEqual(
        names(
          input,
          gateChecks.filter((check) => check.name !== name),
        ),
        [],
      );
    });
  }

  for (const [what, [check, badSet]] of Object.entries(deceptiveSets)) {
    it(`${check} refuses ${what}`, () => assert.deepEqual(names(badSet(sets)), [check]));
  }

  it('has no bad set without a check', () => {
    assert.deepEqual(Object.keys(badSets).sort(), gateChecks.map(({ name }) => name).sort());
  });

  it('opens for the first set, which nothing was loaded before', () => {
    assert.deepEqual(names({ ...inputOf(sets, sets.next), loaded: undefined }), []);
  });

  it('refuses, and does not throw, when a check throws', () => {
    const broken = { name: 'Broken', refuses: () => JSON.parse('{') as string };
    assert.deepEqual(names(inputOf(sets, sets.next), [broken]), ['Broken']);
  });

  it('survives any text in any part', () => {
    for (const text of [
      '',
      '\0',
      '\n',
      'x'.repeat(10_000),
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    ]) {
      const { parts } = sets.next;
      const all = ofParts(partNames, () => [text]);
      for (const bad of [all, ...partNames.map((name) => ({ ...parts, [name]: [text] }))]) {
        const refusals = gateRefusals(inputOf(sets, { ...sets.next, parts: bad }));
        assert.ok(refusals.length > 0);
        assert.ok(
          refusals.every(({ reason }) => !reason.startsWith('the check failed')),
          JSON.stringify(refusals),
        );
      }
    }
  });
});

describe('gate: revocations', () => {
  const pair = deviceCertificate(site, 'd');
  const entry = revocationOf(site.ca, pair, now);
  const after = (former: readonly RevocationEntry[], next: SiteSet, at = now): string[] => {
    const loaded = candidateOf(bundleOf(site, { revision: 1, devices, revocations: former }));
    return names({ ...inputOf(sets, bundleOf(site, next)), loaded, now: at });
  };
  const none: SiteSet = { revision: 2, devices };

  it('may lift a hold', () => assert.deepEqual(after([{ ...entry, reason: 'CertificateHold' }], none), []));
  it('may not lift one for good', () => assert.deepEqual(after([entry], none), ['RevocationsKept']));
  it('may not turn one for good into a hold', () => {
    const revocations = [{ ...entry, reason: 'CertificateHold' }] as const;
    assert.deepEqual(after([entry], { ...none, revocations }), ['RevocationsKept']);
  });
  it('may drop what has ended', () => {
    const short = { ...entry, notAfter: new Date(now.getTime() - 1000) };
    assert.deepEqual(after([short], none), []);
  });
  it('may drop those of a CA that is trusted no more', () => {
    const gone = revocationOf(newCa('gone', now), deviceCertificate({ ...site, ca: newCa('gone', now) }, 'd'), now);
    assert.deepEqual(after([gone], none), []);
  });
  it('asks for a hold in the CRL too', () => {
    const held = { ...entry, reason: 'CertificateHold' } as const;
    const parts = { crl: crlOf(site.ca, 1, now, []) };
    assert.deepEqual(after([], { ...none, revocations: [held], parts }), ['RevokedInCrl']);
  });
});

describe('gate: dates of a CRL', () => {
  const crl = (from: number, to: number): string[] =>
    names(
      inputOf(
        sets,
        bundleOf(site, {
          ...sets.good,
          parts: { crl: crlOf(site.ca, 5, now, sets.good.revocations ?? [], { from, to }) },
        }),
      ),
    );

  it('holds from thisUpdate', () => assert.deepEqual(crl(0, day), []));
  it('does not hold before', () => assert.deepEqual(crl(1000, day), ['CrlInDate']));
  it('does not hold at nextUpdate', () => assert.deepEqual(crl(-day, 0), ['CrlInDate']));

  const partner = newCa('partner', now);
  const withPartner = (revision: number, to: number, change: Partial<SiteSet> = {}) => {
    const revocations = change.revocations ?? [];
    const lists = crlOf(site.ca, revision, now, revocations) + crlOf(partner, 1, now, [], { from: -day, to });
    const parts = { ca: site.ca.pem + partner.pem, crl: lists };
    return bundleOf(site, { revision, devices, ...change, parts });
  };
  const given = (loaded: number, to: number): string[] => {
    const revocations = [revocationOf(site.ca, deviceCertificate(site, 'a'), now)];
    const next = withPartner(6, to, { revocations });
    return names({ ...inputOf(sets, next), loaded: candidateOf(withPartner(5, loaded)) });
  };
  it('that has ended where it is loaded keeps nothing from being taken back', () =>
    assert.deepEqual(given(-1, -1), []));
  it('that has ended does not take the place of one that has not', () => {
    assert.deepEqual(given(day, -1), ['CrlInDate']);
  });

  const begins = (next: Bundle, at: Date): string[] => names({ ...inputOf(sets, next), loaded: undefined, now: at });
  it('that has ended keeps nobody else out where nothing is loaded', () => {
    assert.deepEqual(begins(withPartner(1, -1), now), []);
    const late = new Date(now.getTime() + 8 * day);
    const [certificates, passwords] = [devices.slice(0, 1), devices.slice(1)];
    assert.deepEqual(begins(bundleOf(site, { revision: 1, devices: passwords }), late), []);
    assert.deepEqual(begins(bundleOf(site, { revision: 1, devices: certificates }), late), ['CrlInDate']);
    assert.deepEqual(begins(withPartner(1, -1, { devices: certificates }), late), ['CrlInDate']);
  });
});

describe('gate: a key pair of the server that has ended', () => {
  const ended = () =>
    serverPair(site.ca, { notBefore: new Date(now.getTime() - 2 * day), notAfter: new Date(now.getTime() - day) });
  const server = ended();
  const loaded = candidateOf(bundleOf(site, { ...sets.good, revision: 4, crlNumber: 4, server }));
  const given = (next: SiteSet): string[] => names({ ...inputOf(sets, bundleOf(site, next)), loaded });

  it('does not keep a revocation from the broker that serves with it', () => {
    const revocations = [...(sets.good.revocations ?? []), revocationOf(site.ca, deviceCertificate(site, 'a'), now)];
    assert.deepEqual(given({ ...sets.good, revocations, server }), []);
  });
  it('does not take the place of another', () => {
    assert.deepEqual(given({ ...sets.good, server: ended() }), ['ServerKeyPair']);
  });
  it('is nothing to begin with', () => {
    const next = bundleOf(site, { ...sets.good, server });
    assert.deepEqual(names({ ...inputOf(sets, next), loaded: undefined }), ['ServerKeyPair']);
  });
});
