/** The list of a CA on a web server, at a real broker: who it names is refused and cut, and what is wrong with it changes nothing. */
import assert from 'node:assert/strict';
import type { MqttClient } from 'mqtt';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import type { CaSigner } from '../../../src/domain/pki/x509.ts';
import { until } from '../component.ts';
import { startOperator, type TestOperator } from '../operator.ts';
import { type WebServer, webServer } from '../web-server.ts';
import { deviceClient, type Endpoint } from './mqtt.ts';
import type { Stage } from './stage.ts';

type Credentials = Readonly<Record<string, string>>;

/** What the tests of lists have; devices `d1` and `d2` have certificates of the CA and are let in. */
export interface WebListSite {
  readonly stage: () => Stage;
  readonly endpoint: () => Endpoint;
  /** Has the broker take the lists of the CA of its devices from there. */
  readonly trustAt: (crlUrl: object) => Promise<void>;
  readonly signedByUsAgain: () => Promise<void>;
  /** Has the broker looked at. */
  readonly look: () => Promise<void>;
  readonly says: (reason: string, what?: RegExp) => Promise<string>;
  /** Of what is published. */
  readonly revision: () => Promise<number | undefined>;
  readonly isLetIn: (name: string, credentials: Credentials) => Promise<boolean>;
  readonly secretOf: (name: string) => Promise<Credentials>;
  readonly signer: () => CaSigner;
  readonly stranger: CaSigner;
  /** PEM; each has a higher number than the one before. */
  readonly crlBy: (signer: CaSigner, entries?: readonly RevocationEntry[], options?: { readonly now?: Date }) => string;
  readonly revokedBy: (signer: CaSigner, certificate: string) => RevocationEntry;
  /** What was taken back before. */
  readonly formerly: () => readonly RevocationEntry[];
}

/** By so much the clock of the operator is behind; a minute would be too wrong to sign by. Put right, it is time to fetch again. */
const behindSeconds = 55;
const day = 86_400_000;

/** Tests in the suite that calls it. */
export function describeWebList(site: WebListSite): void {
  let server: WebServer | undefined;
  /** One that may fetch lists from this machine. */
  let downloading: TestOperator | undefined;
  let refreshSeconds = 60;
  const sessions = new Map<string, MqttClient>();

  const { stage, crlBy, says } = site;
  const web = () => server ?? assert.fail('there is no server');
  /** Another interval is another download, which begins at once. */
  const askedAnew = () => {
    const url = `http://localhost:${String(web().port)}/devices.crl`;
    return site.trustAt({ url, refreshSeconds: (refreshSeconds += 1) });
  };
  const published = async (list: string) => {
    web().answers(list);
    await askedAnew();
    await says('ResolvedRefs');
  };

  after(async () => {
    for (const session of sessions.values()) session.end(true);
    await server?.end();
    if (downloading) await backToFormer();
  });

  const backToFormer = async () => {
    await downloading?.close();
    downloading = undefined;
    await stage().operator.start();
  };

  it('is fetched from a web server, and devices that it does not name stay', async () => {
    server = await webServer();
    assert.equal(await stage().operator.stop(), 0);
    downloading = await startOperator(stage().plane, { isElected: false, clockSeconds: -behindSeconds });
    const before = await site.revision();
    await published(crlBy(site.signer(), site.formerly()));
    await until(async () => (await site.revision()) !== before, 'the list of the server is published');
    for (const name of ['d1', 'd2']) {
      sessions.set(name, await deviceClient(site.endpoint(), name, await site.secretOf(name)));
    }
  });

  it('changes nothing at the broker where the server gives what is none, and says why', async () => {
    const before = await site.revision();
    const ended = new Date(Date.now() - 2 * day);
    const wrong: readonly (readonly [what: string, status: number, says: RegExp])[] = [
      [
        crlBy(site.stranger, site.formerly()),
        200,
        /it is not signed by this CA; the last good list of CA devices stays/,
      ],
      [crlBy(site.signer(), site.formerly(), { now: ended }), 200, /ran out at \S+; the last good list of CA devices/],
      [crlBy(site.signer()), 200, /lacks what was taken back: serial .*; the last good list of CA devices stays/],
      ['', 200, /; the last good list of CA devices stays/],
      ['', 500, /devices\.crl cannot be downloaded: the server answers 500; the last good list of CA devices stays/],
    ];
    for (const [body, status, what] of wrong) {
      web().answers(body, status);
      await askedAnew();
      await says('CrlInvalid', what);
    }
    assert.equal(await site.revision(), before);
    assert.deepEqual([sessions.get('d1')?.connected, sessions.get('d2')?.connected], [true, true]);
  });

  it('is fetched again when it is time: who it names by then is cut and refused, and gets a new certificate', async () => {
    const former = await site.secretOf('d2');
    await published(crlBy(site.signer(), site.formerly()));
    const session = sessions.get('d2') ?? assert.fail();
    const cut = new Promise<void>((resolve) => session.once('close', () => resolve()));
    const entries = [...site.formerly(), site.revokedBy(site.signer(), former['tls.crt'] ?? '')];
    web().answers(crlBy(site.signer(), entries));
    process.kill(downloading?.pid() ?? 0, 'SIGUSR2');
    await until(async () => {
      await site.look();
      return !session.connected;
    }, 'the session of a device that the list names is cut');
    await cut;
    assert.equal(await site.isLetIn('d2', former), false);
    await until(
      async () => site.isLetIn('d2', await site.secretOf('d2')),
      'the device is let in with a new certificate',
    );
    assert.equal(sessions.get('d1')?.connected, true);
    await backToFormer();
    await site.signedByUsAgain();
    assert.equal(await site.isLetIn('d2', former), false);
  });
}
