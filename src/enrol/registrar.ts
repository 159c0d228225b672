/** What the world must provide for enrolment: a state directory, or the API server. */
import type { Claim } from '../domain/enrol/claim.ts';
import type { Enrollee } from '../domain/enrol/enrollee.ts';
import type { ObjectKey } from '../domain/names.ts';

/** Devices of one broker, and what is done for them. */
export interface Registrar {
  readonly broker: ObjectKey;
  /** PEM of the CAs that certify devices and the server. */
  cas(): Promise<string>;
  byDevice(device: ObjectKey): Promise<Enrollee | undefined>;
  /** Whose certificate has this fingerprint (SHA-256, lower-case hex); undefined for one that nobody has, or that was taken back. */
  byCertificate(fingerprint: string): Promise<Enrollee | undefined>;
  /** Has the request certified, some time soon. `isRenewal`: for the key that is certified already. */
  submit(enrollee: Enrollee, csr: string, isRenewal: boolean): Promise<void>;
}

/** Whether a claim is taken for a request: first by it, by it before, or by another one. */
type Taking = 'Taken' | 'TakenBefore' | 'TakenByOther';

export interface ClaimStore {
  readonly claim: (id: string) => Promise<Claim | undefined>;
  /** Takes the claim for the request with this hash. Of several at the same moment one alone is given `Taken`. */
  readonly take: (id: string, requestHash: string) => Promise<Taking>;
}
