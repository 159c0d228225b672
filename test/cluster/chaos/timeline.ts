/** What happened to one broker and those who serve it, so that a failure explains itself. */
export interface Timeline {
  /** Notes what happened now. */
  readonly note: (what: string) => void;
  /** The last things that were noted, a line each with its time in milliseconds. */
  readonly lines: () => readonly string[];
}

const mostLines = 60;

export function timeline(): Timeline {
  const noted: string[] = [];
  return {
    note(what) {
      noted.push(`${Date.now()} ${what}`);
      if (noted.length > mostLines) noted.shift();
    },
    lines: () => [...noted],
  };
}
