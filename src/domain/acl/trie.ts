import type { TopicFilter } from './filter.ts';

/**
 * Topic filters with a value each, found by topic. A topic is walked where it lies: only a level that must be looked up
 * among several is cut out of it.
 */
export interface TrieNode<V> {
  /** The first literal below, compared in place: most nodes of a small rule set have no other. */
  name: string | undefined;
  child: TrieNode<V> | undefined;
  /** The further literals below. */
  others: Map<string, TrieNode<V>> | undefined;
  plus: TrieNode<V> | undefined;
  /** The level that is the identity itself (`%u` of a pattern line). */
  self: TrieNode<V> | undefined;
  /** The value of the filter that ends here. */
  end: V | undefined;
  /** The value of the filter that ends here with `#`. */
  hash: V | undefined;
}

export function emptyTrie<V>(): TrieNode<V> {
  return {
    name: undefined,
    child: undefined,
    others: undefined,
    plus: undefined,
    self: undefined,
    end: undefined,
    hash: undefined,
  };
}

/** Adds a filter; of two equal ones the first keeps its value. A literal `%u` is the identity when `patterns` is set. */
export function addFilter<V>(root: TrieNode<V>, filter: TopicFilter, value: V, patterns = false): void {
  let node = root;
  for (const level of filter) {
    if (level.kind === 'hash') {
      node.hash ??= value;
      return;
    }
    if (level.kind === 'plus') node = node.plus ??= emptyTrie();
    else if (patterns && level.text === '%u') node = node.self ??= emptyTrie();
    else node = literalChild(node, level.text);
  }
  node.end ??= value;
}

function literalChild<V>(node: TrieNode<V>, text: string): TrieNode<V> {
  if (node.child === undefined || node.name === text) {
    node.name = text;
    return (node.child ??= emptyTrie());
  }
  node.others ??= new Map();
  const known = node.others.get(text);
  if (known) return known;
  const child = emptyTrie<V>();
  node.others.set(text, child);
  return child;
}

/** The value of some filter that selects `topic`; `identity` is what a `self` level must be. */
export function valueFor<V>(root: TrieNode<V>, topic: string, identity: string): V | undefined {
  // What begins with $ is reached by literal first levels only (section 4.7.2).
  if (topic.charCodeAt(0) === dollar) return valueBelowName(root, topic, 0, levelEnd(topic, 0), identity);
  return valueBelow(root, topic, 0, identity);
}

const dollar = 0x24;

function levelEnd(topic: string, start: number): number {
  const slash = topic.indexOf('/', start);
  return slash < 0 ? topic.length : slash;
}

/** As `valueFor`, where `node` is reached and the levels from `start` are left; none is if `start` is past the end. */
function valueBelow<V>(node: TrieNode<V>, topic: string, start: number, identity: string): V | undefined {
  if (node.hash !== undefined) return node.hash;
  if (start > topic.length) return node.end;
  const end = levelEnd(topic, start);
  const value = valueBelowName(node, topic, start, end, identity);
  if (value !== undefined) return value;
  if (node.self !== undefined && end - start === identity.length && topic.startsWith(identity, start)) {
    const own = valueBelow(node.self, topic, end + 1, identity);
    if (own !== undefined) return own;
  }
  return node.plus === undefined ? undefined : valueBelow(node.plus, topic, end + 1, identity);
}

function valueBelowName<V>(
  { name, child, others }: TrieNode<V>,
  topic: string,
  start: number,
  end: number,
  identity: string,
): V | undefined {
  if (name === undefined || child === undefined) return undefined;
  if (end - start === name.length && topic.startsWith(name, start)) return valueBelow(child, topic, end + 1, identity);
  const other = others?.get(topic.slice(start, end));
  return other && valueBelow(other, topic, end + 1, identity);
}
