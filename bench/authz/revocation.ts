/** From a manifest that takes a device back to the first denial, as a broker sees it that asks all the time. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { denialLog } from '../../src/authz/audit.ts';
import { dialects } from '../../src/authz/dialects/index.ts';
import { authzService, isReply } from '../../src/authz/service.ts';
import { keyOf } from '../../src/domain/fleet.ts';
import { fleetSource } from '../../src/local/fleet-source.ts';
import { systemClock } from '../../src/local/system.ts';
import { identity, secret } from './load.ts';

const header = 'apiVersion: mqttsecurity.io/v1alpha1\n';
const common = `${header}kind: MqttBroker
metadata: { name: main, namespace: plant }
spec:
  mosquitto: { version: '2.0' }
  listeners: [{ name: certificates, port: 8883, authentication: Certificate }]
  tls: { serverCertificate: { issuerRef: { name: servers } } }
  clientCertificates: { issuerRef: { name: devices } }
---
${header}kind: AclTemplate
metadata: { name: sensor, namespace: plant }
spec:
  role: Device
  rules: [{ effect: Allow, actions: [Publish], topic: 'sensors/{device}/#' }]
`;

function device(name: string, isRevoked: boolean): string {
  const revoked = isRevoked ? '  revoked: { reason: KeyCompromise }\n' : '';
  return `${header}kind: MqttDevice
metadata: { name: ${name}, namespace: plant }
spec:
  brokerRef: { name: main }
  templateRefs: [{ name: sensor }]
  authentication: { type: Certificate }
${revoked}`;
}

/** Milliseconds of each of `count` revocations, one after the other, among `devices` with a file each. */
export async function revocationMilliseconds(devices: number, count: number): Promise<readonly number[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'mqttsec-bench-'));
  const stop = new AbortController();
  try {
    const put = (name: string, isRevoked: boolean) =>
      writeFile(path.join(directory, `${name}.yaml`), device(name, isRevoked));
    await writeFile(path.join(directory, 'common.yaml'), common);
    for (let index = 0; index < devices; index += 1) await put(identity(index), false);
    const ignored = { onFindings: () => undefined, onProblem: () => undefined };
    const source = await fleetSource({ manifests: directory, clock: systemClock(), ...ignored });
    const monotonic = () => performance.now();
    const service = authzService({
      ...{ dialect: dialects.emqx, secret, isCertificateProven: false, maxAgeSeconds: 3600, monotonic },
      ...{ requestsPerSecond: 1e9, loginsPerSecond: 1e9, now: () => new Date() },
      log: denialLog({ broker: keyOf(source.broker), write: () => undefined, monotonic }),
    });
    service.serve(source.first);
    const following = source.follow(service, stop.signal);
    const isAllowed = (name: string): boolean => {
      const open = service.opened({
        ...{ method: 'POST', target: '/authorization', authorization: `Bearer ${secret}` },
        ...{ contentType: 'application/json', hook: undefined, address: undefined },
      });
      if (isReply(open)) throw new Error('ask: it is no call');
      const question = { username: name, clientid: name, action: 'publish', topic: `sensors/${name}/x` };
      const reply = service.replied(open, Buffer.from(JSON.stringify(question)));
      return 'body' in reply && reply.body.includes('allow');
    };
    const samples: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const name = identity(index);
      if (!isAllowed(name)) throw new Error(`ask: ${name} has no rights`);
      const begun = performance.now();
      await put(name, true);
      while (isAllowed(name)) await turn();
      samples.push(performance.now() - begun);
    }
    stop.abort();
    await following;
    return samples;
  } finally {
    stop.abort();
    await rm(directory, { recursive: true });
  }
}
