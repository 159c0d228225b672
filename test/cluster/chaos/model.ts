/**
 * What a device may do at which moment, by what was declared and by what the operator said of it. A client may do what
 * the newest state allows that was said to be programmed when it began, or any state declared since: never more. Who was
 * taken off has no session.
 */

/** A state that was declared of a device. */
interface Declared {
  /** Topics it may publish to; undefined for who is taken off. */
  readonly rights: ReadonlySet<string> | undefined;
  /** Moment before it was sent, milliseconds. */
  readonly since: number;
  /** Moment at which somebody who asked had read that it is in force. */
  provedBy?: number;
}

/** A message that the broker answered. */
export interface Answered {
  readonly device: string;
  readonly topic: string;
  readonly isTaken: boolean;
  /** Before it was sent, and after its acknowledgement had come; milliseconds. */
  readonly begin: number;
  readonly end: number;
}

export interface ChaosModel {
  /** Notes a state before it is sent; without rights the device is taken off. */
  declare(device: string, rights: readonly string[] | undefined, now: number): DeclaredState;
  /** What is wrong with an answer of the broker; undefined if nothing is. */
  problemOf(answered: Answered): string | undefined;
  /** What the newest state of a device allows. */
  rightsOf(device: string): ReadonlySet<string>;
}

export interface DeclaredState {
  prove(now: number): void;
}

export function chaosModel(): ChaosModel {
  const states = new Map<string, Declared[]>();
  const statesOf = (device: string) => states.get(device) ?? [];
  return {
    declare(device, rights, now) {
      const state: Declared = { rights: rights && new Set(rights), since: now };
      states.set(device, [...statesOf(device), state]);
      return { prove: (at) => void (state.provedBy ??= at) };
    },
    problemOf({ device, topic, isTaken, begin, end }) {
      const all = statesOf(device);
      const proved = all.findLastIndex(({ provedBy }) => provedBy !== undefined && provedBy <= begin);
      const counting = all.slice(Math.max(0, proved)).filter(({ since }) => since <= end);
      if (counting.some(({ rights }) => rights && (!isTaken || rights.has(topic)))) return undefined;
      const sets = counting.map(textOf).join(', then ');
      const what = isTaken ? `published to ${topic}` : `was answered about ${topic}`;
      const history = all.slice(-4).map(storyOf).join('; ');
      return `${device} ${what} from ${begin} to ${end}: allowed was ${sets || 'nothing'}; ${history}`;
    },
    rightsOf: (device) => statesOf(device).at(-1)?.rights ?? new Set(),
  };
}

function textOf({ rights }: Declared): string {
  return rights ? `{${[...rights].join(' ')}}` : 'no session';
}

function storyOf(state: Declared): string {
  const { since, provedBy } = state;
  const proof = provedBy === undefined ? 'not seen in force' : `seen in force at ${provedBy}`;
  return `${textOf(state)} sent at ${since}, ${proof}`;
}
