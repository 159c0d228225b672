import type { Canary } from './canary.ts';
import { type ConnectOutcome, type Endpoint, type Login, notAuthorized } from './client.ts';
import type { Proof } from './proof.ts';

/** A listener for devices, with what has to happen there. */
export type ListenerProbe = {
  readonly name: string;
  readonly endpoint: Extract<Endpoint, { kind: 'Network' }>;
} & (
  | { readonly authentication: 'Certificate'; readonly admitted: Canary; readonly refused: Canary }
  | { readonly authentication: 'Password'; readonly wrongLogin: Login }
);

/** What was seen of a listener; what is absent was not tried. */
export interface ListenerSight {
  readonly listener: ListenerProbe;
  /** DER of what it has to show; absent without TLS. */
  readonly expectedCertificate?: Buffer;
  /** Of a client with a valid certificate. */
  readonly valid?: ConnectOutcome;
  /** Of a client whose certificate is revoked or, without a CRL, of a foreign CA. */
  readonly invalid?: ConnectOutcome;
  readonly wrongPassword?: ConnectOutcome;
}

/** A check answers with what is wrong, or with nothing. */
export interface ListenerCheck {
  readonly name: string;
  readonly problem: (sight: ListenerSight) => Proof | undefined;
}

/** The gravest first. */
export const listenerChecks: readonly ListenerCheck[] = [
  {
    name: 'InvalidCertificateRefused',
    problem: ({ listener, invalid }) =>
      invalid && ['Connected', 'Refused'].includes(invalid.kind) ? letIn(listener) : undefined,
  },
  {
    name: 'WrongPasswordRefused',
    problem: ({ listener, wrongPassword }) =>
      wrongPassword?.kind === 'Connected'
        ? { kind: 'FailOpen', what: `listener ${listener.name} let a wrong password in` }
        : undefined,
  },
  {
    name: 'ValidCertificateEnters',
    problem: ({ listener, valid }) =>
      valid && ['Refused', 'TlsRefused'].includes(valid.kind)
        ? failed(listener, `refused a valid certificate: ${outcomeText(valid)}`)
        : undefined,
  },
  {
    name: 'PasswordsLookedAt',
    problem: ({ listener, wrongPassword }) =>
      wrongPassword?.kind === 'TlsRefused' ? failed(listener, `refused TLS: ${wrongPassword.reason}`) : undefined,
  },
  { name: 'ServerCertificateShown', problem: certificateShownProblem },
  { name: 'ListenerAnswers', problem: unansweredProblem },
];

/** The first problem, in table order; nothing where all is as it has to be. */
export function problemSeen(sight: ListenerSight, checks = listenerChecks): Proof | undefined {
  for (const { problem } of checks) {
    const found = problem(sight);
    if (found) return found;
  }
  return undefined;
}

export function letIn({ name }: ListenerProbe): Proof {
  return { kind: 'FailOpen', what: `listener ${name} let a certificate in that is not valid` };
}

/** "Bad user name or password" and "not authorized"; versions differ. */
const passwordRefusals: readonly number[] = [0x86, notAuthorized];

/** No answer, or one that says nothing of the password, as that the server is busy. */
function unansweredProblem({ listener, valid, invalid, wrongPassword }: ListenerSight): Proof | undefined {
  const silent = [valid, invalid, wrongPassword].find((outcome) => outcome?.kind === 'Unanswered');
  const isOther = wrongPassword?.kind === 'Refused' && !passwordRefusals.includes(wrongPassword.code);
  const answer = silent ?? (isOther ? wrongPassword : undefined);
  return answer && { kind: 'Unproved', what: `listener ${listener.name} gives no answer: ${outcomeText(answer)}` };
}

function certificateShownProblem(sight: ListenerSight): Proof | undefined {
  const { listener, expectedCertificate } = sight;
  const answered = [sight.valid, sight.wrongPassword].find(
    (outcome) => outcome?.kind === 'Connected' || outcome?.kind === 'Refused',
  );
  const shown = answered && 'serverCertificate' in answered ? answered.serverCertificate : undefined;
  if (!answered || !expectedCertificate || shown?.equals(expectedCertificate)) return undefined;
  return failed(listener, 'shows another server certificate than the one it was given');
}

function failed({ name }: ListenerProbe, what: string): Proof {
  return { kind: 'Failed', what: `listener ${name} ${what}` };
}

function outcomeText(outcome: ConnectOutcome): string {
  if (outcome.kind === 'Connected') return 'it entered';
  return outcome.kind === 'Refused' ? `CONNACK 0x${outcome.code.toString(16)}` : outcome.reason;
}
