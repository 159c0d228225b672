/**
 * Enrolment in a cluster: two replicas of `mqttsec enrol serve` with the account and the rights of deploy/enrolment, the
 * operator and cert-manager behind them, and a real broker that lets in who was certified.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Claim, claimBytes, claimText, newClaim } from '../../src/domain/enrol/claim.ts';
import { claimSecretName } from '../../src/domain/enrol/claim-secret.ts';
import { systemRandom } from '../../src/local/system.ts';
import { brokers } from '../broker/mosquitto.ts';
import { isEnrolmentEvent } from '../enrol/event-schema.ts';
import { foreignCertificate, requestOf } from '../enrol/site.ts';
import { mergePatch } from './api.ts';
import { until } from './component.ts';
import { administrator, type ControlPlane } from './control-plane.ts';
import {
  type Answer,
  type Ask,
  asked,
  enrolmentFile,
  enrolScript,
  installEnrolment,
  mqttsec,
  type Replica,
  startReplica,
} from './enrolment.ts';
import type { Kubelet } from './kubelet.ts';
import { startOperator, type TestOperator } from './operator.ts';
import { deviceClient, type Endpoint, mayPublish, secretTexts } from './plant/mqtt.ts';
import { listed, operatedControlPlane, output } from './plant/site.ts';
import * as stage from './plant/stage.ts';
import { grantedIn, rightsDifference, RightsLog } from './rights.ts';

const namespace = 'plant';
const broker = 'plant/plant';
const [mosquitto] = brokers;

/** A device that enrols, unless `authentication` says otherwise. */
function device(name: string, more: object = {}): object {
  return stage.ours('MqttDevice', namespace, name, {
    ...{ brokerRef: { name: 'plant' }, templateRefs: [{ name: 'well' }], authentication: { type: 'Certificate' } },
    ...more,
  });
}

