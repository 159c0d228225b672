/** What docs/guides tell people to type or to declare on a cluster, tried there. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../cli/program.ts';
import { mergePatch } from './api.ts';
import { until } from './component.ts';
import { administrator, type ControlPlane, startControlPlane } from './control-plane.ts';
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

/** The fenced texts of a guide that are about a cluster, by language and in order. */
function texts(guide: string, language: 'sh' | 'yaml'): readonly string[] {
  const page = readFileSync(path.join(root, 'docs/guides', guide), 'utf8');
  return [...page.matchAll(new RegExp(`^\`\`\`${language} cluster\\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );
}

describe('docs/guides do what they say on a cluster', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let operator: TestOperator;
  let agents: StandInAgents;
  let site: Site;
  let home: string;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    plane = await startControlPlane();
    await installOperator(plane);
    agents = startAgents(plane);
    operator = await startOperator(plane, { isElected: false });
    home = mkdtempSync(path.join(plane.directory, 'reader-'));
    const KUBECONFIG = await plane.kubeconfig(administrator);
    environment = { HOME: home, KUBECONFIG, PATH: `${plane.programs}:${process.env['PATH'] ?? ''}` };
    site = await siteIn(plane, 'plant');
    await site.made({ ...selfSigned, metadata: { name: 'root' } }, selfSigned, caCertificate('device-ca'));
    await site.made(template, caIssuer('device-ca'), mixedBroker('plant', 'device-ca'));
    const { csr } = signingRequest(home, 'pump-1');
    const authentication = { type: 'Certificate', certificate: { template: { csr } } };
    await site.made(certificateDevice('c1', 'plant'), certificateDevice('pump-1', 'plant', { authentication }));
    for (const name of ['c1', 'pump-1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
    const { code, out } = await shell('kubectl config set-context --current --namespace=plant');
    assert.equal(code, 0, out);
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

  /** What a reader types, with the namespace of the guides in the context. */
  const shell = (commands: string): Promise<{ readonly code: number | null; readonly out: string }> =>
    new Promise((resolve) => {
      const words = ['-c', `{\n${commands}\n} 2>&1`];
      const child = execFile('bash', words, { cwd: home, env: environment }, (_, out) => {
        resolve({ code: child.exitCode, out });
      });
      child.stdin?.end();
    });
  const typed = async (commands: string): Promise<string> => {
    const { code, out } = await shell(commands);
    assert.equal(code, 0, out);
    return out;
  };

  it('renewal.md: who did not answer to a notice', async () => {
    const [query = ''] = texts('renewal.md', 'sh');
    assert.deepEqual(await shell(query), { code: 1, out: '' });
    assert.equal(await operator.stop(), 0);
    const says = (conditions: readonly object[]) =>
      plane.admin.call('PATCH', `/apis/${ours}/namespaces/plant/devicecertificates/c1/status`, {
        ...{ body: { status: { conditions } }, contentType: mergePatch },
      });
    const { conditions = [] } = (await site.present(ours, 'devicecertificates', 'c1')).status ?? {};
    const said = { type: 'Acknowledged', status: 'False', reason: 'NotAcknowledged', message: '' };
    await says([...conditions, { ...said, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
    assert.equal(await typed(query), 'plant/c1 NotAcknowledged\n');
    await says(conditions);
    await operator.start();
  });

  it('renewal.md: a signing request is sent, and the certificate is fetched', async () => {
    const [, words = ''] = texts('renewal.md', 'sh');
    const { csr, key } = signingRequest(home, 'pump-1');
    writeFileSync(path.join(home, 'next.csr'), csr);
    await typed(`${words}\nsh -c "$SEND" < next.csr`);
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' });
    await until(async () => {
      const certificate = await typed(`${words}\nsh -c "$FETCH"`);
      return new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }) === publicKey;
    }, 'the certificate of the new key');
  });

  it('ca-rotation.md: from one CA to the next, with the former dropped by the command of the message', async () => {
    const [authority = '', trust = ''] = texts('ca-rotation.md', 'yaml');
    const [watch = ''] = texts('ca-rotation.md', 'sh');
    const counted = async (...names: readonly string[]) => {
      let last = '';
      await until(
        async () => {
          last = await typed(watch);
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
    writeFileSync(path.join(home, 'next.yaml'), authority);
    writeFileSync(path.join(home, 'trust.yaml'), trust);
    await typed('kubectl apply -f next.yaml');
    await until(async () => (await site.found('v1', 'secrets', 'next-ca')) !== undefined, 'the next CA');
    await typed('kubectl patch mqttbroker plant --type=merge --patch-file trust.yaml');
    const next = await caOf('next-ca');
    await until(async () => (await caOf('c1-tls')).verify(next.publicKey), 'c1 has a certificate of the next CA');
    await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
    await counted('devices', 'next');
    const own = { name: 'next', caRef: { kind: 'Secret', name: 'next-ca' } };
    await site.patch(ours, 'mqttbrokers', 'plant', { spec: { clientCertificates: { trustedCas: [own] } } });
    const { message } = await site.says('mqttbrokers', 'plant', 'ResolvedRefs', 'False/CaInUse');
    const [command = ''] = /kubectl annotate .*$/.exec(message) ?? [];
    await typed(command);
    await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
  });
});
