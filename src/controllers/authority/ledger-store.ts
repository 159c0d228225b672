/** Where ledgers lie: sets of ConfigMaps in the namespace of the operator. */
import { chunksByOffset } from '../../domain/bundle/chunks.ts';
import type { Chunk } from '../../domain/bundle/content.ts';
import { type LedgerPart, ledgerParts } from '../../domain/bundle/objects.ts';
import { type RevocationShards, revocationShards } from '../../domain/bundle/revocation-shards.ts';
import { setOf, type SetIndex } from '../../domain/bundle/set.ts';
import { splitPart, type SplitPart } from '../../domain/bundle/split.ts';
import type { Finding } from '../../domain/finding.ts';
import type { CaKeyId } from '../../domain/pki/certificate.ts';
import { parsedCrl } from '../../domain/pki/crl.ts';
import { parsedLedger } from '../../domain/pki/ledger.ts';
import { parseRevocations, revocationsText } from '../../domain/pki/revocations.ts';
import { ApiError } from '../../kube/errors.ts';
import type { FoundChunks, Publisher } from '../bundle/published.ts';
import { ledgerSite, type SetSite } from '../bundle/site.ts';
import { isHold, type Stored } from './plan.ts';
import type { Remains } from './recovery.ts';

export type ReadLedger =
  | { readonly kind: 'Stored'; readonly stored: Stored }
  | { readonly kind: 'None' }
  /** Written over by who knows what was in it; not at all where it is somebody else's. */
  | {
      readonly kind: 'Damaged';
      readonly message: string;
      readonly isForeign: boolean;
      readonly remains: Remains | undefined;
    };

export interface LedgerStore {
  read(keyId: CaKeyId): Promise<ReadLedger>;
  /**
   * All or nothing, over what this store read or wrote last: fails when somebody else wrote meanwhile. What is written
   * already costs nothing.
   */
  write(keyId: CaKeyId, stored: Stored): Promise<void>;
  /** False when an object of it was taken away or changed, as far as is known without asking. */
  isWhole(keyId: CaKeyId): boolean;
}

interface Known {
  readonly index: SetIndex<LedgerPart>;
  readonly shards?: RevocationShards;
  readonly split?: SplitPart;
}

export function createLedgerStore(publisher: Publisher, namespace: string): LedgerStore {
  const known = new Map<CaKeyId, Known>();
  const siteOf = (keyId: CaKeyId): SetSite<LedgerPart> => ledgerSite(namespace, keyId);
  return {
    async read(keyId) {
      known.delete(keyId);
      const read = await publisher.texts(siteOf(keyId), ledgerParts);
      if (read.kind === 'None') return read;
      if (read.kind === 'NotOurs') {
        return { ...damaged(`${read.object} was made by somebody else`), isForeign: true };
      }
      if (read.kind === 'Damaged') {
        if (read.found) known.set(keyId, { index: read.found.index });
        return { ...damaged(messageOf(read.findings)), remains: read.found && remainsIn(read.found, keyId) };
      }
      const stored = storedIn(keyId, read.texts);
      if (stored.kind === 'Stored') known.set(keyId, { index: read.index });
      return stored;
    },
    async write(keyId, stored) {
      const former = known.get(keyId);
      const site = siteOf(keyId);
      const present = await publisher.index(site);
      if (present.kind === 'Published' && present.index.hash !== former?.index.hash) {
        const message = `write ledger ${keyId}: Conflict: somebody else wrote it meanwhile`;
        throw new ApiError(message, { status: 409, reason: 'Conflict' });
      }
      const shards = revocationShards([...stored.ledger.entries.values()], former?.shards);
      const split = splitPart(shards.shards, former?.index.parts.ledger.length, former?.split);
      if (!split) throw new Error(`write ledger ${keyId}: it is too large`);
      const written = await publisher.publish(site, setOf(ledgerParts, partsOf(stored, split)));
      if (written.kind === 'NotOurs') throw new Error(`write ledger ${keyId}: ${written.object} is not ours`);
      known.set(keyId, { index: written.index, shards, split });
    },
    isWhole(keyId) {
      const index = known.get(keyId)?.index;
      return index === undefined || publisher.damaged(siteOf(keyId), index).length === 0;
    },
  };
}

/** The ledger by hash of the serial, so that one entry changes one chunk; holds and list by offset. */
function partsOf({ holds, crl }: Stored, { chunks }: SplitPart): Readonly<Record<LedgerPart, readonly Chunk[]>> {
  return { ledger: chunks, holds: chunksByOffset(revocationsText(holds)), crl: chunksByOffset(crl?.pem ?? '') };
}

function storedIn(keyId: CaKeyId, texts: Readonly<Record<LedgerPart, string>>): ReadLedger {
  const ledger = parsedLedger(texts.ledger, keyId);
  const holds = parseRevocations(texts.holds);
  const read = texts.crl === '' ? undefined : parsedCrl(texts.crl);
  if (!ledger.ok) return damaged(messageOf(ledger.findings));
  if (!holds.ok) return damaged(messageOf(holds.findings));
  if (read && !read.ok) return damaged(messageOf(read.findings));
  if (!holds.value.every((entry) => isHold(entry) && entry.caKeyId === keyId)) {
    return damaged('a hold is none, or names another CA');
  }
  const crl = read && { pem: texts.crl, read: read.value };
  return { kind: 'Stored', stored: { ledger: ledger.value, holds: holds.value, crl } };
}

function damaged(message: string): Extract<ReadLedger, { readonly kind: 'Damaged' }> {
  return { kind: 'Damaged', message: `its ledger is damaged: ${message}`, isForeign: false, remains: undefined };
}

/** Chunks of a ledger are whole lines. */
function remainsIn({ index, chunks }: FoundChunks<LedgerPart>, keyId: CaKeyId): Remains {
  const whole = (part: LedgerPart): string | undefined => {
    const texts = index.parts[part].map((hash) => chunks.get(hash));
    return texts.includes(undefined) ? undefined : texts.join('');
  };
  const ledgers = index.parts.ledger.map((hash) => parsedLedger(chunks.get(hash) ?? '', keyId));
  const [pem, holds] = [whole('crl'), parseRevocations(whole('holds') ?? '-')];
  const crl = pem === undefined || pem === '' ? undefined : parsedCrl(pem);
  return {
    entries: ledgers.flatMap((ledger) => (ledger.ok ? [...ledger.value.entries.values()] : [])),
    isLedgerWhole: whole('ledger') !== undefined && ledgers.every(({ ok }) => ok),
    holds: holds.ok ? holds.value : undefined,
    crl: pem !== undefined && crl?.ok ? { pem, read: crl.value } : undefined,
  };
}

function messageOf(findings: readonly Finding[]): string {
  return findings.map(({ message }) => message).join('; ');
}
