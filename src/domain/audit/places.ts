/** Topic filters with their owners, found by the filters that have a topic in common with them. */
import { filterText, intersection, type TopicFilter } from '../acl/filter.ts';

interface Place {
  readonly identity: string;
  readonly topics: TopicFilter;
}

/** Owners whose topics meet a filter. */
interface Meeting {
  readonly identities: ReadonlySet<string>;
  /** One that is not this identity. */
  readonly first: (self: string) => Place | undefined;
  readonly all: () => readonly Place[];
}

export interface Places {
  readonly add: (topics: TopicFilter, identity: string) => void;
  /** Filters that many devices have are looked up once. Nothing is added after the first call. */
  readonly meeting: (filter: TopicFilter) => Meeting;
}

interface Node {
  readonly children: Map<string, Node>;
  plus: Node | undefined;
  readonly ends: Place[];
  readonly hashes: Place[];
}

export function createPlaces(): Places {
  const root = emptyNode();
  const known = new Map<string, Meeting>();
  return {
    add: (topics, identity) => added(root, { topics, identity }),
    meeting: (filter) => {
      const text = filterText(filter);
      const meeting = known.get(text) ?? meetingOf(found(root, filter));
      known.set(text, meeting);
      return meeting;
    },
  };
}

function emptyNode(): Node {
  return { children: new Map(), plus: undefined, ends: [], hashes: [] };
}

function added(root: Node, place: Place): void {
  let node = root;
  for (const level of place.topics) {
    if (level.kind === 'hash') {
      node.hashes.push(place);
      return;
    }
    if (level.kind === 'plus') node = node.plus ??= emptyNode();
    else node = childOf(node, level.text);
  }
  node.ends.push(place);
}

function childOf({ children }: Node, text: string): Node {
  const known = children.get(text);
  if (known) return known;
  const child = emptyNode();
  children.set(text, child);
  return child;
}

/** What the walk finds meets the filter level by level; roots with `$` and empty topics are sorted out at the end. */
function found(root: Node, filter: TopicFilter): readonly Place[] {
  const places: Place[] = [];
  collect(root, filter, 0, places);
  return places.filter(({ topics }) => intersection(topics, filter) !== undefined);
}

function collect(node: Node, filter: TopicFilter, depth: number, places: Place[]): void {
  for (const place of node.hashes) places.push(place);
  const level = filter[depth];
  if (level === undefined || level.kind === 'hash') for (const place of node.ends) places.push(place);
  if (level === undefined) return;
  const next = level.kind === 'hash' ? depth : depth + 1;
  if (level.kind === 'literal') {
    const child = node.children.get(level.text);
    if (child) collect(child, filter, next, places);
  } else {
    for (const child of node.children.values()) collect(child, filter, next, places);
  }
  if (node.plus) collect(node.plus, filter, next, places);
}

function meetingOf(places: readonly Place[]): Meeting {
  return {
    identities: new Set(places.map(({ identity }) => identity)),
    first: (self) => places.find(({ identity }) => identity !== self),
    all: () => places,
  };
}
