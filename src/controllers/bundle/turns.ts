/** Who gives way to whom among the sets that are written at one time. */

/** So many objects of a set are written at once: more would only make each of them, and what others write, take longer. */
export const parallelWrites = 4;
/** A set of no more than so many objects is small: an edit of one device, whatever it is about, changes fewer. */
const smallSet = 8;

interface Turn {
  /** How many objects may be written next, at once. */
  readonly width: () => number;
  readonly end: () => void;
}

export interface Turns {
  /** Needs its `end`, whatever comes of it. */
  readonly begin: (writing: SetWriting) => Turn;
}

export interface SetWriting {
  readonly namespace: string;
  /** How many objects are to be written before the index. */
  readonly objects: number;
  /** It takes nothing back. */
  readonly givesWay: boolean;
}

/**
 * A large set is written object by object while a small one of another namespace is: that is over soon, and somebody waits
 * for an edit of his own beside a storm of others. What takes something back gives way to nobody.
 */
export function createTurns(): Turns {
  const small = new Set<{ readonly namespace: string }>();

  return {
    begin({ namespace, objects, givesWay }) {
      const isSmall = objects <= smallSet;
      const own = { namespace };
      if (isSmall) small.add(own);
      const isAnyWaiting = () => [...small].some((other) => other.namespace !== namespace);
      return {
        width: () => (givesWay && !isSmall && isAnyWaiting() ? 1 : parallelWrites),
        end: () => void small.delete(own),
      };
    },
  };
}
