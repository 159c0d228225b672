/** Issuers that are late, or that lose what they sign with. */
import assert from 'node:assert/strict';
import { authority as caOf } from '../../domain/pki/authorities.ts';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import {
  caCertificate,
  caIssuer,
  certificateDevice,
  mixedBroker,
  ours,
  selfSigned,
  type Site,
  siteIn,
  template,
} from './site.ts';

export function describeIssuers(plane: () => ControlPlane): void {
  describe('an issuer that fails', () => {
    let site: Site;

    it('is named while it is not there', async () => {
      site = await siteIn(plane(), 'issuer');
      await site.made(template, mixedBroker('plant', 'late'), certificateDevice('c1', 'plant'), selfSigned);
      await site.says('mqttbrokers', 'plant', 'Ready', 'False/CaNotFound');
      await site.says('devicecertificates', 'c1', 'Ready', 'False/IssuerNotFound');
      await site.says('mqttdevices', 'c1', 'Ready', 'False/Issuing');
    });

    it('is waited for while it has no CA', async () => {
      await site.made(caIssuer('late'));
      await site.says('devicecertificates', 'c1', 'Ready', 'False/Issuing');
    });

    it('serves all who waited when it has one', async () => {
      await site.made(caCertificate('late'));
      await site.says('mqttdevices', 'c1', 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
    });
  });

  describe('an issuer without the key of its CA', () => {
    const { issuer, keyPem } = caOf('by hand');
    let site: Site;
    let windowMilliseconds = 1;
    const secret = (values: Readonly<Record<string, string>>) => ({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'by-hand' } },
      stringData: { 'ca.crt': issuer.pem, 'tls.crt': issuer.pem, ...values },
    });
    /** Nobody tells of Secrets: a change of the broker has it looked at. */
    const look = () =>
      site.patch(ours, 'mqttbrokers', 'plant', { spec: { update: { windowMilliseconds: (windowMilliseconds += 1) } } });
    const said = async (kind: string, name: string, type: string, pattern: RegExp) => {
      let last: string | undefined;
      await until(
        async () => {
          const { conditions = [] } = (await site.found(ours, kind, name))?.status ?? {};
          const { status, reason, message } = conditions.find((one) => one.type === type) ?? {};
          last = `${status ?? ''}/${reason ?? ''}: ${message ?? ''}`;
          return pattern.test(last);
        },
        () => `${kind} ${name} says ${String(pattern)}: ${String(last)}`,
      );
    };

    it('has nothing published for a broker that never had a list, and says what lacks', async () => {
      site = await siteIn(plane(), 'keyless');
      await site.made(template, secret({}), caIssuer('by-hand'));
      await site.made(mixedBroker('plant', 'by-hand'), certificateDevice('c1', 'plant'));
      await said('mqttbrokers', 'plant', 'ResolvedRefs', /^False\/SignerForbidden: .*by-hand has no key tls\.key/);
      await said('devicecertificates', 'c1', 'Issued', /^False\/Issuing: .*[Ii]ssuer/);
      assert.equal(await site.published('plant'), undefined);
    });

    it('serves when it has it', async () => {
      await site.made(secret({ 'tls.key': keyPem }));
      await site.says('mqttdevices', 'c1', 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
    });

    it('that it had takes nothing from anybody, and is named by those who ask', async () => {
      const parts = async () => {
        const set = await site.published('plant');
        return ['ca', 'crl', 'revocations', 'identities', 'acl'].map((part) => set?.part(part));
      };
      const before = await parts();
      await site.patch('v1', 'secrets', 'by-hand', { data: { 'tls.key': null } });
      await look();
      await said('mqttbrokers', 'plant', 'ResolvedRefs', /^False\/SignerForbidden: .*by-hand has no key tls\.key/);
      await site.says('mqttbrokers', 'plant', 'Programmed', 'True/Programmed');
      await site.says('mqttdevices', 'c1', 'Ready', 'True/Ready');
      assert.deepEqual(await parts(), before);
      await site.made(certificateDevice('c2', 'plant'));
      await said('devicecertificates', 'c2', 'Issued', /^False\/Issuing: .*[Ii]ssuer/);
      const after = await parts();
      assert.deepEqual(after.slice(0, 3), before.slice(0, 3));
    });

    it('that comes back serves all who waited', async () => {
      await site.patch('v1', 'secrets', 'by-hand', { data: { 'tls.key': Buffer.from(keyPem).toString('base64') } });
      await site.says('mqttdevices', 'c2', 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
    });
  });
}
