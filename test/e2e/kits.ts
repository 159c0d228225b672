/** What `helm test` is given: connection kits as Secrets, and a broker of somebody else's that lets everybody in. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mqttsec } from '../cli/program.ts';
import { issuedKeyPair } from '../cluster/authority.ts';
import { secretTexts } from '../cluster/plant/mqtt.ts';
import { namespace } from '../cluster/plant/site.ts';
import { manifestOf } from '../cluster/plant/stage.ts';
import { operatorNamespace, type PodSite } from './site.ts';

/** Devices of the sample fleet whose kits `helm test` has: names of Secrets, too. */
export const testedDevices = ['thermo-hall-1', 'analytics', 'thermo-cold-store'] as const;

/** Has `mqttsec bundle` write the kits of these devices, and puts each into a Secret beside the operator, as the docs say. */
export async function storeKits(site: PodSite): Promise<void> {
  for (const device of testedDevices) {
    const directory = kitDirectory(site, device);
    const words = ['bundle', device, '-n', namespace, '--out', directory, '--host', `plant.${namespace}.svc`];
    const { code, err } = mqttsec([...words, '--kubeconfig', site.kubeconfig]);
    if (code !== 0) throw new Error(`bundle ${device}: ${err}`);
    await storeKit(site, device);
  }
}

function kitDirectory({ plane }: PodSite, device: string): string {
  return path.join(plane.directory, 'kits', device);
}

async function storeKit(site: PodSite, device: string): Promise<void> {
  const place = ['secret', 'generic', device, '-n', operatorNamespace];
  await site.kubectl('delete', 'secret', device, '-n', operatorNamespace, '--ignore-not-found');
  await site.kubectl('create', ...place, `--from-file=${kitDirectory(site, device)}`);
}

export async function removeKits({ kubectl }: PodSite): Promise<void> {
  await kubectl('delete', 'secret', ...testedDevices, '-n', operatorNamespace);
}

/** Host of the broker that lets everybody in. */
const openHost = 'open.plant.svc';

/** Has the kits lead to another broker, which so far is no more than a Service. */
export async function turnKitsAway(site: PodSite): Promise<void> {
  const ports = [8883, 8884].map((port) => ({ name: `port-${port}`, port }));
  const spec = { selector: { app: 'open' }, ports };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'open', namespace }, spec };
  await site.kubectl('apply', '-f', manifestOf(site.plane, [service]));
  for (const device of testedDevices) {
    const file = path.join(kitDirectory(site, device), 'connection.json');
    const kit = JSON.parse(readFileSync(file, 'utf8')) as { readonly broker: object };
    writeFileSync(file, JSON.stringify({ ...kit, broker: { ...kit.broker, host: openHost } }));
    execFileSync('cp', [path.join(site.plane.directory, 'ca.crt'), kitDirectory(site, device)]);
    await storeKit(site, device);
  }
}

/** Starts that broker: it knows the CA of the devices, and asks nobody for a certificate or a password. */
export async function startOpenBroker(site: PodSite): Promise<void> {
  const extensions = [`subjectAltName=DNS:${openHost}`, 'extendedKeyUsage=serverAuth'];
  const server = await issuedKeyPair(site.plane.directory, { name: 'open', subject: '/CN=open', extensions });
  const { 'tls.crt': devices = '' } = await secretTexts(site.plane.admin, namespace, 'device-ca');
  const listener = (port: number) =>
    ['listener', 'cafile', 'certfile', 'keyfile']
      .map((option) => `${option} ${option === 'listener' ? String(port) : `/open/${option}`}`)
      .join('\n');
  const files = {
    conf: `allow_anonymous true\n${listener(8883)}\n${listener(8884)}\n`,
    ...{ cafile: devices, certfile: server.certificate, keyfile: server.key },
  };
  const ofBroker = '{.spec.containers[0].image}';
  const image = await site.kubectl('get', 'pod', 'plant-0', '-n', namespace, '-o', `jsonpath=${ofBroker}`);
  const metadata = { name: 'open', namespace, labels: { app: 'open' } };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: files };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: openPod(image) };
  await site.kubectl('apply', '-f', manifestOf(site.plane, [secret, pod]));
  await site.kubectl('wait', '--for=condition=Ready', 'pod/open', '-n', namespace, '--timeout=120s');
}

export async function removeOpenBroker(site: PodSite): Promise<void> {
  const names = ['pod/open', 'service/open', 'secret/open'];
  await site.kubectl('delete', '-n', namespace, ...names, '--grace-period=0', '--force', '--timeout=60s');
}

function openPod(image: string): object {
  return {
    automountServiceAccountToken: false,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: 1883, runAsGroup: 1883, fsGroup: 1883 },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        ...{ name: 'mosquitto', image, command: ['mosquitto', '-c', '/open/conf'] },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        readinessProbe: { tcpSocket: { port: 8883 }, periodSeconds: 1 },
        volumeMounts: [{ name: 'open', mountPath: '/open', readOnly: true }],
      },
    ],
    volumes: [{ name: 'open', secret: { secretName: 'open', defaultMode: 0o440 } }],
  };
}
