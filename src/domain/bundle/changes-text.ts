/** What is known of former sets, as it lies beside the index of a set: for who did not publish them. */
import { ShardedMap } from '../sharded.ts';
import { type Changes, nothingKnown } from './changes.ts';
import { isRevision } from './index-text.ts';

/** More identities are not told: who changed before is not known then. */
const mostIdentities = 1_000;

type Told = Pick<Changes, 'knownFrom' | 'settledTo'> & {
  /** Of which index it tells. */
  readonly revision: number;
  /** Identities, by the revision in which they were given something else last. */
  readonly changedIn: Readonly<Record<string, readonly string[]>>;
};

/** The changes up to the set of this revision, none of which is open. At most about 80 KB. */
export function changesText({ knownFrom, settledTo, changedIn }: Changes, revision: number): string {
  const byRevision = new Map<number, string[]>();
  for (const [identity, changed] of changedIn.entries()) {
    const group = byRevision.get(changed);
    if (group) group.push(identity);
    else byRevision.set(changed, [identity]);
  }
  const told: [string, readonly string[]][] = [];
  let [left, from] = [mostIdentities, knownFrom];
  for (const [changed, identities] of [...byRevision].sort(([a], [b]) => b - a)) {
    left -= identities.length;
    if (left < 0) {
      from = Math.max(from, changed);
      break;
    }
    told.push([String(changed), identities.sort()]);
  }
  const text: Told = { revision, knownFrom: from, settledTo, changedIn: Object.fromEntries(told) };
  return `${JSON.stringify(text)}\n`;
}

/** What the text tells of the sets up to this revision; of one that cannot be read, or tells of another, nothing but it. */
export function parseChanges(text: string | undefined, revision: number): Changes {
  const told = text === undefined ? undefined : toldIn(text);
  if (told?.revision !== revision) return { ...nothingKnown, knownFrom: revision };
  const { knownFrom, settledTo } = told;
  const entries = Object.entries(told.changedIn).flatMap(([changed, identities]) =>
    identities.map((identity) => [identity, Number(changed)] as const),
  );
  return { knownFrom, settledTo, changedIn: ShardedMap.from(entries), open: [] };
}

function toldIn(text: string): Told | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Told, unknown>> | null;
    return isTold(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTold(value: Partial<Record<keyof Told, unknown>> | null): value is Told {
  if (value === null) return false;
  const { revision, knownFrom, settledTo, changedIn } = value;
  const areCounts = isRevision(revision) && isRevision(knownFrom) && (settledTo === 0 || isRevision(settledTo));
  if (!areCounts || typeof changedIn !== 'object' || changedIn === null) return false;
  return Object.entries(changedIn).every(([key, list]) => isRevision(Number(key)) && isTexts(list));
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
