import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, type Event } from 'js-yaml';
import type { Path } from './path.ts';

/** A place in a text; line and column count from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds fields of the documents in a text. */
export interface Locator {
  /** Where the key or item that `path` names begins in the document of this number, or its nearest written parent. */
  readonly placeOf: (document: number, path: Path) => Place;
}

/**
 * Finds places in a text that parses. It is asked only where something is wrong, so it parses the text again, at the first
 * question, and remembers what it walked over: a thousand questions about one long list cost one walk.
 */
export function locatorOf(text: string): Locator {
  let index: Index | undefined;
  return {
    placeOf: (document, path) => {
      index ??= indexOf(text);
      return placeAt(index.lineStarts, offsetOf(index, document, path));
    },
  };
}

/** Offsets at which lines begin; lines end with LF, CRLF or CR (YAML 1.2 section 5.4). */
export function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}

export function placeAt(lineStarts: readonly number[], offset: number): Place {
  let low = 0;
  let high = lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low, column: offset - (lineStarts[low] ?? 0) };
}

interface Index {
  readonly text: string;
  readonly events: readonly Event[];
  /** For each event that opens something, the index of the event after its end. */
  readonly ends: Int32Array;
  readonly roots: readonly number[];
  readonly lineStarts: readonly number[];
  /** Event indices of the nodes right inside a mapping or sequence, by the index of its own event. */
  readonly children: Map<number, readonly number[]>;
}

function indexOf(text: string): Index {
  const events = parseEvents(text, {});
  const ends = new Int32Array(events.length);
  const open: number[] = [];
  const roots: number[] = [];
  for (const [index, { type }] of events.entries()) {
    ends[index] = index + 1;
    if (type === EVENT_ID.POP) ends[open.pop() ?? index] = index + 1;
    else if (type !== EVENT_ID.SCALAR && type !== EVENT_ID.ALIAS) open.push(index);
    if (type === EVENT_ID.DOCUMENT) roots.push(index + 1);
  }
  return { text, events, ends, roots, lineStarts: lineStartsOf(text), children: new Map() };
}

function offsetOf(index: Index, document: number, path: Path): number {
  let at = index.roots[document] ?? 0;
  let offset = startOf(index.events[at]) ?? 0;
  for (const step of path) {
    const child = childOf(index, at, step);
    if (!child) break;
    offset = child.offset ?? offset;
    at = child.at;
  }
  return offset;
}

function startOf(event: Event | undefined): number | undefined {
  if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) return event.start;
  if (event?.type === EVENT_ID.ALIAS) return event.anchorStart;
  if (event?.type !== EVENT_ID.SCALAR || event.valueStart < 0) return undefined;
  const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return isQuoted ? event.valueStart - 1 : event.valueStart;
}

interface Child {
  readonly at: number;
  readonly offset: number | undefined;
}

function childOf(index: Index, parent: number, step: string | number): Child | undefined {
  const type = index.events[parent]?.type;
  if (type === EVENT_ID.SEQUENCE) return itemOf(index, parent, Number(step));
  return type === EVENT_ID.MAPPING ? fieldOf(index, parent, String(step)) : undefined;
}

function itemOf(index: Index, parent: number, number: number): Child | undefined {
  const at = childrenOf(index, parent)[number];
  return at === undefined ? undefined : { at, offset: startOf(index.events[at]) };
}

/** Keys and values take turns among the children of a mapping. */
function fieldOf(index: Index, parent: number, name: string): Child | undefined {
  const children = childrenOf(index, parent);
  for (let i = 0; i + 1 < children.length; i += 2) {
    const key = index.events[children[i] ?? 0];
    if (key?.type !== EVENT_ID.SCALAR || getScalarValue(index.text, key) !== name) continue;
    return { at: children[i + 1] ?? 0, offset: startOf(key) };
  }
  return undefined;
}

function childrenOf({ events, ends, children }: Index, parent: number): readonly number[] {
  const known = children.get(parent);
  if (known) return known;
  const found: number[] = [];
  for (let at = parent + 1; events[at] && events[at]?.type !== EVENT_ID.POP; at = ends[at] ?? events.length)
    found.push(at);
  children.set(parent, found);
  return found;
}
