import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { acknowledgedFingerprint, noticeLine, parseNotices } from '../../../src/domain/bundle/notices.ts';
import { compileBroker } from '../../../src/domain/bundle/compile.ts';
import type { Device } from '../../../src/domain/fleet.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { deviceNotice, lineageNotice, overdueAt, publishedNotice } from '../../../src/domain/pki/notice.ts';
import { timeOfSecondsText } from '../../../src/domain/pki/time.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import { aDevice, aFleet } from '../../fixtures.ts';
import { assertRefused, manyLines, textsAround } from '../mutations.ts';
import { anInput, aRevocation, caKeyId, hour, otherCaKeyId, partsOf, start } from '../bundle/compile-fixtures.ts';

const fingerprint = (digit: string) => digit.repeat(64);

/** The certificate of a key that was made for it, of the first day, to be renewed after 16 hours. */
function held(overrides: Partial<HeldCertificate> = {}): HeldCertificate {
  return {
    ...{ identity: 'sensor-1', caKeyId, serial: '1f', fingerprint: fingerprint('a'), keyId: 'first' },
    ...{ notBefore: start, notAfter: hour(24), issuedAt: start, renewBeforeSeconds: 8 * 3600 },
    ...{ lineage: 'plant/sensor-1', device: 'plant/sensor-1', key: 'ECDSA 256' },
    ...overrides,
  };
}

/** The one that followed after 16 hours. */
function next(overrides: Partial<HeldCertificate> = {}): HeldCertificate {
  const dates = { notBefore: hour(16), notAfter: hour(40), issuedAt: hour(16) };
  return held({ ...dates, serial: '2f', fingerprint: fingerprint('b'), keyId: 'second', ...overrides });
}

const former = (overrides: Partial<HeldCertificate> = {}) => held({ supersededAt: hour(16), ...overrides });
const csr = { key: 'Csr' } as const;

type Row = readonly [good: readonly HeldCertificate[], now: number, notice: string | undefined, changesAt?: number];

/** `ACTION [serial that is offered] by HOUR`. */
const rows: Readonly<Record<string, Row>> = {
  'nothing where there is nothing': [[], 1, undefined],
  'nothing for a first certificate': [[held()], 1, undefined],
  'nothing for the first one of a key that stays here, however old': [[held()], 23, undefined],
  'to fetch what was renewed, by the end of the former one': [[next(), former()], 17, 'Fetch 2f by 24', 24],
  'nothing once it is used': [[next({ acknowledgedAt: hour(18) }), former()], 19, undefined],
  'nothing once the former one is gone': [[next(), former()], 24, undefined],
  'to fetch it by the end of the overlap': [[next(), former({ overlapSeconds: 7200 })], 17, 'Fetch 2f by 18', 18],
  'nothing after the overlap': [[next(), former({ overlapSeconds: 7200 })], 18, undefined],
  'by the first end of several': [
    [next(), former(), held({ serial: '0f', supersededAt: hour(2), overlapSeconds: 17 * 3600 })],
    17,
    'Fetch 2f by 19',
    19,
  ],
  'nothing before a request is due': [[held(csr)], 1, undefined, 16],
  'for a request when it is due': [[held(csr)], 16, 'Renew by 24', 24],
  'for a request, or to take what was signed for the same key': [
    [next({ ...csr, keyId: 'first' }), former(csr)],
    17,
    'Renew 2f by 24',
    24,
  ],
  'to fetch what was signed for another key': [[next(csr), former(csr)], 17, 'Fetch 2f by 24', 24],
  'for a request again when the one in use is due': [
    [next({ ...csr, acknowledgedAt: hour(18) }), former(csr)],
    33,
    'Renew by 40',
    40,
  ],
};

describe('what a line of certificates asks for', () => {
  for (const [name, [good, now, expected, changesAt]] of Object.entries(rows)) {
    it(name, () => {
      // Without jitter there would be nothing to spread: hours are compared.
      const state = lineageNotice(good, hour(now));
      const { notice } = state;
      const inHours = (time: Date) => Math.ceil((time.getTime() - start.getTime()) / 3_600_000);
      const offer = notice?.isOffered === true ? ` ${notice.current.serial}` : '';
      const text = notice && `${notice.action}${offer} by ${inHours(notice.by)}`;
      assert.equal(text, expected);
      assert.equal(state.changesAt && inHours(state.changesAt), changesAt);
    });
  }

  it('wants attention from half of its time on', () => {
    assert.deepEqual(overdueAt({ since: hour(16), by: hour(24) }), hour(20));
    assert.deepEqual(overdueAt({ since: hour(16), by: hour(10) }), hour(16));
  });
});