describe('enrolment in a cluster', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let operator: TestOperator;
  let kubelet: Kubelet;
  let endpoint: Endpoint;
  let replicas: readonly [Replica, Replica];
  let kubeconfig: string;
  const used = new RightsLog();

  before(async () => {
    assert.ok(mosquitto);
    plane = await operatedControlPlane();
    operator = await startOperator(plane, { isElected: false });
    kubelet = await stage.kubeletFor(plane, mosquitto, [namespace]);
    kubeconfig = await plane.kubeconfig(administrator);
    const objects = [
      stage.namespaceNamed(namespace),
      ...stage.issuers(namespace),
      stage.ours('MqttBroker', namespace, 'plant', stage.brokerSpec(mosquitto.dialect)),
      stage.ours('AclTemplate', namespace, 'well', {
        role: 'Device',
        rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'wells/{device}/#' }],
      }),
      ...['well-1', 'well-2', 'well-3', 'well-4', 'well-5', 'well-6'].map((name) => device(name)),
      device('idle', { suspended: true }),
      device('typed', { authentication: { type: 'Password', password: { generate: {} } } }),
      device('named'),
      stage.ours('DeviceCertificate', namespace, 'by-hand', { deviceRef: { name: 'named' } }),
      device('told', { authentication: { type: 'Certificate', certificate: { template: {} } } }),
    ];
    await output(plane.kubectl(['apply', '-f', stage.manifestOf(plane, objects)]));
    await stage.becameReady(plane, namespace, 'mqttbroker/plant', 'mqttdevice/told');
    const tls = await installEnrolment(plane);
    endpoint = await stage.endpointOf(plane, kubelet, namespace);
    replicas = await Promise.all([
      startReplica(plane, 'enrol-1', tls, used),
      startReplica(plane, 'enrol-2', tls, used),
    ]);
  });
  after(async () => {
    for (const replica of replicas) await replica.close();
    await kubelet.stop();
    await operator.close();
    await plane.stop();
    assert.deepEqual(plane.unexpectedErrorLines(), []);
  });

  const words = () => ['--kubeconfig', kubeconfig, '-n', namespace];

  /** A claim as the command prints it. */
  async function claim(name: string, options: readonly string[] = []): Promise<string> {
    const run = await mqttsec(['enrol', 'claim', name, ...words(), ...options]);
    assert.equal(run.code, 0, run.err);
    return run.out.trim();
  }

  /** A claim with terms that the command would not give it. */
  async function oddClaim(change: Partial<Claim>): Promise<string> {
    const terms = {
      broker,
      device: `${namespace}/well-3`,
      networks: [],
      expiresAt: new Date(Date.now() + 60_000),
    } as const;
    const { claim: made, secret } = newClaim({ ...terms, ...change }, systemRandom.bytes(claimBytes));
    const name = claimSecretName(broker, made.id);
    const place = `/api/v1/namespaces/${namespace}/secrets`;
    await plane.admin.answer('POST', place, { body: { metadata: { name } } });
    const data = { [made.id]: Buffer.from(claimText(made)).toString('base64') };
    await plane.admin.call('PATCH', `${place}/${name}`, { body: { data }, contentType: mergePatch });
    return `${made.id}:${secret}`;
  }

  /** Asks one replica after the other until the certificate is there. */
  async function certificate(ask: Ask): Promise<string> {
    let last: Answer | undefined;
    let turn = 0;
    await until(
      async () => {
        last = await asked(replicas[turn++ % 2 === 0 ? 0 : 1], ask);
        assert.ok([200, 202].includes(last.status), `${last.status} ${last.body}`);
        return last.status === 200;
      },
      () => `a certificate: ${JSON.stringify(last)}`,
    );
    return last?.certificates[0] ?? '';
  }

  const connected = (name: string, cert: string, key: string) =>
    deviceClient(endpoint, name, { 'tls.crt': cert, 'tls.key': key });

  /** Lets the broker know: what was issued is proved there. */
  const proved = (name: string) => stage.becameReady(plane, namespace, `mqttdevice/${name}`);

  const kit = (name: string) => {
    const directory = path.join(plane.directory, `kit-${name}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'ca.crt'), replicas[0].ca);
    return directory;
  };

  it('leads by curl and openssl from a claim to a certificate, a publish, the next certificate, and out', async () => {
    const directory = kit('well-1');
    const file = (name: string) => readFileSync(path.join(directory, name), 'utf8');
    writeFileSync(path.join(directory, 'claim'), await claim('well-1'));
    await enrolScript(directory, replicas[0], 'well-1', path.join(directory, 'claim'));
    const first = { cert: file('client.crt'), key: file('client.key') };
    await proved('well-1');
    const client = await connected('well-1', first.cert, first.key);
    assert.equal(await mayPublish(client, 'wells/well-1/level', '1'), true);
    assert.equal(await mayPublish(client, 'wells/well-2/level', '1'), false);

    await enrolScript(directory, replicas[1], 'well-1');
    const second = { cert: file('client.crt'), key: file('client.key') };
    assert.notEqual(second.key, first.key);
    await proved('well-1');
    const later = await connected('well-1', second.cert, second.key);
    assert.equal(await mayPublish(later, 'wells/well-1/level', '2'), true);

    const closed = new Promise<void>((resolve) => later.once('close', () => resolve()));
    const run = await mqttsec(['revoke', 'well-1', '--reason', 'KeyCompromise', '--yes', ...words()]);
    assert.equal(run.code, 0, run.err);
    await closed;
    await proved('well-1');
    for (const { cert, key } of [first, second]) {
      await assert.rejects(connected('well-1', cert, key));
      const { status } = await asked(replicas[0], {
        operation: 'simplereenroll',
        csr: requestOf('well-1').csr,
        certificate: { pem: cert, keyPem: key },
      });
      assert.equal(status, 401);
    }
    const refused = await mqttsec(['enrol', 'claim', 'well-1', ...words()]);
    assert.match(refused.err, /claim for plant\/well-1: it is revoked/);
  });

  it('certifies the key in use anew', async () => {
    const { csr, key } = requestOf('well-2');
    const first = await certificate({ claim: await claim('well-2'), csr });
    const second = await certificate({ operation: 'simplereenroll', csr, certificate: { pem: first, keyPem: key } });
    const [a, b] = [first, second].map((pem) => new X509Certificate(pem));
    assert.notEqual(a?.serialNumber, b?.serialNumber);
    assert.ok(a && b?.publicKey.equals(a.publicKey));
    const third = await certificate({ operation: 'simplereenroll', csr, certificate: { pem: second, keyPem: key } });
    assert.notEqual(new X509Certificate(third).serialNumber, b?.serialNumber);
    await proved('well-2');
    const client = await connected('well-2', third, key);
    assert.equal(await mayPublish(client, 'wells/well-2/level', '3'), true);
  });

  it('asks to come again while nobody signs, and answers the same request when somebody did', async () => {
    const ask = { claim: await claim('well-6'), csr: requestOf('well-6').csr };
    assert.equal(await operator.stop(), 0);
    const { status, retryAfter, body } = await asked(replicas[0], ask);
    assert.deepEqual([status, retryAfter, body], [202, '2', 'the certificate is not there yet\n']);
    await operator.start();
    assert.equal(new X509Certificate(await certificate(ask)).subject, 'CN=well-6');
  });

  it('hands out the CA of the devices and that of the server', async () => {
    const { certificates } = await asked(replicas[0], { operation: 'cacerts' });
    const subjects = certificates.map((pem) => new X509Certificate(pem).raw.toString('base64'));
    const own = (name: string) => secretTexts(plane.admin, namespace, name);
    for (const [secret, part] of [
      ['device-ca', 'tls.crt'],
      ['plant-enrolment-tls', 'ca.crt'],
    ] as const) {
      const pem = (await own(secret))[part] ?? '';
      assert.ok(subjects.includes(new X509Certificate(pem).raw.toString('base64')), secret);
    }
  });

  it('gives one claim to one request, however many replicas are asked at the same moment', async () => {
    const text = await claim('well-4');
    const requests = Array.from({ length: 6 }, () => requestOf('well-4'));
    const answers = await Promise.all(
      requests.map(({ csr }, index) => asked(replicas[index % 2 === 0 ? 0 : 1], { claim: text, csr })),
    );
    const served = answers.flatMap(({ status }, index) => (status === 401 ? [] : [requests[index]]));
    assert.equal(served.length, 1, JSON.stringify(answers.map(({ status }) => status)));
    const csr = served[0]?.csr ?? '';
    const own = { claim: text, csr };
    const both = await Promise.all([certificate(own), certificate(own)]);
    assert.equal(both[0], both[1]);
    assert.deepEqual(
      (await issued()).filter((name) => name.includes('well-4')).length,
      2, // the DeviceCertificate, and one request of cert-manager
    );
  });

  /** What there is of certificates, by name. */
  async function issued(): Promise<readonly string[]> {
    const kinds = 'devicecertificates,certificaterequests,certificates,mqttdevices';
    const objects = await listed(plane, kinds, ['-n', namespace]);
    return objects.filter(({ kind }) => kind !== 'MqttDevice').map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  }

  interface Row {
    readonly what: string;
    readonly ask: () => Ask | Promise<Ask>;
    readonly status: number;
    readonly reason: string;
  }

  const csr = () => requestOf('well-3').csr;
  const other = `${namespace}/well-5` as const;
  const rows: readonly Row[] = [
    { what: 'no claim', ask: () => ({ csr: csr() }), status: 401, reason: 'ClaimMissing' },
    {
      what: 'a claim that there is not',
      ask: () => ({ claim: `0123456789abcdef:${'x'.repeat(32)}`, csr: csr() }),
      ...{ status: 401, reason: 'ClaimUnknown' },
    },
    {
      what: 'the wrong secret',
      ask: async () => ({ claim: `${await claim('well-3')}x`, csr: csr() }),
      ...{ status: 401, reason: 'ClaimSecretWrong' },
    },
    {
      what: 'a claim that is over',
      ask: async () => ({ claim: await oddClaim({ expiresAt: new Date(Date.now() - 1000) }), csr: csr() }),
      ...{ status: 401, reason: 'ClaimExpired' },
    },
    {
      what: 'a claim of another broker',
      ask: async () => ({ claim: await oddClaim({ broker: 'plant/other' }), csr: csr() }),
      ...{ status: 401, reason: 'ClaimOfOtherBroker' },
    },
    {
      what: 'a claim from elsewhere',
      ask: async () => ({ claim: await claim('well-3', ['--from', '192.0.2.0/24']), csr: csr() }),
      ...{ status: 401, reason: 'ClaimFromElsewhere' },
    },
    {
      what: 'a claim of an object that was replaced',
      ask: async () => ({ claim: await oddClaim({ uid: 'former' }), csr: csr() }),
      ...{ status: 401, reason: 'DeviceUnknown' },
    },
    {
      what: 'a claim of a device of another namespace',
      ask: async () => ({ claim: await oddClaim({ device: 'elsewhere/well-3' }), csr: csr() }),
      ...{ status: 401, reason: 'DeviceUnknown' },
    },
    {
      what: 'a device that is suspended',
      ask: async () => ({ claim: await claim('idle'), csr: requestOf('idle').csr }),
      ...{ status: 401, reason: 'DeviceSuspended' },
    },
    {
      what: 'a device whose manifest says which key it has',
      ask: async () => ({ claim: await oddClaim({ device: `${namespace}/told` }), csr: requestOf('told').csr }),
      ...{ status: 401, reason: 'KeyNotOfDevice' },
    },
    {
      what: 'a request for another name',
      ask: async () => ({ claim: await oddClaim({ device: other }), csr: csr() }),
      ...{ status: 403, reason: 'RequestRefused' },
    },
    {
      what: 'a body of 10 MB',
      ask: async () => ({ claim: await claim('well-3'), body: Buffer.alloc(10_000_000, 'A') }),
      ...{ status: 413, reason: 'BodyTooLarge' },
    },
    {
      what: 'a request that no DeviceCertificate could hold',
      ask: async () => ({ claim: await claim('well-3'), body: Buffer.alloc(9000).toString('base64') }),
      ...{ status: 400, reason: 'RequestMalformed' },
    },
    {
      what: 'the wrong content type',
      ask: async () => ({ claim: await claim('well-3'), csr: csr(), headers: { 'content-type': 'application/json' } }),
      ...{ status: 415, reason: 'ContentTypeWrong' },
    },
    {
      what: 'a certificate of another CA',
      ask: () => ({ operation: 'simplereenroll', csr: csr(), certificate: foreignCertificate('well-3') }),
      ...{ status: 401, reason: 'CertificateRefused' },
    },
    {
      what: 'a certificate whose key was made in the cluster',
      ask: async () => {
        const { 'tls.crt': pem = '', 'tls.key': keyPem = '' } = await secretTexts(plane.admin, namespace, 'told-tls');
        return { operation: 'simplereenroll', csr: requestOf('told').csr, certificate: { pem, keyPem } };
      },
      ...{ status: 401, reason: 'CertificateUnknown' },
    },
    {
      what: 'a device with a DeviceCertificate of another hand',
      ask: async () => ({ claim: await oddClaim({ device: `${namespace}/named` }), csr: requestOf('named').csr }),
      ...{ status: 401, reason: 'KeyNotOfDevice' },
    },
  ];

  it('refuses whatever is not in order, says why in the log alone, and makes nothing', async () => {
    const before = await issued();
    for (const { what, ask, status, reason } of rows) {
      const [replica] = replicas;
      const told = replica.events().length;
      const answer = await asked(replica, await ask());
      assert.equal(answer.status, status, what);
      if (status === 401) assert.equal(answer.body, 'not authorized\n', what);
      await until(() => replica.events().length > told, `${what} is told`);
      const event = replica.events().at(-1);
      assert.deepEqual([event?.outcome, event?.reason], ['Refused', reason], what);
    }
    assert.deepEqual(await issued(), before);
    for (const replica of replicas) {
      for (const event of replica.events()) assert.ok(isEnrolmentEvent(event), JSON.stringify(event));
    }
  });

  for (const [name, says] of [
    ['typed', /it has a password, or its manifest has a certificate template: it does not enrol/],
    ['told', /it has a password, or its manifest has a certificate template: it does not enrol/],
    ['named', /DeviceCertificate by-hand says which key it has: it does not enrol/],
    ['nobody', /MqttDevice plant\/nobody: it does not exist/],
  ] as const) {
    it(`makes no claim for ${name}`, async () => {
      const { code, err } = await mqttsec(['enrol', 'claim', name, ...words()]);
      assert.equal(code, 2);
      assert.match(err, says);
    });
  }

  it('keeps of a claim no more than a hash', async () => {
    const text = await claim('well-3');
    const [id = '', secret = ''] = text.split(':');
    const kept = await secretTexts(plane.admin, namespace, claimSecretName(broker, id));
    assert.ok(kept[id] !== undefined && !kept[id].includes(secret));
  });

  it('takes back what a device has when it is deleted', async () => {
    const { csr: request, key } = requestOf('well-5');
    const cert = await certificate({ claim: await claim('well-5'), csr: request });
    await proved('well-5');
    const client = await connected('well-5', cert, key);
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await output(plane.kubectl(['delete', 'mqttdevice', 'well-5', '-n', namespace]));
    await closed;
    await stage.vanished(plane, namespace, 'devicecertificate/well-5');
    await until(async () => {
      const ask = { operation: 'simplereenroll', csr: request, certificate: { pem: cert, keyPem: key } };
      return (await asked(replicas[0], ask)).status === 401;
    }, 'it gets no other one');
  });

  it('used all rights that it has, and no others', () => {
    const granted = grantedIn(enrolmentFile);
    const { missing, surplus } = rightsDifference(granted, used.used);
    assert.deepEqual([missing, used.refused], [[], []]);
    // Which of the sixteen is a matter of chance.
    assert.deepEqual(
      surplus.filter((right) => !/^(get|patch) secrets plant-claims-[0-9a-f]$/.test(right)),
      [],
    );
  });
});
