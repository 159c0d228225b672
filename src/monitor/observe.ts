/**
 * What a fleet publishes: which topics are new for an identity, and which payloads are large for it. A broker does not tell
 * who published: a message counts for the identity that its topic names, in the first level that is one, and whoever has
 * a right to that topic may have sent it. Nothing of a payload is looked at but its size.
 */
import { anyTopic, identityMark, type Published } from '../domain/audit/sightings.ts';
import { reservedIdentityPrefix } from '../domain/names.ts';
import type { Notice } from './notice.ts';
import { recent } from './recent.ts';
import { defaultRules } from './settings.ts';
import { steadyTime } from './steady.ts';
import { type RuleBook, tellersBy } from './tellers.ts';
import { shownText } from './text.ts';

interface ObservedMessage {
  readonly topic: string;
  /** Of the payload. */
  readonly bytes: number;
}

/** Watches the messages of one broker. It knows no time but the one that it is given. */
export interface Observer {
  readonly note: (message: ObservedMessage, now: Date) => readonly Notice[];
  /** To be called now and then: what is due without a message. */
  readonly tick: (now: Date) => readonly Notice[];
  /** From now on these rules count; what was counted until now is forgotten, what was learned is not. */
  readonly follow: (rules: RuleBook) => void;
  /** Topics that were published, by the identity that they name. */
  readonly habits: () => Habits;
  /** Takes up what a former observer knew. */
  readonly restore: (habits: Habits, now: Date) => void;
  readonly counts: () => ObservedCounts;
}

/** At most 32 topics of each identity and 4,096 in all, cut after 256 characters. */
export type Habits = Pick<Published, 'topics' | 'isComplete'>;

export interface ObservedCounts {
  readonly messages: number;
  readonly bytes: number;
  /** Topics by identity that were learned. */
  readonly learned: number;
  /** Of how many identities something is known. */
  readonly identities: number;
  /** Messages whose topic could not be kept, or not whole, and identities that were forgotten to make room. */
  readonly forgotten: number;
}

export interface ObserverSettings {
  readonly isListed: (identity: string) => boolean;
  /** When something is told; absent: as by default. */
  readonly rules?: RuleBook;
  /** So long after its first message nothing is told of an identity, seconds. */
  readonly learnSeconds?: number;
  readonly mostIdentities?: number;
  readonly mostTopics?: number;
}

interface Habit {
  /** Since when it is known, of the steady time. */
  readonly since: number;
  /** Numbers of topics; 'Many' when they were too many. */
  topics: number[] | 'Many';
  /** The largest payload. */
  largest: number;
}

const learnSecondsUsually = 3_600;
const mostIdentitiesUsually = 100_000;
const mostTopicsUsually = 4_096;
export const mostTopicsOfIdentity = 32;
const longestTopic = 256;
/** An identity is looked for in so many levels. */
const levelsLookedAt = 16;
/** A payload is told that is more than so many times as large as any before, and larger than this, bytes. */
const unusualFactor = 4;
const neverUnusual = 1_024;

