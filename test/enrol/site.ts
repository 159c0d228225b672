/** A server for enrolment over TLS, with one device and its registrar in memory, and a client of it. */
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import path from 'node:path';
import { type Claim, claimBytes, newClaim } from '../../src/domain/enrol/claim.ts';
import type { Enrollee } from '../../src/domain/enrol/enrollee.ts';
import { parsedCsr } from '../../src/domain/pki/csr.ts';
import { signedCertificate } from '../../src/domain/pki/issue.ts';
import { issuedCertificate } from '../../src/domain/pki/x509.ts';
import type { EnrolmentEvent } from '../../src/enrol/event.ts';
import type { ClaimStore, Registrar } from '../../src/enrol/registrar.ts';
import { startEnrolment } from '../../src/enrol/server.ts';
import { systemClock, systemRandom } from '../../src/local/system.ts';
import { authority, certificateOf } from '../domain/pki/authorities.ts';
import { opensslIn, withFiles } from '../domain/pki/openssl.ts';
import { certificatesInBody } from './client.ts';

const ca = authority('Enrolment CA');
const server = certificateOf(ca, 'localhost', {
  use: { kind: 'Server', dnsNames: ['localhost'], ipAddresses: [Uint8Array.of(127, 0, 0, 1)] },
});

/** By which a client knows the server. */
export const caPem = ca.issuer.pem;

export const broker = 'plant/main';

/** A key and a request for it, as `openssl req` makes them. */
export function requestOf(commonName: string, words: readonly string[] = []): { csr: string; key: string } {
  return withFiles({}, (directory) => {
    const made = opensslIn(directory, [
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', 'key', '-subj', `/CN=${commonName}`, ...words],
    ]);
    const at = made.stdout.indexOf('-----BEGIN CERTIFICATE REQUEST-----');
    if (at < 0) throw new Error(made.text);
    return { key: readFileSync(path.join(directory, 'key'), 'utf8'), csr: made.stdout.slice(at) };
  });
}

/** A certificate of the CA that its registrar knows nothing of. */
export const strayCertificate = (commonName: string, dates: { notAfter?: Date } = {}) =>
  certificateOf(ca, commonName, dates);
export const foreignCertificate = (commonName: string) => certificateOf(authority('Other CA'), commonName);

export interface Site {
  readonly port: number;
  readonly events: EnrolmentEvent[];
  /** Requests that were handed in. */
  readonly submitted: string[];
  /** What is known of the device; set by tests. */
  enrollee: Omit<Enrollee, 'current' | 'csr'>;
  /** Whether what is handed in is certified at once. */
  isIssuing: boolean;
  /** What is certified is certified again until its certificate (PEM) is such a one. */
  isWanted: (certificate: string) => boolean;
  /** How often the registrar was asked for a device. */
  lookups: number;
  /** Whether the certificates of the device were taken back. */
  isTakenBack: boolean;
  /** How many of the next requests are handed in to no effect, as others write at the same time. */
  conflicts: number;
  /** Fails whatever is asked of the registrar. */
  isBroken: boolean;
  claim(change?: Partial<Claim>): string;
  ask(words: Ask): Promise<Answer>;
  readonly close: () => Promise<void>;
}

export interface Ask {
  readonly operation?: string;
  readonly method?: string;
  readonly claim?: string;
  readonly certificate?: { readonly pem: string; readonly keyPem: string };
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  /** 0: the connection ended without one. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** Of what was handed out. */
  readonly certificates: readonly string[];
}