describe('what a device is asked for', () => {
  const facts = { device: aDevice(), withdrawn: [], trusted: new Set([caKeyId]) };
  const serialOf = (certificates: readonly HeldCertificate[], more: object = {}) =>
    deviceNotice({ ...facts, certificates, ...more }, hour(17)).notice?.current.serial;

  it('leaves out what the broker does not take', () => {
    assert.equal(serialOf([former(), next()]), '2f');
    assert.equal(serialOf([former(), next({ caKeyId: otherCaKeyId })]), undefined);
    assert.equal(serialOf([former(), next()], { withdrawn: [aRevocation('sensor-1')] }), undefined);
    const hold = aRevocation('sensor-1', { reason: 'CertificateHold' });
    assert.equal(serialOf([former(), next()], { withdrawn: [hold] }), '2f');
    assert.equal(serialOf([former(), next({ device: 'plant/other' })]), undefined);
    assert.equal(serialOf([{ ...former() }, next()], { trusted: new Set() }), undefined);
  });

  it('is by the lineage whose certificate ends first', () => {
    const other = { lineage: 'plant/spare' } as const;
    const spare = [former({ ...other, notAfter: hour(20), serial: '3e' }), next({ ...other, serial: '3f' })];
    assert.equal(serialOf([former(), next(), ...spare]), '3f');
  });
});

const isTime = (text: string) => timeOfSecondsText(text) !== undefined;
const ajv = new Ajv({ strict: true, strictRequired: false, formats: { 'date-time': isTime } });
const schemaOf = (name: string) =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../../schemas', `${name}.json`), 'utf8')) as object;

const someNotice = fc
  .record({
    isCsr: fc.boolean(),
    isSameKey: fc.boolean(),
    isAlone: fc.boolean(),
    hasTemplate: fc.boolean(),
    secretName: fc.option(fc.constantFrom('mine', 'sensor-1.tls'), { nil: undefined }),
  })
  .map(({ isCsr, isSameKey, isAlone, hasTemplate, secretName }) => {
    const key = isCsr ? csr : {};
    const named = secretName === undefined ? {} : { secretName };
    const template = { key: { kind: 'Csr', pem: '' } } as const;
    const device: Device = hasTemplate
      ? aDevice('sensor-1', { authentication: { type: 'Certificate', template } })
      : aDevice();
    const present = next({ ...key, ...named, ...(isSameKey && { keyId: 'first' }) });
    const good = isAlone ? [present] : [present, former({ ...key, ...named })];
    return { device, notice: lineageNotice(good, hour(isAlone ? 39 : 17)).notice };
  });

describe('the text of a notice', () => {
  it('keeps to the published schema and reads back', () => {
    const isNotice = ajv.compile(schemaOf('certificate-notice'));
    fc.assert(
      fc.property(someNotice, ({ device, notice }) => {
        if (!notice) return;
        const published = publishedNotice(device, notice);
        assert.ok(isNotice(published), JSON.stringify(isNotice.errors));
        const read = parseNotices(noticeLine(published));
        assert.ok(read.ok);
        const payload = JSON.stringify(published);
        assert.deepEqual([...read.value], [['sensor-1', { payload, fingerprint: published.certificate?.fingerprint }]]);
      }),
    );
  });

  it('says where the request goes and where the certificate lies', () => {
    const template = { key: { kind: 'Csr', pem: '' } } as const;
    const device = aDevice('sensor-1', { authentication: { type: 'Certificate', template } });
    const noticeOf = (of: Device, ...good: HeldCertificate[]) => {
      const { notice } = lineageNotice(good, hour(17));
      assert.ok(notice);
      return publishedNotice(of, notice);
    };
    const resigned = [next({ ...csr, keyId: 'first' }), former(csr)] as const;
    const place = { namespace: 'plant', name: 'sensor-1' };
    assert.deepEqual(noticeOf(device, ...resigned), {
      version: 1,
      identity: 'sensor-1',
      action: 'Renew',
      by: '2026-01-02T00:00:00Z',
      certificate: {
        fingerprint: fingerprint('b'),
        serialNumber: '2f',
        notAfter: '2026-01-02T16:00:00Z',
        source: { kind: 'DeviceCertificate', ...place, field: 'status.certificate' },
      },
      request: {
        commonName: 'sensor-1',
        sendTo: { kind: 'MqttDevice', ...place, field: 'spec.authentication.certificate.template.csr' },
      },
    });
    const direct = noticeOf(aDevice(), ...resigned).request?.sendTo;
    assert.deepEqual(direct, { kind: 'DeviceCertificate', ...place, field: 'spec.csr' });
    const secret = noticeOf(aDevice(), next({ secretName: 'mine' }), former()).certificate?.source;
    assert.deepEqual(secret, { kind: 'Secret', ...place, name: 'mine', field: 'tls.crt' });
  });

  const line = noticeLine({
    ...{ version: 1, identity: 'a', action: 'Renew', by: '2030-01-01T00:00:00Z' },
    request: { commonName: 'a', sendTo: { kind: 'MqttDevice', namespace: 'plant', name: 'a', field: 'x' } },
  });
  const bad = {
    'no JSON': 'x\n',
    'another version': line.replace('"version":1', '"version":2'),
    'an identity that is a filter': line.replace('"identity":"a"', '"identity":"+"'),
    'an identity of several levels': line.replace('"identity":"a"', '"identity":"a/b"'),
    'another action': line.replace('Renew', 'Revoke'),
    'a fingerprint that is none': line.replace('"request"', '"certificate":{"fingerprint":"ff"},"request"'),
    'two for one identity': line + line,
    'a line that does not end': line.trimEnd(),
    'a line without end': line.replace('"x"', `"${'x'.repeat(5_000)}"`),
  };
  for (const [name, text] of Object.entries(bad))
    it(`is refused with ${name}`, () => assert.ok(!parseNotices(text).ok));
});

