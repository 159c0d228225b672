import assert from 'node:assert/strict';
import type { SecretObject } from '../../../src/api/kinds.ts';
import { generatedReading, passwordSecret, referencedReading } from '../../../src/controllers/device/secret.ts';
import { aDevice } from '../../fixtures.ts';

const device = aDevice('a');
const source = { kind: 'Generate', revision: 2 } as const;
const owner = { apiVersion: 'v1', kind: 'MqttDevice', name: 'a', uid: device.origin.uid ?? '', controller: true };
const good: SecretObject = passwordSecret(device, source, 'secret', owner);

const base64 = (text: string) => Buffer.from(text).toString('base64');

function reasonOf(reading: ReturnType<typeof generatedReading>): string {
  return reading.kind === 'Nothing' ? (reading.findings[0]?.reason ?? '') : reading.kind;
}

describe('the Secret of a generated password', () => {
  const { metadata, data = {} } = good;
  const cases: Readonly<Record<string, readonly [SecretObject | undefined, string]>> = {
    'that is as it was made': [good, 'Password'],
    'that is not there': [undefined, 'Make'],
    'of another revision': [{ ...good, metadata: { ...metadata, annotations: {} } }, 'Make'],
    'of another identity': [{ ...good, data: { ...data, username: base64('b') } }, 'Make'],
    'that was emptied': [{ ...good, data: {} }, 'Make'],
    'without our label': [{ ...good, metadata: { ...metadata, labels: {} } }, 'SecretNotOurs'],
    'of no device': [{ ...good, metadata: { ...metadata, ownerReferences: [] } }, 'SecretNotOurs'],
    'of a former device': [
      { ...good, metadata: { ...metadata, ownerReferences: [{ ...owner, uid: 'former' }] } },
      'Pending',
    ],
    'that is another child of ours': [
      { ...good, metadata: { ...metadata, labels: { ...metadata.labels, 'app.kubernetes.io/component': 'bundle' } } },
      'SecretNotOurs',
    ],
  };
  for (const [name, [secret, expected]] of Object.entries(cases)) {
    it(`${name}: ${expected}`, () => assert.equal(reasonOf(generatedReading(device, source, secret)), expected));
  }

  it('has user name and password, and says for which revision it was made', () => {
    assert.deepEqual(good.data, { username: base64('a'), password: base64('secret') });
    assert.deepEqual(metadata.annotations, { 'mqttsecurity.io/password-revision': '2' });
    assert.equal(metadata.name, 'a-password');
  });
});

describe('a Secret that a device refers to', () => {
  const reference = { kind: 'Secret', secret: { kind: 'Secret', name: 's', key: 'k' } } as const;
  const secretWith = (data: Readonly<Record<string, string>>): SecretObject => ({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', uid: 'u', resourceVersion: '7' } },
    data,
  });
  const cases: Readonly<Record<string, readonly [SecretObject | undefined, RegExp | string]>> = {
    'with the key': [secretWith({ k: base64('pässword ') }), 'pässword '],
    'that is not there': [undefined, /Secret plant\/s with the password does not exist/],
    'without the key': [secretWith({ other: base64('x') }), /has no key k/],
    'that is empty': [secretWith({ k: '' }), /holds no text/],
    'that is no UTF-8': [secretWith({ k: Buffer.from([0xff, 0xfe]).toString('base64') }), /holds no text/],
    'with a NUL': [secretWith({ k: base64('a\0b') }), /holds no text/],
  };
  for (const [name, [secret, expected]] of Object.entries(cases)) {
    it(name, () => {
      const reading = referencedReading(device, reference, secret);
      if (typeof expected === 'string') {
        assert.deepEqual(reading, { kind: 'Password', password: expected, source: 'u/7/k' });
      } else assert.match(reading.kind === 'Nothing' ? (reading.findings[0]?.message ?? '') : '', expected);
    });
  }

  it('has no key by inheritance', () => {
    const inherited = { kind: 'Secret', secret: { ...reference.secret, key: 'constructor' } } as const;
    assert.equal(referencedReading(device, inherited, secretWith({})).kind, 'Nothing');
  });
});
