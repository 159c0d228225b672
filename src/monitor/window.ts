/**
 * How many acts there were within a sliding window, in a few numbers however many they are. Time is cut into sixtieths of
 * the window: an act counts for one window less up to a sixtieth, never for longer.
 */
export interface Window {
  /** Pairs of a sixtieth and the acts in it, oldest first. */
  readonly parts: number[];
  total: number;
}

const partsOfWindow = 60;

export function emptyWindow(): Window {
  return { parts: [], total: 0 };
}

/** Acts within the window that ends at `at`; both in milliseconds of a time that never goes back. */
export function countAt(window: Window, at: number, milliseconds: number): number {
  const oldest = partAt(at, milliseconds) - partsOfWindow;
  let gone = 0;
  while (gone < window.parts.length && (window.parts[gone] ?? 0) <= oldest) {
    window.total -= window.parts[gone + 1] ?? 0;
    gone += 2;
  }
  if (gone > 0) window.parts.splice(0, gone);
  return window.total;
}

/** Adds one act, and gives the acts within the window with it. */
export function countWith(window: Window, at: number, milliseconds: number): number {
  const part = partAt(at, milliseconds);
  const { parts } = window;
  if (parts.at(-2) === part) parts[parts.length - 1] = (parts.at(-1) ?? 0) + 1;
  else parts.push(part, 1);
  window.total += 1;
  return countAt(window, at, milliseconds);
}

function partAt(at: number, milliseconds: number): number {
  return Math.floor((at * partsOfWindow) / milliseconds);
}