describe('a text of notices from outside', () => {
  it('is read line by line, or refused', () => {
    const good = ['a', 'b']
      .map(
        (identity) =>
          `${JSON.stringify({ version: 1, identity, action: 'Fetch', certificate: { fingerprint: fingerprint('a') } })}\n`,
      )
      .join('');
    assert.ok(parseNotices(good).ok);
    fc.assert(
      fc.property(textsAround(good), (text) => {
        const read = parseNotices(text);
        if (!read.ok) return read.findings.forEach(({ code }) => assert.equal(code, 'MQS160'));
        assert.equal([...read.value.values()].map(({ payload }) => `${payload}\n`).join(''), text);
      }),
      { numRuns: 1000 },
    );
    for (const line of ['', 'x', '[[[[', good.split('\n')[0] ?? '']) assertRefused(parseNotices(manyLines(line)));
    assertRefused(parseNotices(`${'['.repeat(1_000_000)}\n`));
  });
});

describe('an acknowledgement', () => {
  const isAcknowledgement = ajv.compile(schemaOf('certificate-acknowledgement'));
  const lower = 'ab'.repeat(32);
  const read = (value: unknown) => acknowledgedFingerprint(Buffer.from(JSON.stringify(value)));

  it('is taken as the schema says it, in digits or as openssl prints them', () => {
    for (const text of [lower, lower.toUpperCase(), Array.from({ length: 32 }, () => 'AB').join(':')]) {
      assert.ok(isAcknowledgement({ fingerprint: text }), text);
      assert.equal(read({ fingerprint: text, more: 1 }), lower);
    }
    for (const fingerprint of ['', 'ab', `${lower}0`, `:${lower}`, 1, null, { lower }]) {
      assert.ok(!isAcknowledgement({ fingerprint }));
      assert.equal(read({ fingerprint }), undefined);
    }
  });

  it('is nothing in any other payload', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => acknowledgedFingerprint(bytes) === undefined));
    assert.equal(read({ fingerprint: lower, padding: 'x'.repeat(500) }), undefined);
  });
});

describe('the notices part', () => {
  const lineage = (acknowledgedAt?: Date) => [next({ ...(acknowledgedAt && { acknowledgedAt }) }), former()];
  const inputOf = (certificates: readonly HeldCertificate[], device = aDevice()) =>
    anInput({ fleet: aFleet({ devices: [device] }), certificates: ShardedMap.from([['sensor-1', certificates]]) });
  const noticesAt = (hours: number, certificates = lineage(), device = aDevice()) =>
    partsOf(inputOf(certificates, device), hour(hours)).notices;

  it('has a line for who is asked for something, and changes when that does', () => {
    assert.match(noticesAt(17), /^\{"version":1,"identity":"sensor-1","action":"Fetch",.*\}\n$/);
    assert.equal(noticesAt(17, lineage(hour(16))), '');
    assert.equal(noticesAt(24), '');
    const compiled = compileBroker(inputOf(lineage()), hour(17));
    assert.deepEqual(compiled.nextChangeAt, hour(24));
    assert.equal(compiled.notices.length, 1);
    assert.equal(compileBroker(inputOf(lineage()), hour(24), compiled).notices.length, 0);
  });

  it('has none for who may do nothing', () => {
    assert.equal(noticesAt(17, lineage(), aDevice('sensor-1', { suspended: true })), '');
    assert.equal(noticesAt(17, lineage(), aDevice('sensor-1', { revoked: { reason: 'KeyCompromise' } })), '');
    assert.equal(noticesAt(17, lineage(), aDevice('sensor-1', { broker: 'plant/other' })), '');
  });
});
