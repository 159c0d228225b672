/** The kinds of cert-manager, and with them all Certificates, requests and issuers, go and come back under a running operator. */
import assert from 'node:assert/strict';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { TestOperator } from '../operator.ts';
import { signingRequest } from '../plant/site.ts';
import { type Definition, definitionsOf } from './definitions.ts';
import {
  authority,
  certificateDevice,
  certManager,
  type Found,
  mixedBroker,
  ours,
  passwordBroker,
  passwordDevice,
  type Site,
  siteIn,
  template,
} from './site.ts';

const kinds = ['certificates', 'certificaterequests', 'issuers', 'clusterissuers'].map(
  (one) => `${one}.cert-manager.io`,
);
const holders = ['c1', 'c2', 'own'];

/** cert-manager runs before and after, and so does `operator`. */
export function describeCertManager(plane: () => ControlPlane, operator: () => TestOperator): void {
  const { removed, made } = definitionsOf(plane);

  describe('the kinds of cert-manager, deleted and back again', () => {
    let site: Site;
    let definitions: readonly Definition[];
    let had: Awaited<ReturnType<typeof present>>;
    let hadList: string | undefined;

    /** What lets devices in: certificates where they lie, with their keys, and what the broker is told of them. */
    const present = async () => {
      const set = await site.published('plant');
      const secrets = ['devices', 'c1-tls', 'c2-tls'].map((name) => site.found('v1', 'secrets', name));
      const certificates = holders.map((name) => site.found(ours, 'devicecertificates', name));
      const lines = (part: string) =>
        (set?.part(part) ?? '').split('\n').filter((line) => /\b(c1|c2|own)\b/.test(line));
      return {
        ...{ rights: lines('acl'), identities: lines('identities'), revocations: lines('revocations') },
        ...{ ca: set?.part('ca'), isWhole: set?.isWhole },
        secrets: (await Promise.all(secrets)).map((one) => [one?.metadata.uid, one?.data]),
        serials: (await Promise.all(certificates)).map((one) => one?.status?.['serialNumber']),
      };
    };
    const list = async () => (await site.published('plant'))?.part('crl');

    before(async () => {
      site = await siteIn(plane(), 'undefining');
      const { csr } = signingRequest(plane().directory, 'own');
      const authentication = { type: 'Certificate', certificate: { template: { csr } } };
      await site.made(...authority, template, mixedBroker('plant'), passwordBroker('plain'));
      await site.made(certificateDevice('c1', 'plant'), certificateDevice('c2', 'plant'));
      await site.made(certificateDevice('own', 'plant', { authentication }), passwordDevice('p1', 'plant'));
      for (const name of [...holders, 'p1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
      [had, hadList] = [await present(), await list()];
    });

    it('take all Certificates with them: brokers say so, and go on with what they have', async () => {
      definitions = await removed(...kinds);
      await site.says('mqttbrokers', 'plant', 'Ready', 'False/CertManagerAbsent');
      await site.says('mqttbrokers', 'plant', 'Programmed', 'True/Programmed');
      for (const name of holders) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      assert.deepEqual([await present(), await list()], [had, hadList]);
    });

    it('are needed by nobody who has a password', async () => {
      await site.made(passwordDevice('p2', 'plant'), passwordDevice('p3', 'plain'));
      for (const name of ['p2', 'p3']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      assert.deepEqual([await present(), await list()], [had, hadList]);
    });

    it('keep nobody from being taken back', async () => {
      await site.patch(ours, 'mqttdevices', 'c2', { spec: { suspended: true } });
      await site.says('mqttdevices', 'c2', 'Ready', 'True/Suspended');
      await site.patch(ours, 'mqttdevices', 'c2', { spec: { suspended: false } });
      await site.says('mqttdevices', 'c2', 'Ready', 'True/Ready');
    });

    it('are told of by those who would need one now', async () => {
      await site.made(certificateDevice('c3', 'plant'));
      await site.says('devicecertificates', 'c3', 'Ready', 'False/CertManagerAbsent');
    });

    it('leave everything as it is over a restart of the operator, too', async () => {
      assert.equal(await operator().stop(), 0);
      await operator().start();
      await site.made(passwordDevice('p4', 'plain'));
      await site.says('mqttdevices', 'p4', 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'False/CertManagerAbsent');
      assert.deepEqual(await present(), had);
    });

    it('are not there for nothing when they are back: Certificates are made anew, and take up the Secrets of before', async () => {
      await made(definitions);
      await site.made(...authority);
      for (const name of [...holders, 'c3', 'p1', 'p2']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
      for (const name of ['devices', 'c1', 'c2', 'c3']) {
        await until(
          async () => isReady(await site.found(certManager, 'certificates', name)),
          `Certificate ${name} is ready`,
        );
      }
      await operator().quiet(2_000);
      assert.deepEqual(await present(), had, 'nothing is issued twice, and nothing is revoked');
      const requests = await plane().admin.call<{ readonly items: readonly Found[] }>(
        'GET',
        `/apis/${certManager}/namespaces/${site.namespace}/certificaterequests`,
      );
      const asked = requests.items.map(({ metadata: { name } }) => name.replace(/-\d+$/, ''));
      assert.deepEqual(asked, ['c3']);
    });
  });
}

function isReady(certificate: Found | undefined): boolean {
  return certificate?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}
