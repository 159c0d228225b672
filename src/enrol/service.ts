/** Answers to requests of EST: who may have which certificate. The server around it knows HTTP and nothing of this. */
import { createHash } from 'node:crypto';
import { checkNothing, claimRefusal, isClaimId } from '../domain/enrol/claim.ts';
import { type Enrollee, enrolmentStep } from '../domain/enrol/enrollee.ts';
import {
  basicCredentials,
  certsOnlyBody,
  type EstOperation,
  isRequestType,
  requestInBody,
} from '../domain/enrol/est.ts';
import { parsedCsr } from '../domain/pki/csr.ts';
import type { Clock } from '../ports.ts';
import type { EnrolmentEvent, EnrolmentRefusal } from './event.ts';
import type { ClaimStore, Registrar } from './registrar.ts';

/** A request as far as it was read: the body is asked for only from who may send one. */
export interface EnrolmentRequest {
  readonly operation: EstOperation;
  readonly address: string;
  readonly contentType: string | undefined;
  readonly transferEncoding: string | undefined;
  readonly authorization: string | undefined;
  /** The client certificate of the TLS connection; `isTrusted`: of our CA, and within its dates. */
  readonly certificate: { readonly fingerprint: string; readonly isTrusted: boolean } | undefined;
  readonly body: () => Promise<RequestBody>;
}

export type RequestBody =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'BodyTooLarge' | 'BodyIncomplete' };

