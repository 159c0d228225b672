/** A fleet whose CA is replaced by another one while its devices come and go all the time. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { until } from '../component.ts';
import type { Kubelet } from '../kubelet.ts';
import { deviceClient, type Endpoint, mayPublish, secretTexts } from './mqtt.ts';
import { output, signingRequest } from './site.ts';
import {
  becameReady,
  brokerSpec,
  changed,
  endpointOf,
  found,
  issuers,
  kubeletFor,
  manifestOf,
  namespaceNamed,
  ours,
  type Stage,
} from './stage.ts';

type Credentials = Readonly<Record<string, string>>;

interface SeenBroker {
  readonly status?: {
    readonly bundle?: { readonly revision: number };
    readonly certificatesPerCa?: readonly { readonly ca: string; readonly certificates: number }[];
    readonly conditions?: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
  };
}

/** Of the generated ones. */
const devices = ['s1', 's2', 's3', 's4'];
const own = 'own-key';

function trusting(...names: readonly string[]): object {
  return {
    trustedCas: names.map((name) => ({ name, caRef: { kind: 'Secret', name }, revocation: { type: 'SignedCrl' } })),
  };
}

function objectsOf(namespace: string, version: string, csr: string): readonly object[] {
  const of = (kind: string, name: string, spec: object) => ({
    ...{ apiVersion: 'cert-manager.io/v1', kind, metadata: { name, namespace }, spec },
  });
  const device = (name: string, certificate: object) =>
    ours('MqttDevice', namespace, name, {
      brokerRef: { name: 'plant' },
      templateRefs: [{ name: 'sensor' }],
      authentication: { type: 'Certificate', ...certificate },
    });
  const clientCertificates = { issuerRef: { name: 'devices' }, ...trusting('device-ca') };
  return [
    namespaceNamed(namespace),
    ...issuers(namespace),
    of('Certificate', 'next-ca', {
      ...{ isCA: true, commonName: `Next devices of ${namespace}`, secretName: 'next-ca', duration: '87600h' },
      privateKey: { algorithm: 'RSA', size: 2048, rotationPolicy: 'Never' },
      usages: ['cert sign', 'crl sign'],
      issuerRef: { name: 'servers' },
    }),
    of('Issuer', 'next', { ca: { secretName: 'next-ca' } }),
    ours('MqttBroker', namespace, 'plant', brokerSpec(version, { clientCertificates })),
    ours('AclTemplate', namespace, 'sensor', {
      role: 'Device',
      rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
    }),
    ...devices.map((name) => device(name, { certificate: { template: {} } })),
    device(own, {}),
    ours('DeviceCertificate', namespace, own, { deviceRef: { name: own }, csr }),
  ];
}

/** Comes and goes until it is stopped; each time that it is not let in, or not let do what it may, is remembered. */
interface Visitor {
  readonly visits: () => number;
  readonly stop: () => Promise<readonly string[]>;
}

function visitor(name: string, endpoint: Endpoint, credentials: () => Promise<Credentials>): Visitor {
  let [visits, isOver] = [0, false];
  const problems: string[] = [];
  const run = async () => {
    while (!isOver) {
      try {
        const client = await deviceClient(endpoint, name, await credentials());
        if (!(await mayPublish(client, `sensors/${name}/celsius`, '20'))) problems.push(`${name} may not publish`);
        client.end(true);
        visits += 1;
      } catch (error) {
        problems.push(`${name}: ${String(error)}`);
      }
      await delay(50);
    }
  };
  const running = run();
  return {
    visits: () => visits,
    stop: async () => {
      isOver = true;
      await running;
      return problems;
    },
  };
}

