/** Children of brokers and devices that somebody changes or deletes while the operator runs. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { verifyPassword } from '../../../src/domain/broker/passwords.ts';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import {
  authority,
  certificateDevice,
  certManager,
  type Found,
  mixedBroker,
  ours,
  passwordDevice,
  passwordOf,
  type Site,
  siteIn,
  template,
  untilSame,
} from './site.ts';

const rbac = 'rbac.authorization.k8s.io/v1';
const everything = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
const everybody = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }];

const changes: readonly (readonly [version: string, plural: string, name: string, change: object])[] = [
  ['apps/v1', 'statefulsets', 'plant', { spec: { replicas: 0 } }],
  ['apps/v1', 'statefulsets', 'plant', { spec: { template: { spec: { serviceAccountName: 'default' } } } }],
  ['v1', 'services', 'plant', { spec: { selector: { app: 'other' } } }],
  ['policy/v1', 'poddisruptionbudgets', 'plant', { spec: { maxUnavailable: '100%' } }],
  [rbac, 'roles', 'plant-agent', { rules: everything }],
  [rbac, 'roles', 'plant-agent', { metadata: { labels: null }, rules: everything }],
  [rbac, 'rolebindings', 'plant-agent', { subjects: everybody }],
  [certManager, 'certificates', 'plant-server', { spec: { dnsNames: ['other.example.com'] } }],
  [ours, 'devicecertificates', 'c1', { spec: { duration: '1000h' } }],
];

const deleted = [
  ['apps/v1', 'statefulsets', 'plant'],
  ['policy/v1', 'poddisruptionbudgets', 'plant'],
  ['v1', 'services', 'plant'],
  ['v1', 'services', 'plant-pods'],
  [rbac, 'roles', 'plant-agent'],
  [rbac, 'rolebindings', 'plant-agent'],
  ['v1', 'serviceaccounts', 'plant-agent'],
  [certManager, 'certificates', 'plant-server'],
  [certManager, 'certificates', 'c1'],
  [ours, 'brokerinstances', 'plant-0'],
] as const;

export function describeTampering(plane: () => ControlPlane): void {
  describe('children that somebody changes', () => {
    let site: Site;
    let former: { readonly secret: Found; readonly line: string };

    before(async () => {
      site = await siteIn(plane(), 'tampered');
      const workload = { managed: {} };
      const tls = { serverCertificate: { issuerRef: { name: 'self-signed' } } };
      const certificate = { template: { duration: '2160h' } };
      await site.made(...authority, template, mixedBroker('plant', 'devices', { workload, tls }));
      await site.made(certificateDevice('c1', 'plant', { authentication: { type: 'Certificate', certificate } }));
      await site.made(passwordDevice('p1', 'plant'));
      for (const name of ['c1', 'p1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
      former = { secret: await site.present('v1', 'secrets', 'p1-password'), line: await lineOf(site, 'p1') };
      await site.remove('v1', 'secrets', 'p1-password'); // nobody is told of it; looked for at the end
    });

    for (const [version, plural, name, change] of changes) {
      it(`are as they were: ${plural} ${name} ${JSON.stringify(change)}`, async () => {
        const stated = (object: Found | undefined) => [
          object?.spec,
          object?.['rules'],
          object?.['subjects'],
          object?.metadata['labels'],
        ];
        const before = await site.present(version, plural, name);
        await site.patch(version, plural, name, change);
        await untilSame(async () => stated(await site.found(version, plural, name)), stated(before));
      });
    }

    it('cannot be changed where they ask for certificates, not even by the administrator', async () => {
      const admin = site.patch(certManager, 'certificates', 'c1', { spec: { commonName: 'admin' } });
      await assert.rejects(admin, /only the operator may ask/);
    });

    it('are made again', async () => {
      for (const [version, plural, name] of deleted) {
        const before = await site.present(version, plural, name);
        await site.remove(version, plural, name);
        await until(async () => {
          const after = await site.found(version, plural, name);
          return after !== undefined && after.metadata.uid !== before.metadata.uid;
        }, `${plural} ${name} is there again`);
      }
    });

    it('let nobody in who was not declared', async () => {
      await site.says('mqttdevices', 'c1', 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
      const { data = {} } = await site.present('v1', 'secrets', 'c1-tls');
      const leaf = new X509Certificate(Buffer.from(data['tls.crt'] ?? '', 'base64'));
      assert.equal(leaf.subject, 'CN=c1');
      const set = await site.published('plant');
      assert.ok(set?.isWhole);
      assert.doesNotMatch(set.part('identities'), /admin/);
    });

    it('the Secret of a generated password among them: there is a new one, and an Event says so', async () => {
      await until(async () => {
        const present = await site.found('v1', 'secrets', 'p1-password');
        return present !== undefined && present.metadata.uid !== former.secret.metadata.uid;
      }, 'the Secret is there again');
      const password = passwordOf(await site.present('v1', 'secrets', 'p1-password'));
      await until(async () => verifyPassword(password, await lineOf(site, 'p1')), 'it lets the device in');
      assert.equal(verifyPassword(passwordOf(former.secret), await lineOf(site, 'p1')), false);
      await until(async () => (await site.events('p1')).includes('PasswordReplaced'), 'an Event');
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
    });
  });
}

/** Of the password file that is published. */
async function lineOf(site: Site, identity: string): Promise<string> {
  const text = (await site.published('plant'))?.part('passwords') ?? '';
  const line = text.split('\n').find((one) => one.startsWith(`${identity}:`)) ?? '';
  return line.slice(identity.length + 1);
}
