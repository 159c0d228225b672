import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import path from 'node:path';
import { applyPatch } from './api.ts';
import { until } from './component.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const sample = path.resolve(import.meta.dirname, '../../deploy/samples/plant');
const certificates = '/apis/cert-manager.io/v1/namespaces/plant/certificates';

interface Certificate {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

describe('the sample fleet on a cluster', function () {
  this.timeout(120_000);
  let plane: ControlPlane;

  // One of its own: the policies that other files install keep everybody but the operator from the issuer of a broker.
  before(async () => {
    plane = await startControlPlane();
  });
  after(async () => {
    await plane.stop();
    assert.deepEqual(plane.unexpectedErrorLines(), []);
  });

  async function issued(name: string): Promise<Readonly<Record<string, X509Certificate>>> {
    await until(async () => {
      const { status } = await plane.admin.call<Certificate>('GET', `${certificates}/${name}`);
      return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
    }, `Certificate ${name} is ready`);
    const { data } = await plane.admin.call<{ data: Readonly<Record<string, string>> }>(
      'GET',
      `/api/v1/namespaces/plant/secrets/${name}`,
    );
    const parts = Object.entries(data).filter(([key]) => key.endsWith('.crt'));
    return Object.fromEntries(parts.map(([key, value]) => [key, new X509Certificate(Buffer.from(value, 'base64'))]));
  }

  it('is applied with kubectl, as its first file says', async () => {
    const { code, stdout, stderr } = await plane.kubectl(['apply', '--filename', sample]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const kinds = new Set(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('/')[0]),
    );
    assert.deepEqual([...kinds].sort(), [
      'acltemplate.mqttsecurity.io',
      'certificate.cert-manager.io',
      'devicecertificate.mqttsecurity.io',
      'issuer.cert-manager.io',
      'mqttbroker.mqttsecurity.io',
      'mqttdevice.mqttsecurity.io',
      'namespace',
    ]);
  });

  async function versions(field: 'generation' | 'resourceVersion'): Promise<string> {
    const output = `jsonpath={.items[*].metadata.${field}}`;
    return (await plane.kubectl(['get', 'mqtt-security', '--namespace=plant', `--output=${output}`])).stdout;
  }

  it('is the same after applying it again', async () => {
    assert.match(await versions('generation'), /^1( 1){19}$/);
    assert.equal((await plane.kubectl(['apply', '--filename', sample])).code, 0);
    assert.match(await versions('generation'), /^1( 1)*$/);
  });

  it('is not even written again by applying it on the server side', async () => {
    const apply = () => plane.kubectl(['apply', '--server-side', '--force-conflicts', '--filename', sample]);
    assert.equal((await apply()).code, 0);
    const before = await versions('resourceVersion');
    assert.equal((await apply()).code, 0);
    assert.equal(await versions('resourceVersion'), before);
  });

  it('has issuers from which cert-manager issues a certificate for a device', async () => {
    const name = 'leaf';
    await plane.admin.call('PATCH', `${certificates}/${name}`, {
      query: { fieldManager: 'test' },
      contentType: applyPatch,
      body: {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: { name, namespace: 'plant' },
        spec: {
          secretName: name,
          commonName: 'thermo-hall-1',
          privateKey: { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8' },
          usages: ['digital signature', 'client auth'],
          issuerRef: { name: 'devices' },
        },
      },
    });
    const { 'tls.crt': leaf, 'ca.crt': ca } = await issued(name);
    const { 'tls.crt': deviceCa } = await issued('device-ca');
    assert.ok(leaf && ca && deviceCa);
    assert.equal(leaf.subject, 'CN=thermo-hall-1');
    assert.equal(ca.fingerprint256, deviceCa.fingerprint256);
    assert.ok(leaf.verify(deviceCa.publicKey));
    assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    await plane.admin.call('DELETE', `${certificates}/${name}`);
  });
});
