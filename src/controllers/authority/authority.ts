/** One CA key: its ledger, and the revocation list that is signed from it. */
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import { crlDueAt, type Held } from '../../domain/pki/crl-schedule.ts';
import { crlSignerIn } from '../../domain/pki/crl.ts';
import { emptyLedger, type Ledger } from '../../domain/pki/ledger.ts';
import { newList } from '../../domain/pki/signed-list.ts';
import { namedBeyond, type TakenOver } from '../../domain/pki/takeover.ts';
import type { CaSigner } from '../../domain/pki/x509.ts';
import type { Clock } from '../../ports.ts';
import { batched } from './batch.ts';
import type { LedgerStore, ReadLedger } from './ledger-store.ts';
import { type AuthorityPlan, authorityPlan, isHold, listedEntries, type Stored } from './plan.ts';
import type { PublishedRevocations } from './published.ts';
import { emptyStored, joined, lacks, outdated, rebuilt, recovered, type Repair, shortfall } from './recovery.ts';
import type { AuthorityView } from './trust.ts';

/** What is known around a CA when it is looked at. */
export interface Surroundings {
  /** Unexpired certificates of suspended devices, of whatever CA; undefined while it is not known which there are. */
  readonly suspended: readonly Held[] | undefined;
  /** Identities of devices that cannot be read: whether they are suspended is not known. */
  readonly unreadable?: ReadonlySet<string>;
  /** Undefined when nobody can sign, or not everybody who trusts the CA is known yet. */
  readonly signing: { readonly signer: CaSigner; readonly validitySeconds: number } | undefined;
  /** What was published to the brokers that trust the CA, each the same object as long as it was read once. */
  readonly published: readonly PublishedRevocations[];
  /** What lists of somebody else named that are ours from now on, where that which is stored is another; each the same object again. */
  readonly takenOver?: (stored: Stored) => readonly TakenOver[];
  /** False while there may be more that was published. */
  readonly isComplete: boolean;
}

export interface AuthorityOptions {
  readonly keyId: CaKeyId;
  readonly store: LedgerStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly surroundings: () => Surroundings;
  /** Ledger or list are others than before; `added` came into the ledger, or is known since the first reading. */
  readonly onChange: (added: readonly RevocationEntry[]) => void;
  /** Somebody took the ledger away, damaged it or put an older one in its place; what was lost is in it again. */
  readonly onRepair: (repair: Repair) => void;
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
  /** As this process wrote it last, or found nothing to add to it: whatever is read later, it has to hold this. */
  known: Stored | undefined;
  /** What was read lacks some of what is known, or is not there: it is to be written. */
  repair: Repair | undefined;
  /** There was no ledger when it was read: all that was published must be at hand before anything is decided. */
  isNew: boolean;
  view: AuthorityView;
  ledger: Ledger;
  pending: RevocationEntry[];
  readonly joined: WeakSet<PublishedRevocations | TakenOver>;
  /** What the last look was at, when it found nothing to do. */
  quiet: Quiet | undefined;
}

interface Quiet {
  readonly stored: Stored;
  readonly suspended: Surroundings['suspended'];
  readonly unreadable: Surroundings['unreadable'];
  readonly signing: Surroundings['signing'];
  readonly from: Date;
  readonly until: Date;
}