export function createObserver({
  isListed,
  rules = { rules: defaultRules },
  learnSeconds = learnSecondsUsually,
  mostIdentities = mostIdentitiesUsually,
  mostTopics = mostTopicsUsually,
}: ObserverSettings): Observer {
  const time = steadyTime();
  const habits = recent<Habit>(mostIdentities);
  const numbers = topicNumbers(mostTopics);
  let tellers = tellersBy(rules, mostIdentities);
  const counts = { messages: 0, bytes: 0, leftOut: 0, learned: 0 };
  let wasComplete = true;

  /** Whether it is new for this identity. */
  const isNewTopic = (habit: Habit, topic: string): boolean => {
    if (habit.topics === 'Many') return false;
    const number = numbers.of(topic.slice(0, longestTopic));
    if (number === undefined || topic.length > longestTopic) counts.leftOut += 1;
    if (number === undefined) return false;
    if (habit.topics.includes(number)) return false;
    counts.learned += 1;
    if (habit.topics.length < mostTopicsOfIdentity) return habit.topics.push(number) > 0;
    habit.topics = 'Many';
    return false;
  };
  const isUnusualSize = (habit: Habit, bytes: number): boolean => {
    const { largest } = habit;
    habit.largest = Math.max(largest, bytes);
    return bytes > neverUnusual && bytes > unusualFactor * largest;
  };
  const habitOf = (identity: string, at: number): Habit =>
    habits.used(identity, () => ({ since: at, topics: [], largest: 0 }));
  const told = (now: Date, ...found: (Omit<Notice, 'at'> | undefined)[]): readonly Notice[] =>
    found.flatMap((notice) => (notice ? [{ ...notice, at: now }] : []));

  return {
    note({ topic, bytes }, now) {
      const { at } = time.at(now);
      counts.messages += 1;
      counts.bytes += bytes;
      const identity = identityIn(topic, isListed);
      const habit = habitOf(identity ?? '', at);
      const isNew = isNewTopic(habit, identity === undefined ? topic : marked(topic, identity));
      const isLarge = isUnusualSize(habit, bytes);
      if (identity === undefined || at - habit.since < 1000 * learnSeconds) return [];
      const circumstances = { identity, topic: shownText(topic, 256) };
      return told(
        now,
        isNew ? tellers.of('TopicUnseen', identity)?.act(circumstances, at).notice : undefined,
        isLarge ? tellers.of('SizeUnusual', identity)?.act({ ...circumstances, bytes }, at).notice : undefined,
      );
    },
    tick(now) {
      const { at } = time.at(now);
      return told(now, ...[...tellers.all()].flatMap((each) => each.due(at)));
    },
    follow: (changed) => (tellers = tellersBy(changed, mostIdentities)),
    habits() {
      const texts = numbers.texts();
      const topicsOf = ({ topics }: Habit): readonly string[] =>
        topics === 'Many' ? [anyTopic] : topics.map((number) => texts[number] ?? '');
      const topics = Array.from(habits.entries(), ([identity, habit]) => [identity, topicsOf(habit)] as const);
      return { topics: new Map(topics), isComplete: wasComplete && counts.leftOut === 0 && habits.forgotten === 0 };
    },
    restore({ topics, isComplete }, now) {
      const { at } = time.at(now);
      wasComplete &&= isComplete;
      for (const [identity, known] of topics) {
        const habit = habitOf(identity, at);
        if (known.includes(anyTopic)) habit.topics = 'Many';
        else for (const topic of known) isNewTopic(habit, topic);
      }
    },
    counts: () => ({
      messages: counts.messages,
      bytes: counts.bytes,
      learned: counts.learned,
      identities: habits.size,
      forgotten: counts.leftOut + habits.forgotten,
    }),
  };
}

/** Topics that devices of a kind share are kept once, and the first so many of all. */
function topicNumbers(most: number): {
  readonly of: (topic: string) => number | undefined;
  readonly texts: () => readonly string[];
} {
  const numbers = new Map<string, number>();
  return {
    of(topic) {
      const known = numbers.get(topic);
      if (known !== undefined || numbers.size >= most) return known;
      numbers.set(topic, numbers.size);
      return numbers.size - 1;
    },
    texts: () => [...numbers.keys()],
  };
}

function identityIn(topic: string, isListed: (identity: string) => boolean): string | undefined {
  let from = 0;
  for (let level = 0; level < levelsLookedAt; level += 1) {
    const slash = topic.indexOf('/', from);
    const text = topic.slice(from, slash < 0 ? undefined : slash);
    if (isListed(text) && !text.startsWith(reservedIdentityPrefix)) return text;
    if (slash < 0) return undefined;
    from = slash + 1;
  }
  return undefined;
}

/** The first level that is the identity, in a form that all devices of a kind share. */
function marked(topic: string, identity: string): string {
  const levels = topic.split('/');
  levels[levels.indexOf(identity)] = identityMark;
  return levels.join('/');
}