export interface EstAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface EnrolmentWorld {
  readonly registrar: Registrar;
  readonly claims: ClaimStore;
  readonly clock: Clock;
  /** Ends the waiting for certificates. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: EnrolmentEvent) => void;
}

/** How long a request is held for its certificate before the client is asked to come again, milliseconds. */
const patienceMilliseconds = 5_000;
const pollMilliseconds = 50;
/** When a client whose certificate is not there yet is to come again, seconds. */
const retryAfterSeconds = 2;

/** The answer to one request. Never fails: an error of ours is an answer, too. */
export async function enrolmentAnswer(request: EnrolmentRequest, world: EnrolmentWorld): Promise<EstAnswer> {
  if (request.operation === 'cacerts') return caAnswer(world);
  const told: { identity?: string; claim?: string } = {};
  const result = await outcomeOf(request, world, told).catch((error: unknown): Outcome => {
    return refusal('Failed', error instanceof Error ? error.message : String(error));
  });
  const { kind, answer, ...rest } = answered(result);
  const { operation, address } = request;
  world.onEvent({ at: world.clock.now(), operation, outcome: kind, address, ...told, ...rest });
  return answer;
}

type Refused = { readonly kind: 'Refused'; readonly reason: EnrolmentRefusal; readonly detail?: string };
type Outcome = Refused | { readonly kind: 'Issued'; readonly certificate: string } | { readonly kind: 'Pending' };

function refusal(reason: EnrolmentRefusal, detail?: string): Refused {
  return { kind: 'Refused', reason, ...(detail !== undefined && { detail }) };
}

async function caAnswer({ registrar }: EnrolmentWorld): Promise<EstAnswer> {
  const body = await registrar.cas().then(certsOnlyBody, () => undefined);
  return body?.ok
    ? { status: 200, headers: { 'content-type': 'application/pkcs7-mime' }, body: body.value }
    : plain(503, { 'retry-after': String(retryAfterSeconds) });
}

function answered(outcome: Outcome) {
  if (outcome.kind === 'Refused') return { ...outcome, answer: refusedAnswer(outcome.reason) };
  if (outcome.kind === 'Pending') {
    return { kind: outcome.kind, answer: plain(202, { 'retry-after': String(retryAfterSeconds) }) };
  }
  const body = certsOnlyBody(firstCertificate(outcome.certificate));
  if (!body.ok) return { ...refusal('Failed', body.problem), answer: refusedAnswer('Failed') };
  const headers = { 'content-type': 'application/pkcs7-mime; smime-type=certs-only' };
  return { kind: outcome.kind, answer: { status: 200, headers, body: body.value } };
}

/** The certificate that was issued and no other (RFC 7030 section 4.2.3); its chain is among the `cacerts`. */
function firstCertificate(pem: string): string {
  const end = '-----END CERTIFICATE-----';
  return `${pem.slice(0, pem.indexOf(end) + end.length)}\n`;
}

/** A caller is told no more than what it did wrong with the protocol; why its credentials give nothing is in the audit log. */
function refusedAnswer(reason: EnrolmentRefusal): EstAnswer {
  const status = statuses[reason] ?? 401;
  if (status === 401) return plain(401, { 'www-authenticate': 'Basic realm="enrolment", charset="UTF-8"' });
  return plain(status, status === 429 || status === 503 ? { 'retry-after': String(retryAfterSeconds) } : {});
}

/** All others are credentials that give nothing. */
const statuses: Readonly<Partial<Record<EnrolmentRefusal, number>>> = {
  RequestMalformed: 400,
  RequestRefused: 403,
  BodyIncomplete: 408,
  BodyTooLarge: 413,
  ContentTypeWrong: 415,
  TooManyRequests: 429,
  Failed: 503,
};

const words: Readonly<Record<number, string>> = {
  202: 'the certificate is not there yet\n',
  400: 'the body is no PKCS #10 request in base64\n',
  401: 'not authorized\n',
  403: 'the request is not in order\n',
  408: 'the body did not come\n',
  413: 'the body is too large\n',
  415: 'the content type is not application/pkcs10\n',
  429: 'too many requests\n',
  503: 'not now\n',
};

/** An answer of a few words in plain text. */
export function plain(status: number, headers: Readonly<Record<string, string>> = {}): EstAnswer {
  const body = words[status] ?? 'no\n';
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}

/** Who asks, by a certificate or by a claim that is good but may have been used. */
type Asker = { readonly enrollee: Enrollee; readonly used?: string; readonly claim?: string };

async function outcomeOf(
  request: EnrolmentRequest,
  world: EnrolmentWorld,
  told: { identity?: string; claim?: string },
): Promise<Outcome> {
  const asker =
    request.operation === 'simplereenroll'
      ? await askerByCertificate(request, world)
      : await askerByClaim(request, world, told);
  if ('kind' in asker) return asker;
  const { enrollee } = asker;
  told.identity = enrollee.identity;
  if (enrollee.refusal) return refusal(enrollee.refusal);
  if (!isRequestType(request.contentType, request.transferEncoding)) return refusal('ContentTypeWrong');
  const body = await request.body();
  if (!body.ok) return refusal(body.reason);
  const csr = requestInBody(body.text);
  if (!csr.ok) return refusal('RequestMalformed', csr.problem);
  const checked = parsedCsr(csr.value, enrollee.identity);
  if (!checked.ok) return refusal('RequestRefused', checked.findings.map(({ message }) => message).join('; '));
  const present = await stillThere(asker, world.registrar);
  if (!present) return refusal(asker.used === undefined ? 'DeviceUnknown' : 'CertificateUnknown');
  if (present.refusal) return refusal(present.refusal);
  return certified({ ...asker, enrollee: present }, csr.value, checked.value.keyId, world);
}

/** The body took its time: by now the device may be another one of its name, and the certificate taken back. */
async function stillThere({ enrollee, used }: Asker, registrar: Registrar): Promise<Enrollee | undefined> {
  const present = await (used === undefined ? registrar.byDevice(enrollee.device) : registrar.byCertificate(used));
  return present?.uid === enrollee.uid ? present : undefined;
}

async function askerByCertificate(
  { certificate }: EnrolmentRequest,
  { registrar }: EnrolmentWorld,
): Promise<Asker | Refused> {
  if (!certificate) return refusal('CertificateMissing');
  if (!certificate.isTrusted) return refusal('CertificateRefused');
  const enrollee = await registrar.byCertificate(certificate.fingerprint);
  return enrollee ? { enrollee, used: certificate.fingerprint } : refusal('CertificateUnknown');
}

async function askerByClaim(
  { authorization, address }: EnrolmentRequest,
  { registrar, claims, clock }: EnrolmentWorld,
  told: { claim?: string },
): Promise<Asker | Refused> {
  const credentials = basicCredentials(authorization);
  if (!credentials) return refusal('ClaimMissing');
  const { user, password: secret } = credentials;
  const claim = isClaimId(user) ? await claims.claim(user) : undefined;
  if (!claim) {
    checkNothing(secret);
    return refusal('ClaimUnknown');
  }
  told.claim = claim.id;
  const { broker } = registrar;
  const why = claimRefusal(claim, { secret, broker, address }, clock.now());
  if (why) return refusal(why);
  const enrollee = await registrar.byDevice(claim.device);
  if (!enrollee || (claim.uid !== undefined && claim.uid !== enrollee.uid)) return refusal('DeviceUnknown');
  return { enrollee, claim: claim.id };
}

async function certified(
  { enrollee, used, claim }: Asker,
  csr: string,
  keyId: string,
  world: EnrolmentWorld,
): Promise<Outcome> {
  const taking = claim === undefined ? undefined : await world.claims.take(claim, hashOf(csr));
  if (taking === 'TakenByOther') return refusal('ClaimUsed');
  const step = enrolmentStep(enrollee, { csr, keyId, used });
  if (step.kind === 'Answer') return { kind: 'Issued', certificate: step.certificate };
  // What came after it was asked for with better right than a claim that was used before.
  if (step.kind === 'Submit' && taking === 'TakenBefore' && enrollee.csr !== undefined) return refusal('ClaimUsed');
  if (step.kind === 'Submit') await world.registrar.submit(enrollee, csr, step.isRenewal);
  return awaited({ enrollee, ...(claim !== undefined && { claim }) }, { csr, keyId, used }, world);
}

/**
 * Waits a while for the certificate. Whoever was taken back meanwhile gets none. A claim is used up by now: for the device
 * that has a request already, it is handed in again as long as that one is there, for others may write at the same time.
 */
async function awaited(
  { enrollee: { device, uid, csr: former }, claim }: Asker,
  asked: Parameters<typeof enrolmentStep>[1],
  { registrar, clock, signal }: EnrolmentWorld,
): Promise<Outcome> {
  const end = clock.now().getTime() + patienceMilliseconds;
  while (clock.now().getTime() < end && !signal.aborted) {
    const enrollee = await registrar.byDevice(device);
    if (!enrollee || enrollee.uid !== uid) return refusal('DeviceUnknown');
    if (enrollee.refusal) return refusal(enrollee.refusal);
    const step = enrolmentStep(enrollee, asked);
    if (step.kind === 'Answer') return { kind: 'Issued', certificate: step.certificate };
    const isAsItWas = former !== undefined && enrollee.csr === former;
    if (step.kind === 'Submit' && claim !== undefined && isAsItWas) await registrar.submit(enrollee, asked.csr, false);
    await clock.sleep(pollMilliseconds, signal).catch(() => undefined);
  }
  return { kind: 'Pending' };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
