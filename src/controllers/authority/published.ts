/** What was published to a broker about revocation: with it a ledger that was lost is made anew. */
import type { CaKeyId, PublishedCrl, RevocationEntry } from '../../domain/pki/certificate.ts';
import { listsBySigner } from '../../domain/pki/external-list.ts';
import { parseRevocations } from '../../domain/pki/revocations.ts';
import { type CaCertificate, caCertificatesIn } from '../../domain/pki/x509.ts';
import type { Publisher } from '../bundle/published.ts';
import { bundleSite } from '../bundle/site.ts';
import type { Meta } from '../declared.ts';

export type PublishedRevocations =
  | {
      readonly kind: 'Published';
      readonly revocations: readonly RevocationEntry[];
      /** CAs whose certificates the broker was told to trust, those above them among them. */
      readonly cas: readonly CaCertificate[];
      /** The lists, by CA. */
      readonly crls: ReadonlyMap<CaKeyId, PublishedCrl>;
    }
  | { readonly kind: 'None' }
  /** Something was published, and what it says of revocation cannot be read. */
  | { readonly kind: 'Unreadable'; readonly message: string };

export async function publishedRevocations(
  publisher: Pick<Publisher, 'texts'>,
  broker: Meta,
): Promise<PublishedRevocations> {
  const read = await publisher.texts(bundleSite(broker), ['revocations', 'ca', 'crl']);
  if (read.kind === 'None' || read.kind === 'NotOurs') return { kind: 'None' };
  if (read.kind === 'Damaged') {
    return { kind: 'Unreadable', message: read.findings.map(({ message }) => message).join('; ') };
  }
  const { revocations, ca, crl } = read.texts;
  const entries = parseRevocations(revocations);
  if (!entries.ok) return { kind: 'Unreadable', message: entries.findings.map(({ message }) => message).join('; ') };
  return { kind: 'Published', revocations: entries.value, ...listsIn(ca, crl) };
}

function listsIn(
  ca: string,
  crl: string,
): { readonly cas: readonly CaCertificate[]; readonly crls: ReadonlyMap<CaKeyId, PublishedCrl> } {
  const certificates = ca === '' ? undefined : caCertificatesIn(ca);
  return { cas: certificates?.ok ? certificates.value : [], crls: listsBySigner(crl, ca) };
}