export async function openedSite(limits = {}): Promise<Site> {
  const events: EnrolmentEvent[] = [];
  const submitted: string[] = [];
  const claims = new Map<string, Claim>();
  const takers = new Map<string, string>();
  const certificates: { pem: string; fingerprint: string; keyId: string }[] = [];
  let csr: string | undefined;
  const enrolleeNow = (): Enrollee => {
    const current = certificates.at(-1);
    return { ...site.enrollee, ...(csr !== undefined && { csr }), ...(current && { current }) };
  };
  const issue = (pem: string) => {
    const parsed = parsedCsr(pem, site.enrollee.identity);
    if (!parsed.ok) throw new Error('what is handed in was checked');
    const terms = {
      ...{ commonName: site.enrollee.identity, publicKey: parsed.value.publicKey, use: { kind: 'Client' } as const },
      ...{ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) },
    } as const;
    let made: string;
    do made = signedCertificate({ ...terms, serialBytes: systemRandom.bytes(16) }, ca);
    while (!site.isWanted(made));
    const issued = issuedCertificate(made, ca.issuer.keyId);
    if (!issued.ok) throw new Error('what was made can be read');
    certificates.push({ pem: made, fingerprint: issued.value.fingerprint, keyId: parsed.value.keyId });
  };
  const registrar: Registrar = {
    broker,
    cas: () => (site.isBroken ? Promise.reject(new Error('down')) : Promise.resolve(ca.issuer.pem)),
    byDevice: (device) => {
      site.lookups += 1;
      if (site.isBroken) return Promise.reject(new Error('secret words of the API server'));
      return Promise.resolve(device === site.enrollee.device ? enrolleeNow() : undefined);
    },
    byCertificate: (fingerprint) => {
      site.lookups += 1;
      const isKnown = !site.isTakenBack && certificates.some((one) => one.fingerprint === fingerprint);
      return Promise.resolve(isKnown ? enrolleeNow() : undefined);
    },
    submit: (_, pem) => {
      submitted.push(pem);
      site.conflicts -= 1;
      if (site.conflicts >= 0) return Promise.resolve();
      csr = pem;
      if (site.isIssuing) issue(pem);
      return Promise.resolve();
    },
  };
  const store: ClaimStore = {
    claim: (id) => Promise.resolve(claims.get(id)),
    take: async (id, hash) => {
      await Promise.resolve();
      const by = takers.get(id);
      takers.set(id, by ?? hash);
      return by === undefined ? 'Taken' : by === hash ? 'TakenBefore' : 'TakenByOther';
    },
  };
  const identity = () => Promise.resolve({ key: server.keyPem, cert: server.pem, ca: ca.issuer.pem });
  const opened = await startEnrolment(
    { host: '127.0.0.1', port: 0, identity, limits },
    { registrar, claims: store, clock: systemClock(), onEvent: (event) => events.push(event) },
  );
  const site: Site = {
    port: opened.port,
    events,
    submitted,
    enrollee: { device: 'plant/pump-1', identity: 'pump-1' },
    isIssuing: true,
    isWanted: () => true,
    lookups: 0,
    isTakenBack: false,
    conflicts: 0,
    isBroken: false,
    claim(change = {}) {
      const terms = { broker, device: 'plant/pump-1', networks: [], expiresAt: new Date(Date.now() + 60_000) } as const;
      const { claim, secret } = newClaim({ ...terms, ...change }, systemRandom.bytes(claimBytes));
      claims.set(claim.id, claim);
      return `${claim.id}:${secret}`;
    },
    ask: (words) => answerTo(opened.port, words),
    close: opened.close,
  };
  return site;
}

const type = { 'content-type': 'application/pkcs10', 'content-transfer-encoding': 'base64' };

function answerTo(
  port: number,
  { operation = 'simpleenroll', claim, certificate, body, ...rest }: Ask,
): Promise<Answer> {
  const method = rest.method ?? (operation === 'cacerts' ? 'GET' : 'POST');
  return new Promise((resolve) => {
    const asking = httpsRequest({
      ...{ host: '127.0.0.1', port, path: `/.well-known/est/${operation}`, method, agent: false, ca: ca.issuer.pem },
      headers: { ...(method === 'POST' && type), ...rest.headers },
      ...(claim !== undefined && { auth: claim }),
      ...(certificate && { cert: certificate.pem, key: certificate.keyPem }),
    });
    const none = () => resolve({ status: 0, headers: {}, body: '', certificates: [] });
    asking.once('error', none);
    asking.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', none);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('latin1');
        const read = certificatesInBody(text);
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: text, certificates: status === 200 && read.ok ? read.value : [] });
      });
    });
    asking.end(body);
  });
}
