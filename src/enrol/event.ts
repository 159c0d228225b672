/** What is told of each request that asks for a certificate: a line of the audit log, a count. */
import type { ClaimRefusal } from '../domain/enrol/claim.ts';
import type { EnrolleeRefusal } from '../domain/enrol/enrollee.ts';
import type { EstOperation } from '../domain/enrol/est.ts';
import { plainJson } from '../monitor/audit.ts';

export type EnrolmentRefusal =
  | ClaimRefusal
  | EnrolleeRefusal
  | 'BodyIncomplete'
  | 'BodyTooLarge'
  | 'CertificateMissing'
  | 'CertificateRefused'
  | 'CertificateUnknown'
  | 'ClaimMissing'
  | 'ClaimUnknown'
  | 'ClaimUsed'
  | 'ContentTypeWrong'
  | 'DeviceUnknown'
  | 'Failed'
  | 'RequestMalformed'
  | 'RequestRefused'
  | 'TooManyRequests';

export interface EnrolmentEvent {
  readonly at: Date;
  readonly operation: EstOperation;
  readonly outcome: 'Issued' | 'Pending' | 'Refused';
  readonly reason?: EnrolmentRefusal;
  /** What exactly, in words that may hold what the client sent. */
  readonly detail?: string;
  readonly address: string;
  /** Of the device that a good claim or certificate stands for. */
  readonly identity?: string;
  /** Id of the claim that was shown. */
  readonly claim?: string;
}

/** One line of JSON in the form of `schemas/enrolment-event.json`, plain ASCII without an end of line. */
export function enrolmentLine({ at, operation, outcome, detail, ...rest }: EnrolmentEvent, broker: string): string {
  const said = detail === undefined ? {} : { detail: detail.slice(0, 400) };
  return plainJson({ version: 1, time: at, event: 'Enrolment', broker, operation, outcome, ...rest, ...said });
}
