import { expiries } from './expiries.ts';
import type { Notice, NoticeKind } from './notice.ts';
import { recent } from './recent.ts';
import type { Rule } from './settings.ts';
import { countWith, emptyWindow, type Window } from './window.ts';

/** What is known of an act beside its kind. */
export type Circumstances = Pick<Notice, 'identity' | 'claimed' | 'address' | 'topic' | 'bytes'>;

interface Tally {
  readonly window: Window;
  /** Acts since the last notice; counted from the first one on. */
  untold: number;
  last: Circumstances;
}

/** Counts the acts of one kind, and says when to tell of them: not of each, or whoever hammers would drown the rest. */
export interface Teller {
  /** `count` within the window; `notice` where it is time. */
  readonly act: (circumstances: Circumstances, at: number) => Telling;
  /** Of those that were told, what was not told yet and is due. */
  readonly due: (at: number) => readonly Untimed[];
  readonly forgotten: () => number;
}

export type Untimed = Omit<Notice, 'at'>;

export interface Telling {
  readonly isOver: boolean;
  readonly notice?: Untimed;
}

export function teller(kind: NoticeKind, { threshold, windowSeconds }: Rule, mostIdentities: number): Teller {
  const milliseconds = windowSeconds * 1000;
  /** Until when nothing is told again. */
  const quiet = expiries();
  const tallies = recent<Tally>(mostIdentities, quiet.delete);
  const told = (key: string, tally: Tally, count: number, at: number): Untimed => {
    tally.untold = 0;
    quiet.set(key, at + milliseconds);
    return { kind, ...tally.last, count };
  };
  return {
    act(circumstances, at) {
      const key = circumstances.identity ?? '';
      const tally = tallies.used(key, () => ({ window: emptyWindow(), untold: 0, last: circumstances }));
      const count = countWith(tally.window, at, milliseconds);
      // Of strangers nothing is put together: a name that one claimed and the address of another would be a false track.
      tally.last = circumstances.identity === undefined ? circumstances : { ...tally.last, ...circumstances };
      const isOver = count >= threshold;
      if (quiet.has(key)) tally.untold += 1;
      else if (isOver) return { isOver, notice: told(key, tally, count, at) };
      return { isOver };
    },
    due(at) {
      return quiet.due(at).flatMap((key) => {
        const tally = tallies.get(key);
        if (tally && tally.untold > 0) return told(key, tally, tally.untold, at);
        tallies.delete(key);
        return [];
      });
    },
    forgotten: () => tallies.forgotten,
  };
}
