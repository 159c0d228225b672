/** Revocation lists that are not as they should be, and a CA whose key is lost: what devices notice of it. */
import assert from 'node:assert/strict';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { revocationOf, valueOf } from '../../agent/site.ts';
import { authority, certificateOf } from '../../domain/pki/authorities.ts';
import { type RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import { newList } from '../../../src/domain/pki/signed-list.ts';
import { caSigner, type CaSigner } from '../../../src/domain/pki/x509.ts';
import { until } from '../component.ts';
import type { Kubelet } from '../kubelet.ts';
import { deviceClient, type Endpoint, mayPublish, secretTexts } from './mqtt.ts';
import { output } from './site.ts';
import { describeWebList } from './web-list.ts';
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
    readonly crls?: readonly { readonly ca: string; readonly number: number; readonly nextUpdate: string }[];
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
const ofOthers = (crl: string) => ({ type: 'ExternalCrl', crlRef: { name: crl } });
const partner = {
  ...{ name: 'partner', caRef: { kind: 'ConfigMap', name: 'partner-ca' } },
  revocation: ofOthers('partner-crl'),
};
const guest = {
  ...{ name: 'guest', caRef: { kind: 'ConfigMap', name: 'guest-ca' } },
  revocation: ofOthers('guest-crl'),
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
    ...['d1', 'd2', 'd3', 'd4'].map(device),
    text('ConfigMap', 'partner-ca', { 'ca.crt': foreign.issuer.pem }),
    text('ConfigMap', 'guest-ca', { 'ca.crt': stranger.issuer.pem }),
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
    /** Of devices that are taken back, by name. */
    const formerly = new Map<string, Credentials>();

    before(async () => {
      const { plane } = stage();
      manifest = manifestOf(plane, objectsOf(mosquitto.dialect));
      kubelet = await kubeletFor(plane, mosquitto, [namespace]);
      await output(plane.kubectl(['apply', '-f', manifest]));
      await becameReady(
        plane,
        namespace,
        'mqttbroker/plant',
        ...['d1', 'd2', 'd3', 'd4'].map((name) => `mqttdevice/${name}`),
      );
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
    const says = async (reason: string, what = /^/) => {
      let [seen, message]: [string?, string?] = [];
      const isSaid = async () => {
        const resolved = (await broker())?.conditions?.find(({ type }) => type === 'ResolvedRefs');
        [seen, message] = [resolved?.reason, resolved?.message];
        return seen === reason && what.test(message ?? '');
      };
      await until(isSaid, () => `ResolvedRefs says ${reason}, and not ${String(seen)}: ${String(message)}`);
      return String(message);
    };
    const crlBy = (
      signer: CaSigner,
      entries: readonly RevocationEntry[] = [],
      { at = (number += 1n), now = new Date() } = {},
    ) => newList(signer, { entries, formerNumber: 10n ** 12n + at, validitySeconds: day, now }).pem;
    const listBy = (
      signer: CaSigner,
      entries: readonly RevocationEntry[] = [],
      { at = (number += 1n), name = 'partner-crl' } = {},
    ) => text('ConfigMap', name, { 'ca.crl': crlBy(signer, entries, { at }) });
    const revokedBy = (signer: CaSigner, certificate: string) =>
      revocationOf({ signer, pem: signer.issuer.pem }, { certificate, key: '' }, new Date());
    const takenBack = async (name: string) => {
      const former = await secretTexts(stage().plane.admin, namespace, `${name}-tls`);
      formerly.set(name, former);
      await changed(stage().plane, namespace, `mqttdevice/${name}`, { spec: { revoked: { reason: 'KeyCompromise' } } });
      await becameReady(stage().plane, namespace, `mqttdevice/${name}`);
      return former;
    };
    const isLetIn = async (name: string, credentials: Credentials) => {
      const client = await deviceClient(endpoint, name, credentials).catch(() => undefined);
      const may = client && (await mayPublish(client, `sensors/${name}/celsius`, '20'));
      client?.end(true);
      return may === true;
    };
    /** Whether its certificate is accepted, with rights or without. */
    const mayConnect = async (name: string) => {
      const client = await deviceClient(endpoint, name, formerly.get(name) ?? {}).catch(() => undefined);
      client?.end(true);
      return client !== undefined;
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
      await apply(listBy(foreign, [revokedBy(foreign, made.pem)]));
      await look();
      await until(async () => !(await isLetIn('d1', ofPartner)), 'the certificate of the partner is refused');
      assert.equal(await isOwnLetIn('d1'), true);
    });

    it('does not take an older list in its place, which would let the certificate in again', async () => {
      await apply(listBy(foreign, [], { at: 1n }));
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
      const end = await endOfShortList();
      await until(() => Date.now() > end.getTime() + 1000, 'the list has ended');
      assert.match(await says('CrlInvalid'), /all devices of CA partner are refused until there is a newer list/);
      const session = await deviceClient(endpoint, 'd3', await secretTexts(plane.admin, namespace, 'd3-tls'));
      const cut = new Promise<void>((resolve) => session.once('close', () => resolve()));
      const former = await takenBack('d3');
      await cut;
      const letIn = async () => [await isLetIn('d3', former), await isLetIn('d1', ofPartner), await isOwnLetIn('d1')];
      assert.deepEqual(await letIn(), [false, false, true]);
      const { uid } = await kubelet.ready(namespace, 'plant-0');
      await output(plane.kubectl(['delete', 'pod/plant-0', '-n', namespace]));
      await until(() => kubelet.pods().get(`${namespace}/plant-0`)?.uid !== uid, 'the former pod is gone');
      endpoint = await endpointOf(plane, kubelet, namespace);
      assert.deepEqual(await letIn(), [false, false, true], 'a pod that begins now serves the same');
    });

    it('of a new CA is waited for by its devices alone', async () => {
      const { pem, keyPem } = certificateOf(stranger, 'd1');
      const ofGuest = { 'tls.crt': pem, 'tls.key': keyPem };
      await trust(own(), guest);
      await says('CrlInvalid', /guest-crl does not exist: all devices of CA guest are refused until then/);
      const former = await takenBack('d4');
      const letIn = async () => [await isLetIn('d4', former), await isLetIn('d1', ofGuest), await isOwnLetIn('d1')];
      assert.deepEqual(await letIn(), [false, false, true]);
      await apply(listBy(stranger, [], { name: 'guest-crl' }));
      await look();
      await says('ResolvedRefs');
      await becameReady(stage().plane, namespace, 'mqttbroker/plant');
      assert.deepEqual(await letIn(), [false, true, true]);
    });

    let signer: CaSigner;
    /** A certificate of d2 that only the others know of. */
    let strays: Credentials;
    const entriesOf = (...names: string[]) =>
      names.map((name) => revokedBy(signer, formerly.get(name)?.['tls.crt'] ?? assert.fail(`${name} is not revoked`)));
    const letIn = async () => ({
      revoked: [await mayConnect('d3'), await mayConnect('d4')],
      stray: await isLetIn('d2', strays),
      good: [await isOwnLetIn('d1'), await isOwnLetIn('d2')],
    });
    const ownNumber = async () => (await broker())?.crls?.find(({ ca }) => ca === 'devices')?.number ?? 0;
    const isOn = (list: number) =>
      until(async () => (await ownNumber()) >= list, `a list of number ${list} is published`);
    const ofDevices = { name: 'devices-crl' };

    const prepare = async () => {
      const { 'tls.crt': ca = '', 'tls.key': key = '' } = await secretTexts(
        stage().plane.admin,
        namespace,
        'device-ca',
      );
      signer = valueOf(caSigner(ca, key));
      const { pem, keyPem } = certificateOf(signer, 'd2', { notBefore: new Date(Date.now() - 60_000) });
      strays = { 'tls.crt': pem, 'tls.key': keyPem };
      await trust(own());
      await becameReady(stage().plane, namespace, 'mqttbroker/plant');
    };

    it('of somebody else does not take the place of ours while it lacks what was taken back', async () => {
      await prepare();
      const before = await ownNumber();
      await apply(listBy(signer, entriesOf('d3'), ofDevices));
      await trust(own({}, ofOthers('devices-crl')));
      assert.match(await says('CrlInvalid'), /lacks what was taken back: serial [0-9a-f]+; the last good list of CA/);
      await becameReady(stage().plane, namespace, 'mqttdevice/d1');
      assert.equal(await ownNumber(), before);
      assert.deepEqual(await letIn(), { revoked: [false, false], stray: true, good: [true, true] });
    });

    it('of somebody else does so when it names that, and more', async () => {
      const entries = [...entriesOf('d3', 'd4'), revokedBy(signer, strays['tls.crt'] ?? '')];
      await apply(listBy(signer, entries, ofDevices));
      await look();
      await says('ResolvedRefs');
      await isOn(10 ** 12);
      await becameReady(stage().plane, namespace, 'mqttbroker/plant');
      assert.deepEqual(await letIn(), { revoked: [false, false], stray: false, good: [true, true] });
    });

    const signedByUsAgain = async () => {
      const theirs = await ownNumber();
      await trust(own());
      await isOn(theirs + 1);
      await becameReady(stage().plane, namespace, 'mqttbroker/plant');
    };

    it('of ours takes its place again, with all on it that theirs named', async () => {
      await signedByUsAgain();
      assert.deepEqual(await letIn(), { revoked: [false, false], stray: false, good: [true, true] });
    });

    describeWebList({
      ...{ stage, says, look, isLetIn, crlBy, stranger },
      endpoint: () => endpoint,
      signedByUsAgain,
      trustAt: (crlUrl) => trust(own({}, { type: 'ExternalCrl', crlUrl })),
      revision: async () => (await broker())?.bundle?.revision,
      signer: () => signer,
      secretOf: (name) => secretTexts(stage().plane.admin, namespace, `${name}-tls`),
      formerly: () => [...entriesOf('d3', 'd4'), revokedBy(signer, strays['tls.crt'] ?? '')],
      revokedBy,
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
