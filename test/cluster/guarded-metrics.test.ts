import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TLSSocket } from 'node:tls';
import { authority, certificateOf } from '../domain/pki/authorities.ts';
import { until } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { metricsRightsFile, startOperator, type TestOperator } from './operator.ts';
import { sharedControlPlane } from './shared.ts';

const namespace = 'guarded-metrics';
const ca = authority('metrics');
const use = { kind: 'Server', dnsNames: ['localhost'], ipAddresses: [Uint8Array.of(127, 0, 0, 1)] } as const;

describe('metrics of the operator that are guarded', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let operator: TestOperator;
  let directory: string;
  const tokens = new Map<string, string>();

  before(async () => {
    plane = await sharedControlPlane();
    directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-metrics-'));
    put('first');
    await applied(metricsRightsFile);
    await applied(fileWith([namespaced, account('prometheus'), account('somebody'), binding('prometheus')]));
    for (const name of ['prometheus', 'somebody']) {
      const { token } = await plane.credentials({ kind: 'ServiceAccount', namespace, name });
      tokens.set(name, token ?? '');
    }
    operator = await startOperator(plane, {
      ...{ watchNamespace: namespace, expected: [/kept the former key pair/] },
      args: ['--metrics-tls-dir', directory, '--metrics-port', '0'],
    });
  });

  after(() => operator.close());

  function put(name: string): void {
    const { pem, keyPem } = certificateOf(ca, name, { use });
    writeFileSync(path.join(directory, 'tls.crt'), pem);
    writeFileSync(path.join(directory, 'tls.key'), keyPem);
  }

  function fileWith(items: readonly object[]): string {
    const file = path.join(directory, 'accounts.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return file;
  }

  async function applied(file: string): Promise<void> {
    const { code, stderr } = await plane.kubectl(['apply', '-f', file]);
    assert.equal(code, 0, stderr);
  }

  const port = () => Number(operator.lines().findLast(({ msg }) => msg === 'listening')?.['metricsPort']);

  interface Answer {
    readonly status: number | undefined;
    readonly text: string;
    readonly certificate: string;
  }

  function asked(token?: string): Promise<Answer> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: port(), path: '/metrics', ca: ca.issuer.pem, headers, agent: false };
      const request = get(options, (response) => {
        const chunks: Buffer[] = [];
        const { socket } = response;
        const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : undefined;
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            text: Buffer.concat(chunks).toString(),
            certificate: String(name),
          }),
        );
      });
      request.on('error', reject);
    });
  }

  const status = async (token?: string) => (await asked(token)).status;

  it('are for those who may get them by RBAC', async () => {
    const { status: code, text } = await asked(tokens.get('prometheus'));
    assert.equal(code, 200);
    assert.match(text, /^controller_runtime_reconcile_total\{/m);
    assert.deepEqual([await status(tokens.get('somebody')), await status('made-up'), await status()], [403, 401, 401]);
  });

  it('are nowhere else, and health stays where it was', async () => {
    const code = async (place: string) => (await fetch(`${operator.address()}${place}`)).status;
    assert.deepEqual([await code('/metrics'), await code('/healthz'), await code('/readyz')], [404, 200, 200]);
  });

  it('come with a certificate that was renewed under the running operator', async () => {
    assert.equal((await asked(tokens.get('prometheus'))).certificate, 'first');
    put('second');
    await until(async () => (await asked(tokens.get('prometheus'))).certificate === 'second', 'the new certificate');
  });

  it('name no token in the log', () => {
    const log = JSON.stringify(operator.lines());
    assert.deepEqual(
      [...tokens.values(), 'made-up'].filter((token) => log.includes(token)),
      [],
    );
  });
});

const namespaced = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };

function account(name: string): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}

function binding(name: string): object {
  return {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: namespace } },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'mqtt-security-operator-metrics-reader',
    },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  };
}