export function createAuthority(options: AuthorityOptions): Authority {
  const state: State = {
    options,
    ...{ stored: undefined, known: undefined, repair: undefined },
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
  const around = state.options.surroundings();
  const stored = state.stored ?? (await loaded(state));
  const fresh = around.published.filter((one) => !state.joined.has(one));
  const problem = stored ? lossOf(state, fresh) : state.view.damage;
  if (!stored || problem !== undefined) {
    setDamage(state, problem);
    if (asked.length === 0) return;
    throw new Error(`revoke certificates of CA ${state.options.keyId}: ${problem ?? ''}`);
  }
  const told = fresh.flatMap(entriesIn);
  const now = state.options.clock.now();
  state.repair ??= shortfall(stored, told, ownNumbersIn(state.options.keyId, fresh, stored), now);
  const takenOver = around.takenOver?.(stored) ?? [];
  const gained = takenOver.filter((one) => !state.joined.has(one));
  const added = [...asked, ...told, ...gained.flatMap(({ entries }) => entries)];
  if (added.length === 0 && gained.length === 0 && isQuiet(state, stored, around, now)) return;
  await advanced(state, stored, { ...around, formerNumber: formerNumberIn(state, around, takenOver) }, added, now);
  for (const one of [...fresh, ...gained]) state.joined.add(one);
}

/** Undefined when it is damaged beyond repair, which is then in the view. */
async function loaded(state: State): Promise<Stored | undefined> {
  const { options, known } = state;
  const { store, keyId, clock } = options;
  const read = await store.read(keyId);
  state.isNew = read.kind === 'None' && !known;
  const found = foundIn(read, options, known !== undefined);
  if (!found) {
    setDamage(state, read.kind === 'Damaged' ? read.message : undefined);
    return undefined;
  }
  const whole = joined(found, known);
  if (read.kind === 'Damaged') state.repair = rebuilt(keyId, read.message);
  else if (read.kind === 'None' && known) state.repair = rebuilt(keyId, 'it was deleted');
  else if (known && lacks(found, known, clock.now())) {
    state.repair = outdated(keyId, 'it lacked what is known to have been in it');
  }
  state.stored = whole;
  return whole;
}

/** What is there to go by; of a damaged one nothing, where it is not certain that this would be everything. */
function foundIn(read: ReadLedger, { keyId, surroundings }: AuthorityOptions, isKnown: boolean): Stored | undefined {
  if (read.kind === 'Stored') return read.stored;
  if (read.kind === 'None') return emptyStored(keyId);
  const { published, isComplete, suspended } = surroundings();
  const isAll = isComplete && published.every(({ kind }) => kind !== 'Unreadable');
  const whole = read.remains && isAll ? recovered(keyId, read.remains, published, suspended) : undefined;
  return whole ?? (isKnown && !read.isForeign ? emptyStored(keyId) : undefined);
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
  if (quiet.unreadable !== around.unreadable) return false;
  const isSameSigner =
    quiet.signing?.validitySeconds === around.signing?.validitySeconds &&
    quiet.signing?.signer === around.signing?.signer;
  return isSameSigner && now >= quiet.from && now < quiet.until && options.store.isWhole(options.keyId);
}

async function advanced(
  state: State,
  stored: Stored,
  around: Surroundings & { readonly formerNumber: bigint | undefined },
  added: readonly RevocationEntry[],
  now: Date,
): Promise<void> {
  const { store, keyId } = state.options;
  const { suspended, unreadable, signing, formerNumber } = around;
  const isWhole = store.isWhole(keyId);
  const fitsSigner = !stored.crl || !signing || crlSignerIn(stored.crl.read, signing.signer.issuer.pem) === keyId;
  const validitySeconds = signing?.validitySeconds;
  const plan = authorityPlan({ stored, added, suspended, unreadable, validitySeconds, fitsSigner, formerNumber }, now);
  const crl = plan.signs && signing ? newList(signing.signer, contentOf(plan, signing, formerNumber, now)) : stored.crl;
  const isChanged = plan.signs || plan.ledger !== stored.ledger || state.repair !== undefined;
  const next = isChanged ? { ledger: plan.ledger, holds: plan.holds, crl } : stored;
  if (isChanged || !isWhole) await written(state, next);
  tell(state, isWhole);
  const [from, until] = [crl?.read.thisUpdate ?? now, dueAt(next, signing)];
  state.quiet = { stored: next, suspended, unreadable, signing, from, until };
  show(state, next, plan.signs ? plan.entries : undefined);
}

/** Of what is mended now. */
function tell(state: State, isWhole: boolean): void {
  const { repair, options } = state;
  state.repair = undefined;
  if (repair) options.onRepair(repair);
  else if (!isWhole) options.onRepair(rebuilt(options.keyId, 'objects of it were deleted or changed'));
}

/** Tells what is written now, where it is not what was told last. `entries` are those of a list that was just signed. */
function show(state: State, next: Stored, entries: readonly RevocationEntry[] | undefined): void {
  const { ledger: former, view, options } = state;
  state.stored = next;
  state.known = next;
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
  { entries }: AuthorityPlan,
  { validitySeconds }: NonNullable<Surroundings['signing']>,
  formerNumber: bigint | undefined,
  now: Date,
) {
  return { entries, formerNumber, validitySeconds, now };
}

/** The highest number that a list of this CA had, whoever signed it. */
function formerNumberIn(
  { options: { keyId }, stored }: State,
  { published }: Surroundings,
  takenOver: readonly TakenOver[],
): bigint | undefined {
  const former = [
    ...numbersIn(keyId, published),
    ...takenOver.map(({ number }) => number),
    ...(stored?.crl ? [stored.crl.read.number] : []),
  ];
  return former.reduce<bigint | undefined>((most, one) => (most && most > one ? most : one), undefined);
}

/** Numbers of lists that we signed: one that names more than what we took back is somebody else's. */
function ownNumbersIn(keyId: CaKeyId, published: readonly PublishedRevocations[], { crl }: Stored): readonly bigint[] {
  const isOurs = (one: PublishedRevocations) => {
    const list = one.kind === 'Published' ? one.crls.get(keyId) : undefined;
    if (one.kind !== 'Published' || !list || list.number <= (crl?.read.number ?? -1n)) return true;
    return namedBeyond({ lists: one.crls, others: new Set([keyId]), revocations: one.revocations }, keyId).length === 0;
  };
  return numbersIn(keyId, published.filter(isOurs));
}

function numbersIn(keyId: CaKeyId, published: readonly PublishedRevocations[]): readonly bigint[] {
  return published.flatMap((one) => (one.kind === 'Published' ? (one.crls.get(keyId)?.number ?? []) : []));
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
