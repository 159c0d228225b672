/** Objects and namespaces that go, while others still work at them. */
import assert from 'node:assert/strict';
import { verifyPassword } from '../../../src/domain/broker/passwords.ts';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import {
  authority,
  certificateDevice,
  certManager,
  mixedBroker,
  ours,
  passwordDevice,
  passwordOf,
  type Site,
  siteIn,
  template,
} from './site.ts';

const hold = 'example.com/hold';

/** Serials that are taken back, in the order of the part. */
function serialsIn(revocations: string): readonly string[] {
  return revocations.split('\n').filter(Boolean);
}

export function describeDeletion(plane: () => ControlPlane): void {
  describe('an object that is being deleted', () => {
    let site: Site;
    const finalizers = async (plural: string, name: string) =>
      (await site.found(ours, plural, name))?.metadata['finalizers'] as readonly string[] | undefined;
    const isGone = (name: string, version = ours, plural = 'mqttdevices') =>
      until(async () => (await site.found(version, plural, name)) === undefined, `${plural} ${name} is gone`);
    const serialOf = async (name: string) => {
      const { status } = await site.present(ours, 'devicecertificates', name);
      return String(status?.['serialNumber']);
    };
    const part = async (name: string) => (await site.published('plant'))?.part(name) ?? '';

    before(async () => {
      site = await siteIn(plane(), 'deleting');
      await site.made(...authority, template, mixedBroker('plant'));
      const held = certificateDevice('c1', 'plant');
      await site.made({ ...held, metadata: { name: 'c1', finalizers: [hold] } });
      await site.made(certificateDevice('c2', 'plant'), passwordDevice('p1', 'plant'));
      for (const name of ['c1', 'c2', 'p1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
    });

    it('and edited all the while, is taken back all the same, gets nothing new, and goes', async () => {
      const serial = await serialOf('c1');
      await site.remove(ours, 'mqttdevices', 'c1');
      for (let edit = 0; (await finalizers('mqttdevices', 'c1'))?.length !== 1; edit += 1) {
        assert.ok(edit < 2_000, 'nothing of ours holds it any more');
        const rules = [{ effect: 'Allow', actions: ['Publish'], topic: `extra/${edit}/{device}` }];
        const labels = { edit: `${edit}` };
        await site.patch(ours, 'mqttdevices', 'c1', { metadata: { labels }, spec: { rules } });
        assert.doesNotMatch(await part('acl'), /extra/);
      }
      assert.deepEqual(await finalizers('mqttdevices', 'c1'), [hold]);
      await until(async () => (await part('revocations')).includes(serial), 'its certificate is taken back');
      assert.doesNotMatch(await part('identities'), /^c1 /m);
      await site.patch(ours, 'mqttdevices', 'c1', { metadata: { finalizers: null } });
      await isGone('c1');
      await isGone('c1', certManager, 'certificates');
      await isGone('c1-tls', 'v1', 'secrets');
    });

    it('is taken back even where somebody took our finalizer off it', async () => {
      const serial = await serialOf('c2');
      await site.patch(ours, 'mqttdevices', 'c2', { metadata: { finalizers: null } });
      await until(async () => (await finalizers('mqttdevices', 'c2'))?.length === 1, 'it is there again');
      await site.remove(ours, 'mqttdevices', 'c2');
      // It may be gone already.
      await site.patch(ours, 'mqttdevices', 'c2', { metadata: { finalizers: null } }).catch(() => undefined);
      await isGone('c2');
      await until(async () => (await part('revocations')).includes(serial), 'its certificate is taken back');
      assert.doesNotMatch(await part('identities'), /^c2 /m);
    });

    it('gives nothing to the next one of its name, which comes at once', async () => {
      const former = passwordOf(await site.present('v1', 'secrets', 'p1-password'));
      const [{ metadata }, serial] = [
        await site.present(ours, 'mqttdevices', 'p1'),
        serialsIn(await part('revocations')),
      ];
      await site.remove(ours, 'mqttdevices', 'p1');
      await site.made(passwordDevice('p1', 'plant'), certificateDevice('c2', 'plant'));
      assert.notEqual((await site.present(ours, 'mqttdevices', 'p1')).metadata.uid, metadata.uid);
      for (const name of ['c2', 'p1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      const line = (await part('passwords')).split('\n').find((one) => one.startsWith('p1:')) ?? '';
      assert.equal(verifyPassword(former, line.slice(3)), false);
      assert.ok(verifyPassword(passwordOf(await site.present('v1', 'secrets', 'p1-password')), line.slice(3)));
      const next = await serialOf('c2');
      assert.ok(!serial.some((one) => one.includes(next)));
      const present = serialsIn(await part('revocations'));
      assert.ok(
        serial.every((one) => present.includes(one)),
        'what was taken back stays so',
      );
    });
  });
}
