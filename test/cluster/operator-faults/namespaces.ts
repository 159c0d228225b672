/** Namespaces that go with brokers, devices and certificates in them. */
import assert from 'node:assert/strict';
import { managedSelector } from '../../../src/api/labels.ts';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import { operatorNamespace } from '../operator.ts';
import {
  authority,
  certificateDevice,
  type Found,
  mixedBroker,
  ours,
  passwordBroker,
  passwordDevice,
  type Site,
  siteIn,
  template,
} from './site.ts';

export function describeNamespaces(plane: () => ControlPlane): void {
  describe('a namespace that is deleted', () => {
    let serial: string;
    let landlord: Site;
    const isGone = async (name: string) =>
      (await plane().admin.answer('GET', `/api/v1/namespaces/${name}`)).status === 404;

    before(async () => {
      const site = await siteIn(plane(), 'leaving');
      await site.made(...authority, template, mixedBroker('plant'), mixedBroker('second'));
      const names = ['c1', 'c2', 'c3'];
      await site.made(passwordDevice('p1', 'plant'), ...names.map((name) => certificateDevice(name, 'plant')));
      landlord = await siteIn(plane(), 'landlord');
      const tenant = await siteIn(plane(), 'tenant');
      const allowedNamespaces = { from: 'All', topicPrefix: 'tenants/{namespace}' };
      await landlord.made(template, passwordBroker('plant', { allowedNamespaces }), passwordDevice('p1', 'plant'));
      const brokerRef = { name: 'plant', namespace: 'landlord' };
      await tenant.made(template, passwordDevice('p1', 'plant', { brokerRef }));
      for (const name of ['p1', ...names]) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      await tenant.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
      assert.match((await landlord.published('plant'))?.part('acl') ?? '', /tenant\.p1/);
      await site.patch(ours, 'mqttdevices', 'c1', { spec: { revoked: { reason: 'KeyCompromise' } } });
      await site.says('mqttdevices', 'c1', 'Ready', 'True/Revoked');
      serial = String((await site.present(ours, 'devicecertificates', 'c2')).status?.['serialNumber']);
      await site.remove(ours, 'mqttdevices', 'c2'); // and it is not waited for
      for (const name of ['leaving', 'tenant']) await plane().admin.call('DELETE', `/api/v1/namespaces/${name}`);
    });

    it('takes the rights of its devices with it, on the broker of another', async () => {
      await until(async () => {
        const set = await landlord.published('plant');
        return set?.isWhole === true && !/tenant\.p1/.test(set.part('acl') + set.part('identities'));
      }, 'the device of the tenant has no rights any more');
      await landlord.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
    });

    it('goes with everything in it; what was taken back stays so', async () => {
      for (const name of ['leaving', 'tenant']) await until(() => isGone(name), `namespace ${name} is gone`);
      assert.ok((await ledgerTexts(plane())).includes(serial));
    });
  });
}

/** All that lies in the ledgers. */
async function ledgerTexts({ admin }: ControlPlane): Promise<string> {
  const query = { labelSelector: managedSelector };
  const place = `/api/v1/namespaces/${operatorNamespace}/configmaps`;
  const { items } = await admin.call<{ items: readonly Found[] }>('GET', place, { query });
  return JSON.stringify(items.map(({ data }) => data));
}
