/** What docs/guides tell people to type or to declare on a cluster, tried there. */
import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../cli/program.ts';
import { mergePatch } from './api.ts';
import { until } from './component.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import {
  caCertificate,
  caIssuer,
  certificateDevice,
  mixedBroker,
  ours,
  selfSigned,
  type Site,
  siteIn,
  type StandInAgents,
  startAgents,
  template,
} from './operator-faults/site.ts';
import { installOperator, startOperator, type TestOperator } from './operator.ts';
import { signingRequest } from './plant/site.ts';
import { guideTexts, type Reader, readerOf } from './reader.ts';

describe('docs/guides do what they say on a cluster', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let operator: TestOperator;
  let agents: StandInAgents;
  let site: Site;
  let reader: Reader;

  before(async () => {
    plane = await startControlPlane();
    await installOperator(plane);
    agents = startAgents(plane);
    operator = await startOperator(plane, { isElected: false });
    reader = await readerOf(plane);
    site = await siteIn(plane, 'plant');
    await site.made({ ...selfSigned, metadata: { name: 'root' } }, selfSigned, caCertificate('device-ca'));
    await site.made(template, caIssuer('device-ca'), mixedBroker('plant', 'device-ca'));
    const { csr } = signingRequest(reader.home, 'pump-1');
    const authentication = { type: 'Certificate', certificate: { template: { csr } } };
    await site.made(certificateDevice('c1', 'plant'), certificateDevice('pump-1', 'plant', { authentication }));
    for (const name of ['c1', 'pump-1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
    await reader.typed('kubectl config set-context --current --namespace=plant');
  });
  after(async () => {
    try {
      await agents.stop();
      await operator.close();
    } finally {
      await plane.stop();
    }
    assert.deepEqual(plane.unexpectedErrorLines(), []);
  });

  it('renewal.md: who did not answer to a notice', async () => {
    const [query = ''] = guideTexts('renewal.md', 'sh');
    assert.deepEqual(await reader.shell(query), { code: 1, out: '' });
    assert.equal(await operator.stop(), 0);
    const says = (conditions: readonly object[]) =>
      plane.admin.call('PATCH', `/apis/${ours}/namespaces/plant/devicecertificates/c1/status`, {
        ...{ body: { status: { conditions } }, contentType: mergePatch },
      });
    const { conditions = [] } = (await site.present(ours, 'devicecertificates', 'c1')).status ?? {};
    const said = { type: 'Acknowledged', status: 'False', reason: 'NotAcknowledged', message: '' };
    await says([...conditions, { ...said, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
    assert.equal(await reader.typed(query), 'plant/c1 NotAcknowledged\n');
    const tree = await reader.typed(`${path.join(root, 'bin/mqttsec')} status c1`);
    assert.match(tree, /DeviceCertificate plant\/c1  Ready .*\n.* Acknowledged=False NotAcknowledged/);
    await says(conditions);
    await operator.start();
  });

  it('renewal.md: a signing request is sent, and the certificate is fetched', async () => {
    const [, words = ''] = guideTexts('renewal.md', 'sh');
    const { csr, key } = signingRequest(reader.home, 'pump-1');
    writeFileSync(path.join(reader.home, 'next.csr'), csr);
    await reader.typed(`${words}\nsh -c "$SEND" < next.csr`);
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' });
    await until(async () => {
      const certificate = await reader.typed(`${words}\nsh -c "$FETCH"`);
      return new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }) === publicKey;
    }, 'the certificate of the new key');
  });

  it('revocation-lists.md: a list that others sign is declared', async () => {
    const [partner = ''] = guideTexts('revocation-lists.md', 'yaml');
    writeFileSync(path.join(reader.home, 'partner.yaml'), partner);
    const said = await reader.typed(
      'kubectl patch mqttbroker plant --type=merge --dry-run=server --patch-file partner.yaml',
    );
    assert.equal(said, 'mqttbroker.mqttsecurity.io/plant patched\n');
  });

  it('revocation-lists.md: devices go on without a list when the key of their CA is lost', async () => {
    const [look = '', without = ''] = guideTexts('revocation-lists.md', 'sh');
    const [list] = JSON.parse(await reader.typed(look)) as readonly {
      readonly ca: string;
      readonly nextUpdate: string;
    }[];
    assert.ok(list !== undefined && Date.parse(list.nextUpdate) > Date.now());
    const { spec: declared } = await site.present(ours, 'mqttbrokers', 'plant');
    const { data: { 'ca.crt': ca = '' } = {} } = await site.present('v1', 'secrets', 'device-ca');
    await site.made({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keyless' }, data: { 'tls.crt': ca } });
    const revocation = { type: 'SignedCrl', signerSecretRef: { name: 'keyless' } };
    const trusted = { name: 'device-ca', caRef: { kind: 'Secret', name: 'device-ca' }, revocation };
    await site.patch(ours, 'mqttbrokers', 'plant', { spec: { clientCertificates: { trustedCas: [trusted] } } });
    await site.says('mqttbrokers', 'plant', 'ResolvedRefs', 'False/SignerForbidden');
    await reader.typed(without);
    await until(async () => (await site.published('plant'))?.part('crl') === '', 'there is no list');
    for (const name of ['c1', 'pump-1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
    await site.patch(ours, 'mqttbrokers', 'plant', { spec: declared ?? {} });
    await site.says('mqttbrokers', 'plant', 'ResolvedRefs', 'True/ResolvedRefs');
    await until(async () => (await site.published('plant'))?.part('crl') !== '', 'there is a list again');
  });

  it('ca-rotation.md: from one CA to the next, with the former dropped by the command of the message', async () => {
    const [authority = '', trust = ''] = guideTexts('ca-rotation.md', 'yaml');
    const [watch = ''] = guideTexts('ca-rotation.md', 'sh');
    const counted = async (...names: readonly string[]) => {
      let last = '';
      await until(
        async () => {
          last = await reader.typed(watch);
          const cas = last === '' ? [] : (JSON.parse(last) as readonly { readonly ca: string }[]);
          return JSON.stringify(cas.map(({ ca }) => ca).sort()) === JSON.stringify([...names].sort());
        },
        () => `certificates of ${names.join(', ')} are counted: ${last}`,
      );
    };
    const caOf = async (name: string) => {
      const { data = {} } = await site.present('v1', 'secrets', name);
      return new X509Certificate(Buffer.from(data['tls.crt'] ?? '', 'base64'));
    };
    await counted('device-ca');
    writeFileSync(path.join(reader.home, 'next.yaml'), authority);
    writeFileSync(path.join(reader.home, 'trust.yaml'), trust);
    await reader.typed('kubectl apply -f next.yaml');
    await until(async () => (await site.found('v1', 'secrets', 'next-ca')) !== undefined, 'the next CA');
    await reader.typed('kubectl patch mqttbroker plant --type=merge --patch-file trust.yaml');
    const next = await caOf('next-ca');
    await until(async () => (await caOf('c1-tls')).verify(next.publicKey), 'c1 has a certificate of the next CA');
    await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
    await counted('devices', 'next');
    const own = { name: 'next', caRef: { kind: 'Secret', name: 'next-ca' } };
    await site.patch(ours, 'mqttbrokers', 'plant', { spec: { clientCertificates: { trustedCas: [own] } } });
    const { message } = await site.says('mqttbrokers', 'plant', 'ResolvedRefs', 'False/CaInUse');
    const [command = ''] = /kubectl annotate .*$/.exec(message) ?? [];
    await reader.typed(command);
    await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
  });
});
