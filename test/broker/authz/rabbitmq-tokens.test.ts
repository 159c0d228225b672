/** Clients of a real RabbitMQ that log in with tokens, by `mqttsec authz` as a process with a directory of manifests. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { managedSessions } from '../../../src/authz/sessions/rabbitmq.ts';
import { authzProcess, type AuthzUnderTest, secret } from '../../cli/authz-process.ts';
import { directoryOf } from '../../cli/program.ts';
import { keySet, signed, signer, type Signer } from '../../domain/tokens/tokens.ts';
import { freePorts, until } from '../mosquitto.ts';
import { type RabbitMq, rabbitVersion, runningRabbit } from './rabbitmq.ts';

const header = 'apiVersion: mqttsecurity.io/v1alpha1\n';
const iss = 'https://issuer.example';

const broker = `${header}kind: MqttBroker
metadata: { name: main, namespace: plant }
spec:
  mosquitto: { version: '2.1' }
  listeners: [{ name: mqtt, port: 8883, authentication: Password }]
  tls: { serverCertificate: { secretRef: { name: server } } }
  tokens:
    issuers:
      - issuer: ${iss}
        audience: plant
        jwks: { ref: { kind: ConfigMap, name: issuer-keys } }
        algorithms: [ES256, RS256]
        requiredClaims: [{ name: scope, value: mqtt }]
        clockSkewSeconds: 0
`;

const devices = ['s-1', 's-2']
  .map(
    (name) => `${header}kind: MqttDevice
metadata: { name: ${name}, namespace: plant }
spec:
  brokerRef: { name: main }
  authentication: { type: Token }
  rules:
    - { effect: Allow, actions: [Publish, Subscribe], topic: 'sensors/{device}/x' }
`,
  )
  .join('---\n');

const published = (...signers: readonly Signer[]) => `apiVersion: v1
kind: ConfigMap
metadata: { name: issuer-keys, namespace: plant }
data:
  jwks.json: '${keySet(...signers)}'
`;

describe(`tokens on RabbitMQ ${rabbitVersion ?? 'is not there'}`, function () {
  this.timeout(300_000);
  if (rabbitVersion === undefined) return;
  let ours: Signer;
  let other: Signer;
  let next: Signer;
  let directory: string;
  let rabbit: RabbitMq;
  let service: AuthzUnderTest;

  before(async () => {
    [ours, other, next] = await Promise.all([
      signer('ES256', 'ours'),
      signer('ES256', 'ours'),
      signer('RS256', 'next'),
    ]);
    directory = directoryOf({ 'broker.yaml': broker, 'devices.yaml': devices, 'keys.yaml': published(ours) });
    const [port = 0] = await freePorts(1);
    rabbit = await runningRabbit(`http://127.0.0.1:${String(port)}/${secret}`);
    const { url, administrator, password } = rabbit.management;
    const files = directoryOf({ secret, password });
    service = await authzProcess([
      ...[directory, '--dialect', 'rabbitmq', '--port', String(port), '--secret-file', path.join(files, 'secret')],
      ...['--management-url', url.href, '--management-user', administrator],
      ...['--management-password-file', path.join(files, 'password')],
    ]);
  });

  after(async () => {
    await service.stop();
    await rabbit.stop();
  });

  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
  const claimsOf = (sub: string, more: object = {}) => ({
    ...{ iss, sub, aud: 'plant', scope: 'read mqtt', exp: inSeconds(3600) },
    ...more,
  });

  /** Undefined: it was not let in. */
  async function connected(name: string, token: string): Promise<MqttClient | undefined> {
    const options = {
      username: name,
      clientId: name,
      password: token,
      protocolVersion: 4,
      reconnectPeriod: 0,
    } as const;
    try {
      return await mqtt.connectAsync(`mqtt://127.0.0.1:${String(rabbit.mqttPort)}`, options);
    } catch (error) {
      if ([4, 5].includes((error as { code?: number }).code ?? 0)) return undefined;
      throw error;
    }
  }

  it('let in who they are of, within the rules, and nobody else', async () => {
    const client = await connected('s-1', await signed(ours, claimsOf('s-1')));
    assert.ok(client, JSON.stringify(service.audit));
    await client.subscribeAsync('sensors/s-1/x');
    await client.publishAsync('sensors/s-1/x', 'x', { qos: 1 });
    await client.endAsync();
    const refused: readonly (readonly [string, string])[] = [
      ['the signature of the token is wrong', await signed(other, claimsOf('s-1'))],
      ['the token is signed by a key that is not known', await signed(next, claimsOf('s-1'))],
      ['the token is that of another identity', await signed(ours, claimsOf('s-2'))],
      ['the token is for somebody else', await signed(ours, claimsOf('s-1', { aud: 'else' }))],
      ['the token lacks a claim that is required', await signed(ours, claimsOf('s-1', { scope: 'read' }))],
      ['the token has ended', await signed(ours, claimsOf('s-1', { exp: inSeconds(-1) }))],
      ['it is no signed token', 'a password'],
    ];
    for (const [why, token] of refused) {
      assert.equal(await connected('s-1', token), undefined, why);
      await until(() => service.audit.at(-1)?.['why'] === why, why);
      assert.equal(service.audit.at(-1)?.['claimed'], 's-1');
    }
    const told = JSON.stringify(service.audit) + service.log();
    for (const [, token] of refused.slice(0, -1)) assert.ok(!told.includes(token), 'no token is told');
  });

  it('end with their session, which RabbitMQ would let go on', async () => {
    const token = await signed(ours, claimsOf('s-2', { exp: inSeconds(20) }));
    const client = await connected('s-2', token);
    assert.ok(client);
    const lasting = await connected('s-1', await signed(ours, claimsOf('s-1')));
    assert.ok(lasting);
    await until(() => !client.connected, 'the session ends', 60);
    assert.ok(lasting.connected);
    await until(() => /"identity":"s-2","reason":"Expired"/.test(service.log()), 'it is told');
    assert.equal(await connected('s-2', token), undefined);
    await until(() => service.audit.at(-1)?.['why'] === 'the token has ended', 'the audit line');
    await lasting.endAsync();
  });

  it('are known to RabbitMQ with the time when their session began', async () => {
    const begun = Date.now();
    const client = await connected('s-1', await signed(ours, claimsOf('s-1')));
    assert.ok(client);
    const { url, administrator: user, password } = rabbit.management;
    const sessions = managedSessions({ url, user, password });
    const { signal } = new AbortController();
    let since: Date | undefined;
    await until(async () => {
      since = (await sessions.users(signal)).get('s-1');
      // One of before may be listed for some seconds.
      return since !== undefined && since.getTime() > begun - 1000;
    }, 'the session is listed');
    assert.ok(since && since.getTime() <= Date.now() + 1000, String(since));
    await sessions.close();
    await client.endAsync();
  });

  it('are checked by the keys that the issuer has now', async () => {
    const former = await signed(ours, claimsOf('s-1'));
    writeFileSync(path.join(directory, 'keys.yaml'), published(next));
    const token = await signed(next, claimsOf('s-1'));
    let client: MqttClient | undefined;
    await until(async () => (client = await connected('s-1', token)) !== undefined, 'the next key counts');
    await client?.endAsync();
    assert.equal(await connected('s-1', former), undefined);
  });
});
