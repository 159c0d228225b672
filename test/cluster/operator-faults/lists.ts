/** Revocation lists of another CA that lie on a web server, which is not always there and not always right. */
import assert from 'node:assert/strict';
import { newList } from '../../../src/domain/pki/signed-list.ts';
import { around, newCa, serverPair } from '../../agent/site.ts';
import { authority as caOf, revocation } from '../../domain/pki/authorities.ts';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import { startOperator, type TestOperator } from '../operator.ts';
import { type WebServer, webServer } from '../web-server.ts';
import {
  authority,
  certificateDevice,
  mixedBroker,
  ours,
  passwordDevice,
  type Site,
  siteIn,
  template,
} from './site.ts';

const partner = caOf('partner', 'RSA');
const day = 86_400;
/** By so much the clock of the operator is behind; a minute would be too wrong to sign by. */
const behindSeconds = 55;

const configMap = (name: string, data: Readonly<Record<string, string>>) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data },
});

/** `operator` runs without election before and after. */
export function describeLists(plane: () => ControlPlane, operator: () => TestOperator): void {
  describe('a revocation list on a web server', () => {
    const web = newCa('web', new Date());
    let server: WebServer;
    let site: Site;
    let downloading: TestOperator | undefined;
    let windowMilliseconds = 1;
    let refreshSeconds = 60;
    let own: string;

    const listBy = (signer: typeof partner, number: bigint, serials: readonly string[] = [], ageDays = 0) => {
      const entries = serials.map((serial) => revocation(partner.issuer.keyId, serial));
      const now = new Date(Date.now() - ageDays * day * 1000 - 2 * behindSeconds * 1000);
      return newList(signer, { entries, formerNumber: 10n ** 12n + number, validitySeconds: 7 * day, now }).pem;
    };
    const lists = async () => (await site.published('plant'))?.part('crl') ?? '';
    const trusting = (others: readonly object[]) => {
      const devices = { name: 'devices', caRef: { kind: 'Secret', name: 'devices' } };
      return site.patch(ours, 'mqttbrokers', 'plant', {
        spec: { clientCertificates: { trustedCas: [devices, ...others] } },
      });
    };
    /** Another interval is another download, which begins at once. */
    const askedAgain = () => {
      const crlUrl = {
        url: `https://localhost:${String(server.port)}/partner.crl`,
        ...{ caRef: { kind: 'ConfigMap', name: 'web-ca' }, refreshSeconds: (refreshSeconds += 1) },
      };
      const revocationOf = { type: 'ExternalCrl', crlUrl };
      return trusting([
        { name: 'partner', caRef: { kind: 'ConfigMap', name: 'partner-ca' }, revocation: revocationOf },
      ]);
    };
    /** A change of the broker has it looked at. */
    const look = () =>
      site.patch(ours, 'mqttbrokers', 'plant', { spec: { update: { windowMilliseconds: (windowMilliseconds += 1) } } });
    const said = async (reason: string, pattern: RegExp) => {
      await until(
        async () => {
          const { conditions = [] } = (await site.present(ours, 'mqttbrokers', 'plant')).status ?? {};
          const resolved = conditions.find(({ type }) => type === 'ResolvedRefs');
          return resolved?.reason === reason && pattern.test(resolved.message);
        },
        `ResolvedRefs says ${reason} ${String(pattern)}`,
      );
    };
    const goesOn = () => site.says('mqttbrokers', 'plant', 'Programmed', 'True/Programmed');
    const takes = (list: string) => until(async () => (await lists()).includes(list), 'the list is published');

    before(async () => {
      const { certificate: cert, key } = serverPair(web, around(new Date()));
      server = await webServer({ cert, key });
      site = await siteIn(plane(), 'downloads');
      await site.made(...authority, template, mixedBroker('plant'));
      await site.made(
        configMap('partner-ca', { 'ca.crt': partner.issuer.pem }),
        configMap('web-ca', { 'ca.crt': web.pem }),
      );
      await site.made(certificateDevice('c1', 'plant'), passwordDevice('p1', 'plant'));
      for (const name of ['c1', 'p1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      own = await lists();
    });
    after(async () => {
      await server.end();
      await downloading?.close();
      if (downloading) await operator().start();
    });

    it('is not fetched from the machine of the operator, which others may not reach by it', async () => {
      server.answers(listBy(partner, 1n));
      await askedAgain();
      await said('CrlInvalid', /localhost has no address that is allowed/);
      assert.deepEqual([server.asked(), await lists()], [0, own]);
    });

    it('is taken over from anywhere else', async () => {
      assert.equal(await operator().stop(), 0);
      downloading = await startOperator(plane(), { isElected: false, clockSeconds: -behindSeconds });
      const list = listBy(partner, 1n);
      server.answers(list);
      await askedAgain();
      await takes(list);
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
    });

    it('is fetched again when it is time, and not before', async () => {
      const asked = server.asked();
      const list = listBy(partner, 2n, ['a1']);
      server.answers(list);
      await look();
      await downloading?.quiet(500);
      assert.equal(server.asked(), asked);
      process.kill(downloading?.pid() ?? 0, 'SIGUSR2');
      await until(async () => {
        await look();
        return (await lists()).includes(list);
      }, 'the next list is published');
      assert.equal(server.asked(), asked + 1);
    });

    it('stays as it is where what is given is of another CA, older, or none, and the broker says so', async () => {
      const before = await lists();
      const wrong: readonly (readonly [what: string, status: number, says: RegExp])[] = [
        [listBy(caOf('stranger'), 9n), 200, /it is not signed by .*; the last good list of CA partner stays/],
        [listBy(partner, 1n), 200, /the number of the revocation list fell from \d+ to \d+; the last good list/],
        ['<html>', 200, /; the last good list of CA partner stays/],
        ['', 503, /partner\.crl cannot be downloaded: the server answers 503; the last good list/],
      ];
      for (const [body, status, says] of wrong) {
        server.answers(body, status);
        await askedAgain();
        await said('CrlInvalid', says);
        await goesOn();
        assert.equal(await lists(), before);
      }
    });

    it('stays when the server is away, and the broker warns before it ends', async () => {
      const list = listBy(partner, 3n, ['a1', 'b2'], 6);
      server.answers(list);
      await askedAgain();
      await takes(list);
      await server.end();
      await askedAgain();
      await said('CrlInvalid', /cannot be downloaded: .*; the last good list/);
      await said('CrlInvalid', /the revocation list of CA partner ends at \S+: then all its devices are refused/);
      await goesOn();
      assert.ok((await lists()).includes(list));
      await site.made(passwordDevice('p2', 'plant'));
      await site.says('mqttdevices', 'p2', 'Ready', 'True/Ready');
    });
  });
}
