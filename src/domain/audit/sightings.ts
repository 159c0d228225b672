/**
 * Who came to a broker, as its agent saw it: a day for each identity, for whoever asks. It is a file beside the agent and
 * nothing that is reported, so that it costs the API no write (DESIGN P1), and no finer than a day, so that a fleet at rest
 * costs the disk one write a day.
 */
import { type Finding, type Parsed, parsed, refused } from '../finding.ts';

/** `2026-01-31`, in UTC: days compare as texts do. */
export type Day = string;

export interface Sightings {
  /** `NAMESPACE/NAME` of the broker. */
  readonly broker: string;
  readonly instance: string;
  /** From here on nobody came unseen. */
  readonly since: Day;
  /** When it was written: of later days nothing is known. */
  readonly until: Day;
  /** False when somebody had to be forgotten to make room. */
  readonly isComplete: boolean;
  /** By identity: the last day on which it was there. */
  readonly lastSeen: ReadonlyMap<string, Day>;
  /** Absent where nobody reads what is published. */
  readonly published?: Published;
}

/** Which topics were published. */
export interface Published {
  /** From here on nothing was published unseen, but for what a broker drops for a slow reader. */
  readonly since: Day;
  /** False when something had to be left out or forgotten. */
  readonly isComplete: boolean;
  /**
   * By the identity that they name, '' for those that name none: topics with `{device}` in place of the identity; `#`
   * alone where they were too many.
   */
  readonly topics: ReadonlyMap<string, readonly string[]>;
}

/** In topics that were published, for the identity that they name. */
export const identityMark = '{device}';

/** In place of all topics of an identity that had too many. */
export const anyTopic = '#';

export function dayOf(time: Date): Day {
  return time.toISOString().slice(0, 10);
}

/** The day so many days before. */
export function daysBefore(day: Day, days: number): Day {
  return dayOf(new Date(Date.parse(day) - days * 86_400_000));
}

/** JSON, sorted by identity; `parseSightings` reads it. */
export function sightingsText({ lastSeen, published, ...rest }: Sightings): string {
  const written = { version: 1, ...rest, lastSeen: sorted(lastSeen) };
  return `${JSON.stringify({ ...written, ...(published && { published: writtenTopics(published) }) })}\n`;
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Devices of a kind share their topics, so each is written once, and named by its place. */
function writtenTopics({ topics, ...rest }: Published): unknown {
  const places = new Map<string, number>();
  for (const topic of [...topics.values()].flat()) if (!places.has(topic)) places.set(topic, places.size);
  const byIdentity = sorted(topics).map(([identity, own]) => [identity, own.map((topic) => places.get(topic))]);
  return { ...rest, topics: [...places.keys()], byIdentity };
}

export function parseSightings(text: string): Parsed<Sightings> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused(unreadable('it is no JSON'));
  }
  const { version, broker, instance, since, until, isComplete, lastSeen, published } = (value ?? {}) as Record<
    string,
    unknown
  >;
  if (version !== 1) return refused(unreadable('it has not the form that is known here'));
  if (typeof broker !== 'string' || typeof instance !== 'string') return refused(unreadable('it names no broker'));
  if (!isDay(since) || !isDay(until)) return refused(unreadable('it has no days'));
  if (!Array.isArray(lastSeen) || !lastSeen.every(isSighting)) return refused(unreadable('a sighting is malformed'));
  const topics = published === undefined ? undefined : publishedOf(published);
  if (published !== undefined && !topics) return refused(unreadable('what was published is malformed'));
  return parsed({
    ...{ broker, instance, since, until, isComplete: isComplete === true },
    lastSeen: new Map(lastSeen),
    ...(topics && { published: topics }),
  });
}

function publishedOf(value: unknown): Published | undefined {
  const { since, isComplete, topics, byIdentity } = (value ?? {}) as Record<string, unknown>;
  if (!isDay(since) || !Array.isArray(topics) || !Array.isArray(byIdentity)) return undefined;
  if (!topics.every((topic): topic is string => typeof topic === 'string')) return undefined;
  const found = new Map<string, readonly string[]>();
  for (const entry of byIdentity as unknown[]) {
    if (!Array.isArray(entry)) return undefined;
    const [identity, places] = entry as unknown[];
    if (typeof identity !== 'string' || identity.length > 64 || !Array.isArray(places)) return undefined;
    const own = places.map((place: unknown) => (typeof place === 'number' ? topics[place] : undefined));
    if (!own.every((topic) => topic !== undefined)) return undefined;
    found.set(identity, own);
  }
  return { since, isComplete: isComplete === true, topics: found };
}

function isDay(value: unknown): value is Day {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
}

function isSighting(value: unknown): value is [string, Day] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [identity, day] = value as unknown[];
  return typeof identity === 'string' && identity !== '' && identity.length <= 64 && isDay(day);
}

function unreadable(why: string): Finding {
  return { code: 'MQS112', severity: 'Error', message: `sightings cannot be read: ${why}`, path: '' };
}
