/**
 * Topic filters, MQTT 5.0 section 4.7. A filter is split into levels once, here; nobody else looks for slashes.
 * Limits are the broker's: 200 levels and 65,535 bytes (facts 4.7).
 */
export type Level =
  { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'plus' } | { readonly kind: 'hash' };

export type TopicFilter = readonly Level[];

/** A value, or the problem with the text in the words that follow "TEXT ...": "is empty", "has a wildcard ...". */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** The most levels that a rule may have: Mosquitto refuses its file beyond (facts 4.7). */
export const maximumLevels = 200;
/** The most bytes that a topic or a filter may have in UTF-8: its length is sent in two bytes (section 1.5.4). */
export const maximumBytes = 65_535;

export const plusLevel: Level = { kind: 'plus' };
export const hashLevel: Level = { kind: 'hash' };

/** The most levels that Mosquitto takes in the topic of a message: one more than in a rule. */
const maximumTopicLevels = 201;

// Controls (C0, C1, DEL), half surrogate pairs and non-characters: Mosquitto drops the connection of who sends one.
const forbiddenCharacter = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** Reads a topic filter; the problem names what is wrong with it. */
export function filterOf(text: string): Checked<TopicFilter> {
  const problem = filterProblem(text);
  return problem === undefined ? { ok: true, value: text.split('/').map(levelOf) } : { ok: false, problem };
}

