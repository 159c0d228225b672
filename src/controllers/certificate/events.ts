import type { EventDraft } from '../../kube/events.ts';
import type { DeclaredCertificate } from '../declared.ts';
import { certificateId, takenBackIn } from './history.ts';
import type { StatusDraft } from '../status.ts';
import type { CertificatePlan, CertificateStep } from './steps.ts';

type Event = Omit<EventDraft, 'regarding'>;

/** What a person wants to know of what was just done; a second run, which does nothing, tells nothing. */
export function eventsOf(declared: DeclaredCertificate, plan: CertificatePlan, isWritten: boolean): readonly Event[] {
  const { steps, status } = plan;
  return [
    ...steps.flatMap((step) => revocation(declared, step)),
    ...(isWritten && status ? [...issue(declared, status), ...trouble(declared, status)] : []),
  ];
}

/** After a start the ledger is not known yet: what the status tells of already is no news. */
function revocation({ was }: DeclaredCertificate, step: CertificateStep): readonly Event[] {
  if (step.kind !== 'Revoke') return [];
  const former = takenBackIn(was);
  const entries = step.entries.filter((entry) => !former.has(certificateId(entry)));
  if (entries.length === 0) return [];
  const reasons = [...new Set(entries.map(({ reason }) => reason))].join(', ');
  const note = `Took back ${entries.length} certificate(s): ${reasons}`;
  return [{ type: 'Normal', reason: 'Revoked', action: 'Revoke', note }];
}

function issue({ was }: DeclaredCertificate, { fields }: StatusDraft): readonly Event[] {
  const { serialNumber: serial, notAfter = '' } = fields as {
    readonly serialNumber?: string;
    readonly notAfter?: string;
  };
  if (serial === undefined || serial === was?.serialNumber) return [];
  const reason = was?.serialNumber === undefined ? 'Issued' : 'Renewed';
  return [{ type: 'Normal', reason, action: 'Issue', note: `Certificate ${serial} is good until ${notAfter}` }];
}

function trouble({ status }: DeclaredCertificate, { conditions }: StatusDraft): readonly Event[] {
  const states = conditions.filter(({ type }) => type === 'Reconciling' || type === 'Stalled');
  const news = states.filter(({ type, reason }) => status.conditions.get(type)?.reason !== reason);
  return news
    .filter(({ reason }) => reason === 'IssuanceFailed' || reason === 'SecretNotOurs' || reason === 'SecretNotFound')
    .map(({ reason, message }) => ({ type: 'Warning', reason, action: 'Issue', note: message }));
}
