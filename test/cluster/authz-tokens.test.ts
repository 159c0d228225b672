/** `mqttsec authz` with tokens that a real API server issues to ServiceAccounts, and the rights that docs/guides/tokens.md gives. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dump } from 'js-yaml';
import { ways } from '../authz/ways.ts';
import { authzProcess, type AuthzUnderTest, secret } from '../cli/authz-process.ts';
import { root } from '../cli/program.ts';
import { until } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { guideTexts } from './reader.ts';
import { sharedControlPlane } from './shared.ts';

const namespace = 'tanks';
const account = `system:serviceaccount:${namespace}:backend`;
const meta = (name: string) => ({ namespace, name });
const apiVersion = 'mqttsecurity.io/v1alpha1';

describe('mqttsec authz with tokens on a cluster', function () {
  this.timeout(120_000);
  const [emqx] = ways;
  let plane: ControlPlane;
  let service: AuthzUnderTest;

  before(async () => {
    plane = await sharedControlPlane();
    const { issuer } = JSON.parse(await raw('/.well-known/openid-configuration')) as { readonly issuer: string };
    const keys = await raw('/openid/v1/jwks');
    const jwks = { ref: { kind: 'ConfigMap', name: 'issuer-keys' } };
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('backend') },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('issuer-keys'), data: { 'jwks.json': keys } },
      {
        ...{ apiVersion, kind: 'MqttBroker', metadata: meta(namespace) },
        spec: {
          mosquitto: { version: '2.1' },
          listeners: [{ name: 'mqtt', port: 8883, authentication: 'Password' }],
          tls: { serverCertificate: { secretRef: { name: 'server' } } },
          tokens: { issuers: [{ issuer, audience: 'tanks', jwks }] },
        },
      },
      {
        ...{ apiVersion, kind: 'MqttDevice', metadata: meta('backend') },
        spec: {
          ...{ brokerRef: { name: namespace }, identity: account, authentication: { type: 'Token' } },
          rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'tanks/{device}/x' }],
        },
      },
    ];
    await applied(objects.map((object) => dump(object)).join('---\n'));
    const shipped = readFileSync(path.join(root, 'deploy/authorization/10-service.yaml'), 'utf8');
    await applied(shipped.replaceAll('plant', namespace));
    const secretFile = path.join(mkdtempSync(path.join(plane.directory, 'tokens-')), 'secret');
    writeFileSync(secretFile, secret);
    service = await authzProcess([
      ...['--broker', `${namespace}/${namespace}`, '--dialect', 'emqx', '--secret-file', secretFile],
      ...['--kubeconfig', await plane.kubeconfig({ kind: 'ServiceAccount', namespace, name: 'tanks-authz' })],
    ]);
  });

  after(() => service.stop());

  async function raw(place: string): Promise<string> {
    const { code, stdout, stderr } = await plane.kubectl(['get', '--raw', place]);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  async function applied(text: string): Promise<void> {
    const file = path.join(mkdtempSync(path.join(plane.directory, 'tokens-')), 'objects.yaml');
    writeFileSync(file, text);
    const { code, stderr } = await plane.kubectl(['apply', '-f', file]);
    assert.equal(code, 0, stderr);
  }

  async function tokenFor(name: string, audience: string): Promise<string> {
    const place = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const body = { spec: { audiences: [audience], expirationSeconds: 3600 } };
    return (await plane.admin.call<{ status: { token: string } }>('POST', place, { body })).status.token;
  }

  async function comesIn(token: string): Promise<boolean> {
    assert.ok(emqx);
    const { call, contentType, body } = emqx.login(account, token);
    const answer = await fetch(`http://127.0.0.1:${String(service.port)}/${call}`, {
      method: 'POST',
      headers: { 'content-type': contentType, authorization: `Bearer ${secret}` },
      body,
    });
    return emqx.isYes({ status: answer.status, body: await answer.text() });
  }

  const lastWhy = () => service.audit.at(-1)?.['why'];

  it('lets nobody in before it may read the keys, and says so', async () => {
    const token = await tokenFor('backend', 'tanks');
    await until(
      async () => !(await comesIn(token)) && lastWhy() === 'the keys of the issuer were not read yet',
      () => `it is denied, not as ${String(lastWhy())}`,
    );
    await until(() => service.log().includes('"MQS306"'), 'the finding');
    assert.ok(!service.log().includes(token));
  });

  it('lets in the ServiceAccount that is declared, and by no other token, with the rights of the guide', async () => {
    await applied(guideTexts('tokens.md', 'yaml').join('---\n'));
    const token = await tokenFor('backend', 'tanks');
    await until(() => comesIn(token), 'the keys are read');
    for (const [wrong, why] of [
      [await tokenFor('backend', 'else'), 'the token is for somebody else'],
      [await tokenFor('tanks-authz', 'tanks'), 'the token is that of another identity'],
    ] as const) {
      assert.equal(await comesIn(wrong), false);
      await until(() => lastWhy() === why, why);
    }
  });

  it('lets nobody in any more who is taken back, whatever the token says', async () => {
    const token = await tokenFor('backend', 'tanks');
    assert.ok(await comesIn(token));
    const patch = ['patch', 'mqttdevice', 'backend', '-n', namespace, '--type=merge'];
    const { code, stderr } = await plane.kubectl([...patch, '-p', '{"spec":{"suspended":true}}']);
    assert.equal(code, 0, stderr);
    await until(async () => !(await comesIn(token)), 'the suspension');
  });
});