// A filter of printable ASCII: nearly all are, and this looks at each of their characters once.
const usualFilter = /^(?:\+|[ -"$-*,-.0-~]*)(?:\/(?:\+|[ -"$-*,-.0-~]*))*(?:\/#)?$/;
const usualLength = 199;

/** What keeps `text` from being a topic filter that Mosquitto loads as it stands, if anything; builds nothing. */
export function filterProblem(text: string): string | undefined {
  const { length } = text;
  const isUsual = length > 0 && length <= usualLength && text[0] !== ' ' && text[length - 1] !== ' ';
  if (isUsual && usualFilter.test(text)) return undefined;
  return textProblem(text) ?? wildcardProblem(text);
}

/** What keeps `text` from being a topic that a message can be sent to, if anything (sections 3.3.2.1 and 4.7.3). */
export function topicProblem(text: string): string | undefined {
  if (text.includes('+') || text.includes('#')) return 'has a wildcard: a message has one topic, not a filter';
  return encodingProblem(text) ?? sizeProblem(text, maximumTopicLevels);
}

function textProblem(text: string): string | undefined {
  // Mosquitto trims what stands in its file, so the rule would be another one (facts 4.7).
  if (text !== text.trim()) return 'begins or ends with white space';
  return encodingProblem(text) ?? sizeProblem(text, maximumLevels);
}

function encodingProblem(text: string): string | undefined {
  if (text === '') return 'is empty';
  const forbidden = forbiddenCharacter.exec(text);
  return forbidden ? `has ${codePointText(forbidden[0])}, a control or no character at all` : undefined;
}

function codePointText(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function sizeProblem(text: string, mostLevels: number): string | undefined {
  let levels = 1;
  for (let slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', slash + 1)) levels += 1;
  if (levels > mostLevels) return `has ${levels} levels: the most is ${mostLevels}`;
  // One UTF-16 unit is at most three bytes.
  if (text.length * 3 <= maximumBytes) return undefined;
  const bytes = Buffer.byteLength(text);
  return bytes > maximumBytes ? `has ${bytes} bytes: the most is ${maximumBytes}` : undefined;
}

function wildcardProblem(text: string): string | undefined {
  const hash = text.indexOf('#');
  if (hash >= 0 && hash !== text.length - 1)
    return 'has # before its end: # stands for all further levels, so it is last';
  if (hash > 0 && text[hash - 1] !== '/') return 'has # beside other characters: a wildcard is a whole level';
  for (let plus = text.indexOf('+'); plus >= 0; plus = text.indexOf('+', plus + 1)) {
    const alone = (plus === 0 || text[plus - 1] === '/') && (plus === text.length - 1 || text[plus + 1] === '/');
    if (!alone) return 'has + beside other characters: a wildcard is a whole level';
  }
  return undefined;
}

function levelOf(text: string): Level {
  if (text === '+') return plusLevel;
  if (text === '#') return hashLevel;
  return { kind: 'literal', text };
}

export function levelText(level: Level): string {
  if (level.kind === 'plus') return '+';
  return level.kind === 'hash' ? '#' : level.text;
}

export function filterText(filter: TopicFilter): string {
  let text = '';
  for (let i = 0; i < filter.length; i += 1) text += (i === 0 ? '' : '/') + levelText(filter[i] ?? hashLevel);
  return text;
}

export function topicLevels(topic: string): readonly string[] {
  return topic.split('/');
}

/** True if a message on `topic` is one that `filter` selects. `$` topics never match a leading wildcard (section 4.7.2). */
export function filterMatches(filter: TopicFilter, topic: readonly string[]): boolean {
  if (topic[0]?.startsWith('$') && filter[0]?.kind !== 'literal') return false;
  for (const [i, level] of filter.entries()) {
    if (level.kind === 'hash') return true;
    const name = topic[i];
    if (name === undefined) return false;
    if (level.kind === 'literal' && level.text !== name) return false;
  }
  return filter.length === topic.length;
}

/** True if every topic that `inner` selects is one that `outer` selects. `+/#` and `#` are the same to it, as they are. */
export function filterContains(outer: TopicFilter, inner: TopicFilter): boolean {
  if (!mayShareRoot(outer, inner)) return false;
  if (leastLength(outer) > leastLength(inner) || greatestLength(outer) < greatestLength(inner)) return false;
  return outer.every((level, i) => {
    if (level.kind !== 'literal') return true;
    const other = inner[i];
    return other?.kind === 'literal' && other.text === level.text;
  });
}

/** True if some topic is selected by both. */
export function filtersOverlap(a: TopicFilter, b: TopicFilter): boolean {
  return intersection(a, b) !== undefined;
}

/** The filter that selects exactly what both select; nothing if they have no topic in common. */
export function intersection(a: TopicFilter, b: TopicFilter): TopicFilter | undefined {
  const common = mayShareRoot(a, b) ? commonLevels(a, b) : undefined;
  return common && !isNowhere(common, common.length) ? common : undefined;
}

function commonLevels(a: TopicFilter, b: TopicFilter): TopicFilter | undefined {
  const levels: Level[] = [];
  for (let i = 0; ; i += 1) {
    const [x, y] = [a[i], b[i]];
    if (x?.kind === 'hash') return [...levels, ...b.slice(i)];
    if (y?.kind === 'hash') return [...levels, ...a.slice(i)];
    if (x === undefined || y === undefined) return x === y ? levels : undefined;
    if (x.kind === 'literal' && y.kind === 'literal' && x.text !== y.text) return undefined;
    levels.push(x.kind === 'literal' ? x : y);
  }
}

/**
 * True if every topic that `filter` selects is selected by some of `allows` and by none of `denies`.
 *
 * Exact, also where only several allows together reach: `a/#` is covered by `a` and `a/+/#`. For each number of levels
 * that `filter` admits, the topic with a name that occurs nowhere at each wildcard is the hardest to cover: what selects
 * it has wildcards there too, and so selects all topics of that length.
 */
export function isCovered(
  filter: TopicFilter,
  allows: readonly TopicFilter[],
  denies: readonly TopicFilter[] = [],
): boolean {
  if (denies.some((deny) => filtersOverlap(deny, filter))) return false;
  const longest = allows.reduce((length, { length: other }) => Math.max(length, other), filter.length);
  const last = Math.min(greatestLength(filter), longest + 1, maximumTopicLevels);
  for (let length = leastLength(filter); length <= last; length += 1) {
    const hardest = ofLength(filter, length);
    if (!allows.some((allow) => filterContains(allow, hardest))) return false;
  }
  return true;
}

/** What `filter` selects among the topics of `length` levels, which must be a length that it admits. */
function ofLength(filter: TopicFilter, length: number): TopicFilter {
  if (!endsWithHash(filter)) return filter;
  const fixed = filter.slice(0, -1);
  return [...fixed, ...new Array<Level>(length - fixed.length).fill(plusLevel)];
}

function endsWithHash(filter: TopicFilter): boolean {
  return filter[filter.length - 1]?.kind === 'hash';
}

function leastLength(filter: TopicFilter): number {
  if (!endsWithHash(filter)) return filter.length;
  // `a/#` selects `a` too, but `#` and `/#` no topic that is empty: there is none.
  const parentLength = filter.length - 1;
  return isNowhere(filter, parentLength) ? filter.length : parentLength;
}

/** True if the first `length` levels are what only the empty topic would fit, which no message has (section 4.7.3). */
function isNowhere(filter: TopicFilter, length: number): boolean {
  const first = filter[0];
  return length === 0 || (length === 1 && first?.kind === 'literal' && first.text === '');
}

function greatestLength(filter: TopicFilter): number {
  return endsWithHash(filter) ? Infinity : filter.length;
}

/** False if one is about a `$` root and the other begins with a wildcard, which never reaches such a root. */
function mayShareRoot(a: TopicFilter, b: TopicFilter): boolean {
  return isDollarRooted(a) === isDollarRooted(b);
}

/** True if the filter is about topics that begin with `$`, which no leading wildcard reaches (section 4.7.2). */
function isDollarRooted(filter: TopicFilter): boolean {
  const first = filter[0];
  return first?.kind === 'literal' && first.text.startsWith('$');
}
