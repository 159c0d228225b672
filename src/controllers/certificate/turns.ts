/** Who is moved to another CA now: a few of a broker at a time, so that its issuer and its devices keep up. */
import type { ObjectKey } from '../../domain/names.ts';
import type { Clock } from '../../ports.ts';

/** What the devices of one broker wait for. */
export interface Gate {
  /** False while the broker would refuse what the issuer issues now. */
  readonly isOpen: boolean;
  /** How many may be under way at a time. */
  readonly most: number;
}

export interface Turns {
  /**
   * Undefined when it is the turn of this lineage, until `done`; else when to ask again, unless it is woken before. `held`
   * is the certificate that it wants another CA for: who goes on asking with ever newer ones is given what was not expected.
   */
  readonly ask: (broker: ObjectKey, lineage: ObjectKey, gate: Gate, held?: string) => Date | undefined;
  /** It has what it waited for, or does not wait any more. */
  readonly done: (lineage: ObjectKey) => void;
}

/** One that takes longer gives its turn to others, milliseconds. */
const patience = 300_000;
/** One that had a turn in vain gets none for so long, milliseconds: what it is given is not what was expected. */
const pause = 3_600_000;
/** The so manieth certificate that one is given in vain ends its turn: the first may have been under way before. */
const mostInVain = 2;
/** The first in the queue asks so often whether the gate is open, milliseconds. */
const headInterval = 5_000;
/** The others are woken; in case whoever would have woken them is gone, they ask after so long, milliseconds. */
const queueInterval = 600_000;

interface Turn {
  since: number;
  /** The certificates that it asked with. */
  readonly held: Set<string>;
}

interface Line {
  readonly underWay: Map<ObjectKey, Turn>;
  readonly waiting: Set<ObjectKey>;
  /** Until when they get no turn. */
  readonly resting: Map<ObjectKey, number>;
}

function newLine(): Line {
  return { underWay: new Map(), waiting: new Set(), resting: new Map() };
}

export function createTurns(clock: Pick<Clock, 'now'>, wake: (lineage: ObjectKey) => void): Turns {
  const lines = new Map<ObjectKey, Line>();
  const brokers = new Map<ObjectKey, ObjectKey>();
  const gates = new Map<ObjectKey, Gate>();

  function advance(broker: ObjectKey, line: Line, asking?: ObjectKey): void {
    const now = clock.now().getTime();
    const { isOpen, most } = gates.get(broker) ?? { isOpen: false, most: 0 };
    for (const [lineage, turn] of line.underWay) {
      turn.since = Math.min(turn.since, now); // later than now: the clock was set back
      if (turn.since + patience > now && turn.held.size <= mostInVain) continue;
      line.underWay.delete(lineage);
      line.resting.set(lineage, now + pause);
    }
    for (const lineage of line.waiting) {
      if (!isOpen || line.underWay.size >= most) return;
      line.waiting.delete(lineage);
      line.underWay.set(lineage, { since: now, held: new Set() });
      if (lineage !== asking) wake(lineage);
    }
  }

  return {
    ask(broker, lineage, gate, held) {
      const now = clock.now().getTime();
      const line: Line = lines.get(broker) ?? newLine();
      lines.set(broker, line);
      brokers.set(lineage, broker);
      gates.set(broker, gate);
      const rests = Math.min(line.resting.get(lineage) ?? 0, now + pause); // later: the clock was set back
      if (rests > now) {
        line.resting.set(lineage, rests);
        return new Date(rests);
      }
      line.resting.delete(lineage);
      if (!line.underWay.has(lineage)) line.waiting.add(lineage);
      const note = () => held !== undefined && line.underWay.get(lineage)?.held.add(held);
      note();
      advance(broker, line, lineage);
      note();
      if (line.underWay.has(lineage)) return undefined;
      const restsUntil = line.resting.get(lineage);
      if (restsUntil !== undefined) return new Date(restsUntil);
      const [head] = line.waiting;
      return new Date(now + (head === lineage ? headInterval : queueInterval));
    },
    done(lineage) {
      const broker = brokers.get(lineage);
      const line = broker === undefined ? undefined : lines.get(broker);
      brokers.delete(lineage);
      if (broker === undefined || !line) return;
      for (const list of [line.underWay, line.waiting, line.resting]) list.delete(lineage);
      if (line.underWay.size + line.waiting.size + line.resting.size === 0) lines.delete(broker);
      else advance(broker, line);
    },
  };
}