export function describeSuccessors(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  const namespace = `successors-${mosquitto.dialect.replace('.', '')}`;
  describe(`a CA that another one replaces, on Mosquitto ${mosquitto.version}`, () => {
    let kubelet: Kubelet;
    let endpoint: Endpoint;
    let manifest: string;
    let key: string;
    /** Credentials that devices had at first, which the lazy ones keep. */
    const first = new Map<string, Credentials>();
    const visitors = new Map<string, Visitor>();

    before(async () => {
      const { plane } = stage();
      const request = signingRequest(plane.directory, own);
      key = request.key;
      manifest = manifestOf(plane, objectsOf(namespace, mosquitto.dialect, request.csr));
      kubelet = await kubeletFor(plane, mosquitto, [namespace]);
      await output(plane.kubectl(['apply', '-f', manifest]));
      const all = [...devices, own].map((name) => `mqttdevice/${name}`);
      await becameReady(plane, namespace, 'mqttbroker/plant', ...all);
      endpoint = await endpointOf(plane, kubelet, namespace);
    });
    after(async () => {
      await Promise.all([...visitors.values()].map((one) => one.stop()));
      await kubelet.stop();
    });

    const credentials = async (name: string): Promise<Credentials> => {
      if (name !== own) return secretTexts(stage().plane.admin, namespace, `${name}-tls`);
      type Seen = { readonly status?: { readonly certificate?: string } };
      const certificate = await found<Seen>(stage().plane, namespace, `devicecertificate/${own}`);
      return { 'tls.crt': certificate?.status?.certificate ?? '', 'tls.key': key };
    };
    const caOf = async (secret: string) =>
      new X509Certificate((await secretTexts(stage().plane.admin, namespace, secret))['tls.crt'] ?? '');
    const change = (clientCertificates: object) =>
      changed(stage().plane, namespace, 'mqttbroker/plant', { spec: { clientCertificates } });
    const broker = async () => (await found<SeenBroker>(stage().plane, namespace, 'mqttbroker/plant'))?.status;
    const resolved = async () => (await broker())?.conditions?.find(({ type }) => type === 'ResolvedRefs');
    const says = async (reason: string) => {
      let seen: string | undefined;
      await until(
        async () => (seen = (await resolved())?.reason) === reason,
        () => `ResolvedRefs says ${reason}, and not ${String(seen)}`,
      );
      return (await resolved())?.message ?? '';
    };
    const visitedAgain = async () => {
      const before = new Map([...visitors].map(([name, { visits }]) => [name, visits()]));
      const isDone = () => [...visitors].every(([name, { visits }]) => visits() > (before.get(name) ?? 0) + 1);
      await until(isDone, 'every device came again');
    };

    it('has devices that come and go: some with what is newest, some with what they had first', async () => {
      for (const name of [...devices, own]) first.set(name, await credentials(name));
      for (const name of ['s1', 's2', own])
        visitors.set(
          name,
          visitor(name, endpoint, () => credentials(name)),
        );
      for (const name of ['s3', 's4']) {
        visitors.set(
          name,
          visitor(name, endpoint, () => Promise.resolve(first.get(name) ?? {})),
        );
      }
      await visitedAgain();
    });

    it('moves nobody to an issuer whose CA the broker does not trust', async () => {
      await change({ issuerRef: { name: 'next' } });
      assert.match(await says('IssuerNotTrusted'), /the CA of Issuer next is not among trustedCas/);
      await visitedAgain();
      for (const name of [...devices, own]) {
        assert.equal((await credentials(name))['tls.crt'], first.get(name)?.['tls.crt'], name);
      }
    });

    it('moves all when it does, with no need to say more', async () => {
      await change(trusting('device-ca', 'next-ca'));
      const next = await caOf('next-ca');
      await until(async () => {
        const certificates = await Promise.all([...devices, own].map(credentials));
        return certificates.every((one) => new X509Certificate(one['tls.crt'] ?? '').verify(next.publicKey));
      }, 'every device has a certificate of the next CA');
      await becameReady(stage().plane, namespace, 'mqttbroker/plant');
      await visitedAgain();
      const counts = async () =>
        ((await broker())?.certificatesPerCa ?? []).map(({ ca, certificates }) => [ca, certificates]);
      const isCounted = async () => {
        const [former, present, ...others] = await counts();
        const areAll = [former, present].every((one) => Number(one?.[1]) >= 5);
        return others.length === 0 && areAll && former?.[0] === 'device-ca' && present?.[0] === 'next-ca';
      };
      await until(isCounted, 'the certificates of both CAs are counted');
    });

    it('goes on trusting the former one when it is taken from the list, and says for how many', async () => {
      await change(trusting('next-ca'));
      const message = await says('CaInUse');
      assert.match(
        message,
        /^\d+ certificates in use are of the CA with key [0-9a-f]{16}, which is not named any more/,
      );
      await visitedAgain();
    });

    it('drops it when somebody insists; by then nobody was ever refused', async () => {
      const drop = /kubectl annotate (\S+) -n \S+ (\S+)$/.exec(await says('CaInUse'));
      const problems = await Promise.all([...visitors.values()].map((one) => one.stop()));
      assert.deepEqual([...new Set(problems.flat())], []);
      await output(stage().plane.kubectl(['annotate', drop?.[1] ?? '', '-n', namespace, drop?.[2] ?? '']));
      await becameReady(stage().plane, namespace, 'mqttbroker/plant');
      await until(async () => {
        const client = await deviceClient(endpoint, 's3', first.get('s3') ?? {}).catch(() => undefined);
        client?.end(true);
        return client === undefined;
      }, 'the former certificate is refused');
      for (const name of [...devices, own]) {
        const client = await deviceClient(endpoint, name, await credentials(name));
        assert.equal(await mayPublish(client, `sensors/${name}/celsius`, '20'), true);
        client.end(true);
      }
    });

    it('leaves nothing but the ledgers when all is deleted', async () => {
      const kinds = 'mqttdevices,devicecertificates';
      await output(stage().plane.kubectl(['delete', kinds, '--all', '-n', namespace, '--timeout=60s']));
      await output(stage().plane.kubectl(['delete', '--ignore-not-found', '-f', manifest, '--timeout=60s']));
    });
  });
}
