import assert from 'node:assert/strict';
import { candidateOf } from '../../src/agent/candidate.ts';
import { gateChecks, type GateInput, gateRefusals } from '../../src/agent/gate.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import { badSets, devices, inputOf, setsOf } from './bad-sets.ts';
import { bundleOf, crlOf, day, deviceCertificate, newCa, newSite, revocationOf, type SiteSet } from './site.ts';

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
      const all = Object.fromEntries(Object.keys(parts).map((name) => [name, text])) as typeof parts;
      for (const bad of [all, ...Object.keys(parts).map((name) => ({ ...parts, [name]: text }))]) {
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
});
