import { type Device, keyOf } from '../../domain/fleet.ts';
import type { Kind, ObjectKey } from '../../domain/names.ts';
import type { RevocationEntry } from '../../domain/pki/certificate.ts';
import type { HeldCertificate, Lineage } from '../../domain/pki/lineage.ts';
import { entryOf, type Holder, holderOf, withdrawalOf } from '../../domain/pki/withdrawal.ts';
import type { CertificateFacts } from './facts.ts';
import { certificateId, historyLimit, takenBackIn } from './history.ts';

/** What of a lineage is taken back, and what is left. */
export interface Withdrawn {
  /** Not in the ledger yet. */
  readonly entries: readonly RevocationEntry[];
  /** Serials that are taken back, those of `entries` among them; by `certificateId`. */
  readonly revoked: ReadonlySet<string>;
  /** Newest certificate that is good for the device; undefined when there is none. */
  readonly current: HeldCertificate | undefined;
  /** When more is taken back. */
  readonly times: readonly Date[];
  /** Everything that was taken back is in the sets of all brokers that trust the CA. */
  readonly isPublished: boolean;
}

export function withdrawn(facts: CertificateFacts, now: Date): Withdrawn {
  const all = [...facts.held, ...facts.strays];
  const former = new Set(all.filter(facts.authorities.isRevoked).map(certificateId));
  // A ledger that does not know of these was lost, or is not read yet.
  const remembered = takenBackIn(facts.declared.was);
  const entries: RevocationEntry[] = [];
  const times: Date[] = [];
  for (const certificate of all) {
    if (former.has(certificateId(certificate))) continue;
    const { entry, endsAt } = withdrawalOf(certificate, holderIn(facts, certificate), now);
    if (entry) entries.push(entry);
    else if (remembered.has(certificateId(certificate))) entries.push(entryOf(certificate, 'Unspecified', now));
    else if (facts.declared.meta.isDeleting) entries.push(entryOf(certificate, 'CessationOfOperation', now));
    else if (endsAt) times.push(endsAt);
  }
  const taken = new Set([...former, ...entries.map(certificateId)]);
  const left = facts.held.filter((one) => !taken.has(certificateId(one)));
  // What the status cannot remember must not be out there.
  const excess = left.slice(1 + historyLimit).map((one) => entryOf(one, 'Superseded', now));
  const revoked = new Set([...taken, ...excess.map(certificateId)]);
  return {
    entries: [...entries, ...excess],
    revoked,
    current: left[0],
    times,
    isPublished: all.every((one) => !revoked.has(certificateId(one)) || facts.authorities.isPublished(one)),
  };
}

function holderIn(facts: CertificateFacts, certificate: HeldCertificate): Holder {
  const { declared, device, spec, isDeviceDeclared, fleet, admitted } = facts;
  const { isDeleting } = declared.meta;
  const devices = new Map<ObjectKey, Device>(device ? [[keyOf(device), device]] : []);
  const lineages = new Map<ObjectKey, Lineage>();
  if (device && spec && (!isDeleting || spec.revoked)) {
    const { namespace, name } = declared.meta;
    const object = { kind: 'DeviceCertificate', namespace, name } as const;
    lineages.set(declared.key, { key: declared.key, object, device, spec });
  }
  const isDeclared = (kind: Kind) => (kind === 'MqttDevice' ? isDeviceDeclared : !isDeleting);
  const broker: ObjectKey = device?.broker ?? '/';
  return holderOf(certificate, { fleet, broker, isDeclared, admitted }, devices, lineages);
}
