/** One CA key: its ledger, and the revocation list that is signed from it. */
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import { crlDueAt, type Held } from '../../domain/pki/crl-schedule.ts';
import { crlSignerIn } from '../../domain/pki/crl.ts';
import { emptyLedger, type Ledger } from '../../domain/pki/ledger.ts';
import { newList } from '../../domain/pki/signed-list.ts';
import type { CaSigner } from '../../domain/pki/x509.ts';
import type { Clock } from '../../ports.ts';
import { batched } from './batch.ts';
import type { LedgerStore } from './ledger-store.ts';
import { type AuthorityPlan, authorityPlan, isHold, listedEntries, type Stored } from './plan.ts';
import type { PublishedRevocations } from './published.ts';
import type { AuthorityView } from './trust.ts';

/** What is known around a CA when it is looked at. */
export interface Surroundings {
  /** Unexpired certificates of suspended devices, of whatever CA; undefined while it is not known which there are. */
  readonly suspended: readonly Held[] | undefined;
  /** Undefined when nobody can sign, or not everybody who trusts the CA is known yet. */
  readonly signing: { readonly signer: CaSigner; readonly validitySeconds: number } | undefined;
  /** What was published to the brokers that trust the CA, each the same object as long as it was read once. */
  readonly published: readonly PublishedRevocations[];
}

export interface AuthorityOptions {
  readonly keyId: CaKeyId;
  readonly store: LedgerStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly surroundings: () => Surroundings;
  /** Ledger or list are others than before; `added` came into the ledger, or is known since the first reading. */
  readonly onChange: (added: readonly RevocationEntry[]) => void;
}

export interface Authority {
  /** As it is written; empty before it was first read. */
  readonly ledger: Ledger;
  readonly view: AuthorityView;
  /**
   * Resolved when the entries are in the written ledger; at once where they are. Callers at one time share one write. Of
   * a certificate that expired more than days ago (`prunedLedger`) no ledger takes note.
   */
  revoke(entries: readonly RevocationEntry[]): Promise<void>;
  /** Reads what was not read yet, takes in what was published, signs what is due. */
  settle(): Promise<void>;
}

interface State {
  readonly options: AuthorityOptions;
  /** As last read or written; undefined before, and when a write failed whose end is not known. */
  stored: Stored | undefined;
  /** There was no ledger when it was read: all that was published must be at hand before anything is decided. */
  isNew: boolean;
  view: AuthorityView;
  ledger: Ledger;
  pending: RevocationEntry[];
  readonly joined: WeakSet<PublishedRevocations>;
  /** What the last look was at, when it found nothing to do. */
  quiet: Quiet | undefined;
}

interface Quiet {
  readonly stored: Stored;
  readonly suspended: Surroundings['suspended'];
  readonly signing: Surroundings['signing'];
  readonly from: Date;
  readonly until: Date;
}

export function createAuthority(options: AuthorityOptions): Authority {
  const state: State = {
    options,
    stored: undefined,
    isNew: false,
    view: { crl: undefined, listed: [], damage: undefined },
    ledger: emptyLedger(options.keyId),
    pending: [],
    joined: new WeakSet(),
    quiet: undefined,
  };
  const settle = batched(() => settled(state));
  return {
    get ledger() {
      return state.ledger;
    },
    get view() {
      return state.view;
    },
    settle,
    async revoke(entries) {
      const missing = entries.filter(({ serial }) => !state.stored?.ledger.entries.has(serial));
      if (missing.length === 0) return;
      state.pending.push(...missing);
      await settle();
    },
  };
}

async function settled(state: State): Promise<void> {
  const asked = state.pending;
  state.pending = [];
  const stored = state.stored ?? (await loaded(state));
  const around = state.options.surroundings();
  const fresh = around.published.filter((one) => !state.joined.has(one));
  const problem = stored ? lossOf(state, fresh) : state.view.damage;
  if (!stored || problem !== undefined) {
    setDamage(state, problem);
    if (asked.length === 0) return;
    throw new Error(`revoke certificates of CA ${state.options.keyId}: ${problem ?? ''}`);
  }
  const added = [...asked, ...fresh.flatMap(entriesIn)];
  const now = state.options.clock.now();
  if (added.length === 0 && isQuiet(state, stored, around, now)) return;
  await advanced(state, stored, around, added, now);
  for (const one of fresh) state.joined.add(one);
}

