/** Revocation lists that are not as they should be, and a CA whose key is lost: what devices notice of it. */
import assert from 'node:assert/strict';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { revocationOf } from '../../agent/site.ts';
import { authority, certificateOf } from '../../domain/pki/authorities.ts';
import { type RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import { newList } from '../../../src/domain/pki/signed-list.ts';
import { until } from '../component.ts';
import type { Kubelet } from '../kubelet.ts';
import { deviceClient, type Endpoint, mayPublish, secretTexts } from './mqtt.ts';
import { output } from './site.ts';
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

const namespace = 'lists';
const foreign = authority('foreign', 'RSA');
const stranger = authority('stranger');
const day = 86_400;

type Credentials = Readonly<Record<string, string>>;

interface SeenBroker {
  readonly status?: {
    readonly bundle?: { readonly revision: number };
    readonly crls?: readonly { readonly nextUpdate: string }[];
    readonly conditions?: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
  };
}

const text = (kind: 'ConfigMap' | 'Secret', name: string, values: Credentials) => ({
  ...{ apiVersion: 'v1', kind, metadata: { name, namespace } },
  ...(kind === 'Secret' ? { stringData: values } : { data: values }),
});

const own = (change: object = {}, revocation: object = { type: 'SignedCrl' }) => ({
  ...{ name: 'devices', caRef: { kind: 'Secret', name: 'device-ca' }, revocation },
  ...change,
});
const partner = {
  ...{ name: 'partner', caRef: { kind: 'ConfigMap', name: 'partner-ca' } },
  revocation: { type: 'ExternalCrl', crlRef: { name: 'partner-crl' } },
};

function objectsOf(version: string): readonly object[] {
  const device = (name: string) =>
    ours('MqttDevice', namespace, name, {
      brokerRef: { name: 'plant' },
      templateRefs: [{ name: 'sensor' }],
      authentication: { type: 'Certificate', certificate: { template: {} } },
    });
  const clientCertificates = { issuerRef: { name: 'devices' }, trustedCas: [own()] };
  return [
    namespaceNamed(namespace),
    ...issuers(namespace),
    ours('MqttBroker', namespace, 'plant', brokerSpec(version, { clientCertificates })),
    ours('AclTemplate', namespace, 'sensor', {
      role: 'Device',
      rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
    }),
    ...['d1', 'd2', 'd3'].map(device),
    text('ConfigMap', 'partner-ca', { 'ca.crt': foreign.issuer.pem }),
  ];
}

export function describeLists(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  describe('revocation lists that are not as they should be', () => {
    let kubelet: Kubelet;
    let endpoint: Endpoint;
    let manifest: string;
    let number = 1n;
    const made = certificateOf(foreign, 'd1');
    const ofPartner = { 'tls.crt': made.pem, 'tls.key': made.keyPem };

    before(async () => {
      const { plane } = stage();
      manifest = manifestOf(plane, objectsOf(mosquitto.dialect));
      kubelet = await kubeletFor(plane, mosquitto, [namespace]);
      await output(plane.kubectl(['apply', '-f', manifest]));
      await becameReady(plane, namespace, 'mqttbroker/plant', 'mqttdevice/d1', 'mqttdevice/d2', 'mqttdevice/d3');
      endpoint = await endpointOf(plane, kubelet, namespace);
    });
    after(() => kubelet.stop());

    const apply = async (...objects: readonly object[]) => {
      await output(stage().plane.kubectl(['apply', '-f', manifestOf(stage().plane, objects)]));
    };
    const change = (spec: object) => changed(stage().plane, namespace, 'mqttbroker/plant', { spec });
    const trust = (...trustedCas: readonly object[]) => change({ clientCertificates: { trustedCas } });
    /** A change of the broker has all that it refers to read at once. */
    const look = () => change({ update: { windowMilliseconds: Number((number += 1n)) } });
    const broker = async () => (await found<SeenBroker>(stage().plane, namespace, 'mqttbroker/plant'))?.status;
    const says = async (reason: string) => {
      let [seen, message]: [string?, string?] = [];
      const isSaid = async () => {
        const resolved = (await broker())?.conditions?.find(({ type }) => type === 'ResolvedRefs');
        [seen, message] = [resolved?.reason, resolved?.message];
        return seen === reason;
      };
      await until(isSaid, () => `ResolvedRefs says ${reason}, and not ${String(seen)}: ${String(message)}`);
      return String(message);
    };
    const listBy = (signer: typeof foreign, entries: readonly RevocationEntry[] = [], at: bigint = (number += 1n)) => {
      const now = new Date();
      const { pem } = newList(signer, { entries, formerNumber: 10n ** 12n + at, validitySeconds: day, now });
      return text('ConfigMap', 'partner-crl', { 'ca.crl': pem });
    };
    const isLetIn = async (name: string, credentials: Credentials) => {
      const client = await deviceClient(endpoint, name, credentials).catch(() => undefined);
      const may = client && (await mayPublish(client, `sensors/${name}/celsius`, '20'));
      client?.end(true);
      return may === true;
    };
    const isOwnLetIn = async (name: string) =>
      isLetIn(name, await secretTexts(stage().plane.admin, namespace, `${name}-tls`));

    it('changes nothing at the broker for a list that another CA signed', async () => {
      const before = (await broker())?.bundle?.revision;
      await apply(listBy(stranger));
      await trust(own(), partner);
      assert.match(
        await says('CrlInvalid'),
        /revocation list of trusted CA partner cannot be used: it is not signed by/,
      );
      assert.equal((await broker())?.bundle?.revision, before);
      assert.deepEqual([await isOwnLetIn('d1'), await isLetIn('d1', ofPartner)], [true, false]);
    });

    it('takes the right list, and a newer one that takes a certificate back', async () => {
      await apply(listBy(foreign));
      await look();
      await becameReady(stage().plane, namespace, 'mqttbroker/plant');
      assert.equal(await isLetIn('d1', ofPartner), true);
      const pair = { certificate: made.pem, key: made.keyPem };
      await apply(listBy(foreign, [revocationOf({ signer: foreign, pem: foreign.issuer.pem }, pair, new Date())]));
      await look();
      await until(async () => !(await isLetIn('d1', ofPartner)), 'the certificate of the partner is refused');
      assert.equal(await isOwnLetIn('d1'), true);
    });

    it('does not take an older list in its place, which would let the certificate in again', async () => {
      await apply(listBy(foreign, [], 1n));
      await look();
      assert.match(
        await says('CrlInvalid'),
        /the number of the revocation list fell from \d+ to \d+; the last good list/,
      );
      assert.deepEqual([await isOwnLetIn('d1'), await isLetIn('d1', ofPartner)], [true, false]);
    });

    /** When the list that is published now ends; a machine that was too slow to publish it before is given longer. */
    const endOfShortList = async () => {
      for (let validitySeconds = 10; ; validitySeconds *= 2) {
        const end = new Date(Math.floor(Date.now() / 1000 + validitySeconds) * 1000);
        const { pem } = newList(foreign, {
          ...{ entries: [], formerNumber: 10n ** 12n + (number += 1n), validitySeconds },
          now: new Date(end.getTime() - validitySeconds * 1000),
        });
        await apply(text('ConfigMap', 'partner-crl', { 'ca.crl': pem }));
        await look();
        const isPublished = async () =>
          (await broker())?.crls?.some(({ nextUpdate }) => Date.parse(nextUpdate) === end.getTime()) === true;
        await until(async () => Date.now() > end.getTime() || (await isPublished()), 'the short list is published');
        if (await isPublished()) return end;
      }
    };

    it('that has ended has its devices refused, and keeps nothing of another CA from being taken back', async () => {
      const { plane } = stage();
      const former = await secretTexts(plane.admin, namespace, 'd3-tls');
      const end = await endOfShortList();
      await until(() => Date.now() > end.getTime() + 1000, 'the list has ended');
      assert.match(await says('CrlInvalid'), /all devices of CA partner are refused until there is a newer list/);
      const session = await deviceClient(endpoint, 'd3', former);
      const cut = new Promise<void>((resolve) => session.once('close', () => resolve()));
      await changed(plane, namespace, 'mqttdevice/d3', { spec: { revoked: { reason: 'KeyCompromise' } } });
      await becameReady(plane, namespace, 'mqttdevice/d3');
      await cut;
      const letIn = async () => [await isLetIn('d3', former), await isLetIn('d1', ofPartner), await isOwnLetIn('d1')];
      assert.deepEqual(await letIn(), [false, false, true]);
      const { uid } = await kubelet.ready(namespace, 'plant-0');
      await output(plane.kubectl(['delete', 'pod/plant-0', '-n', namespace]));
      await until(() => kubelet.pods().get(`${namespace}/plant-0`)?.uid !== uid, 'the former pod is gone');
      endpoint = await endpointOf(plane, kubelet, namespace);
      assert.deepEqual(await letIn(), [false, false, true], 'a pod that begins now serves the same');
    });

    it('lets devices on when the key of their CA is not there, and says so', async () => {
      const { 'ca.crt': ca = '' } = await secretTexts(stage().plane.admin, namespace, 'device-ca');
      await apply(text('Secret', 'keyless', { 'ca.crt': ca, 'tls.crt': ca }));
      await trust(own({}, { type: 'SignedCrl', signerSecretRef: { name: 'keyless' } }));
      assert.match(
        await says('SignerForbidden'),
        /lists of CA devices cannot be signed: Secret lists\/keyless has no key/,
      );
      assert.equal(await isOwnLetIn('d1'), true);
    });

    it('goes on without a list when the key is lost for good; who is taken back has no rights', async () => {
      await trust(own({ caRef: { kind: 'Secret', name: 'keyless' } }, { type: 'None' }));
      await becameReady(stage().plane, namespace, 'mqttbroker/plant');
      await until(async () => (await isOwnLetIn('d1')) && (await isOwnLetIn('d2')), 'both devices are let in');
      const former = await secretTexts(stage().plane.admin, namespace, 'd2-tls');
      await changed(stage().plane, namespace, 'mqttdevice/d2', { spec: { revoked: { reason: 'KeyCompromise' } } });
      await becameReady(stage().plane, namespace, 'mqttdevice/d2');
      assert.deepEqual([await isLetIn('d2', former), await isOwnLetIn('d1')], [false, true]);
    });

    it('leaves nothing but the ledgers when all is deleted', async () => {
      const { plane } = stage();
      await output(plane.kubectl(['delete', 'mqttdevices', '--all', '-n', namespace, '--timeout=60s']));
      await output(plane.kubectl(['delete', '--ignore-not-found', '-f', manifest, '--timeout=60s']));
    });
  });
}
