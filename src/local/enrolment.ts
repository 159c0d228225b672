/** Enrolment in local mode: devices of the running `dev`, claims and signing requests in its state directory. */
import { type Enrollee, enrolleeRefusal } from '../domain/enrol/enrollee.ts';
import type { Device } from '../domain/fleet.ts';
import type { ObjectKey } from '../domain/names.ts';
import { enrolmentLine } from '../enrol/event.ts';
import type { Registrar } from '../enrol/registrar.ts';
import { type EnrolmentServer, startEnrolment } from '../enrol/server.ts';
import type { Clock } from '../ports.ts';
import type { Accepted } from './accepted.ts';
import { lineLog } from './audit-log.ts';
import { certificateFiles } from './certificates.ts';
import { directoryClaims, pruneClaims } from './claims.ts';
import { currentCertificates } from './plan.ts';
import { keepRequest, wholeRecord } from './records.ts';
import { storedKeyPair } from './server.ts';
import type { Store } from './store.ts';

/** What the loop of `dev` knows now. */
export interface EnrolmentFacts {
  readonly broker: ObjectKey;
  readonly store: Store;
  readonly accepted: Accepted;
}

/** A port for enrolment, beside the broker, where one is asked for. `facts` is asked at each request. */
export async function startLocalEnrolment(
  { host, enrolPort: port }: { readonly host: string; readonly enrolPort?: number },
  facts: () => EnrolmentFacts,
  clock: Clock,
): Promise<EnrolmentServer | undefined> {
  if (port === undefined) return undefined;
  const { paths, authority } = facts().store;
  await pruneClaims(paths.claims, clock.now());
  const { broker } = facts();
  const log = lineLog(paths.enrolments);
  const identity = async () => {
    const pair = await storedKeyPair(paths.server);
    if (!pair) throw new Error(`read key pair in ${paths.server}: there is none`);
    return { key: pair.key, cert: pair.certificate, ca: authority.certificatePem };
  };
  return startEnrolment(
    { host, port, identity },
    {
      registrar: localRegistrar(facts, clock),
      claims: directoryClaims(paths.claims),
      clock,
      onEvent: (event) => log.write(enrolmentLine(event, broker)),
    },
  );
}

function localRegistrar(facts: () => EnrolmentFacts, clock: Clock): Registrar {
  const byDevice = (key: ObjectKey) => enrolleeOf(facts(), key, clock.now());
  let turn: Promise<void> = Promise.resolve();
  return {
    broker: facts().broker,
    cas: () => Promise.resolve(facts().store.authority.certificatePem),
    byDevice,
    async byCertificate(fingerprint) {
      const { held, ledger } = facts().store;
      const found = held.find((one) => one.fingerprint === fingerprint);
      // Only those of its own lineage: others are of keys that were made here.
      const isEnrolled = found?.lineage === found?.device && found?.key === 'Csr';
      return found && isEnrolled && !ledger.entries.has(found.serial) ? byDevice(found.device) : undefined;
    },
    submit({ device }, csr, isRenewal) {
      const request = { csr, ...(isRenewal && { renewAt: clock.now() }) };
      const kept = turn.then(() => keepRequest(facts().store.paths.requests, device, request));
      turn = kept.catch(() => undefined);
      return kept;
    },
  };
}

/** With its record as it lies there: a revocation counts before the loop has seen it. */
async function enrolleeOf(facts: EnrolmentFacts, key: ObjectKey, now: Date): Promise<Enrollee | undefined> {
  const { broker, store, accepted } = facts;
  const device = accepted.devices.get(key);
  if (!device) return undefined;
  const { revoked, csr, renewAt } = await wholeRecord(store.paths.records, store.paths.requests, key);
  const recorded: Device = { ...device, ...(revoked && { revoked }) };
  const declared = [...accepted.result.fleet.certificates.values()];
  const isDeclared = declared.some((one) => one.device === key);
  const refusal = enrolleeRefusal(recorded, { broker, isAdmitted: accepted.admitted.has(key), isDeclared }, now);
  const held = currentCertificates(store).get(key);
  const files = held && held.notAfter > now ? await certificateFiles(store.paths.certificates, key) : undefined;
  return {
    device: key,
    identity: device.identity,
    ...(refusal && { refusal }),
    ...(csr !== undefined && { csr }),
    ...(held && renewAt && { isRenewalAsked: held.issuedAt < renewAt }),
    ...(held && files && { current: { fingerprint: held.fingerprint, keyId: held.keyId, pem: files.certificate } }),
  };
}