/** Undefined when it is damaged, which is then in the view. */
async function loaded(state: State): Promise<Stored | undefined> {
  const { store, keyId } = state.options;
  const read = await store.read(keyId);
  state.isNew = read.kind === 'None';
  if (read.kind === 'Damaged') {
    setDamage(state, read.message);
    return undefined;
  }
  state.stored = read.kind === 'Stored' ? read.stored : { ledger: emptyLedger(keyId), holds: [], crl: undefined };
  return state.stored;
}

/** A ledger that is not there and cannot be made anew from all that was published is not guessed. */
function lossOf({ isNew }: State, fresh: readonly PublishedRevocations[]): string | undefined {
  const unreadable = fresh.find((one) => one.kind === 'Unreadable');
  if (!isNew || !unreadable) return undefined;
  return `it has no ledger, and a published bundle cannot be read to make one: ${unreadable.message}`;
}

function entriesIn(published: PublishedRevocations): readonly RevocationEntry[] {
  return published.kind === 'Published' ? published.revocations.filter((entry) => !isHold(entry)) : [];
}

/** Nothing that was decided on last time is another one now. */
function isQuiet({ quiet, options }: State, stored: Stored, around: Surroundings, now: Date): boolean {
  if (quiet?.stored !== stored || quiet.suspended !== around.suspended) return false;
  const isSameSigner =
    quiet.signing?.validitySeconds === around.signing?.validitySeconds &&
    quiet.signing?.signer === around.signing?.signer;
  return isSameSigner && now >= quiet.from && now < quiet.until && options.store.isWhole(options.keyId);
}

async function advanced(
  state: State,
  stored: Stored,
  around: Surroundings,
  added: readonly RevocationEntry[],
  now: Date,
): Promise<void> {
  const { store, keyId } = state.options;
  const { suspended, signing } = around;
  const fitsSigner = !stored.crl || !signing || crlSignerIn(stored.crl.read, signing.signer.issuer.pem) === keyId;
  const facts = { stored, added, suspended, validitySeconds: signing?.validitySeconds, fitsSigner };
  const plan = authorityPlan(facts, now);
  const crl =
    plan.signs && signing ? newList(signing.signer, contentOf(state, plan, signing, around, now)) : stored.crl;
  const isChanged = plan.signs || plan.ledger !== stored.ledger;
  const next = isChanged ? { ledger: plan.ledger, holds: plan.holds, crl } : stored;
  if (isChanged || !store.isWhole(keyId)) await written(state, next);
  state.quiet = { stored: next, suspended, signing, from: crl?.read.thisUpdate ?? now, until: dueAt(next, signing) };
  show(state, next, plan.signs ? plan.entries : undefined);
}

/** Tells what is written now, where it is not what was told last. `entries` are those of a list that was just signed. */
function show(state: State, next: Stored, entries: readonly RevocationEntry[] | undefined): void {
  const { ledger: former, view, options } = state;
  state.stored = next;
  if (next.ledger === former && view.crl === next.crl && view.damage === undefined) return;
  state.ledger = next.ledger;
  state.view = { crl: next.crl, listed: entries ?? listedEntries(next), damage: undefined };
  options.onChange([...next.ledger.entries.values()].filter(({ serial }) => !former.entries.has(serial)));
}

function setDamage(state: State, damage: string | undefined): void {
  if (state.view.damage === damage) return;
  state.view = { crl: undefined, listed: [], damage };
  state.options.onChange([]);
}

function contentOf(
  { options: { keyId }, stored }: State,
  { entries }: AuthorityPlan,
  { validitySeconds }: NonNullable<Surroundings['signing']>,
  { published }: Surroundings,
  now: Date,
) {
  const numbers = published.flatMap((one) => (one.kind === 'Published' ? (one.crls.get(keyId)?.number ?? []) : []));
  const former = [...numbers, ...(stored?.crl ? [stored.crl.read.number] : [])];
  const formerNumber = former.reduce<bigint | undefined>((most, one) => (most && most > one ? most : one), undefined);
  return { entries, formerNumber, validitySeconds, now };
}

const never = new Date(8.64e15);

function dueAt({ crl }: Stored, signing: Surroundings['signing']): Date {
  return crl && signing ? crlDueAt(crl.read) : never;
}

/** After a failure it is not known what is written: it is read again before the next change. */
async function written(state: State, next: Stored): Promise<void> {
  try {
    await state.options.store.write(state.options.keyId, next);
    state.isNew = false;
  } catch (error) {
    state.stored = undefined;
    state.quiet = undefined;
    throw new Error(`write ledger of CA ${state.options.keyId}`, { cause: error });
  }
}
