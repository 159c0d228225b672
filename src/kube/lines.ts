/** A stream of bytes as lines, wherever it was cut: within a line, or within a character. */

/** No object of the API comes near it; without a limit a broken stream would fill the memory. */
const longestLineBytes = 16_000_000;

export interface LineReader {
  /** The lines that `chunk` completes, without their ends; empty ones are left out. */
  lines(chunk: Buffer): string[];
  /** True in the middle of a line. */
  readonly isTorn: boolean;
}

/** Gives the lines as `edited` leaves them, which gets some whole lines at a time. Errors: a line longer than 16 MB. */
export function lineReader(edited: (lines: Buffer) => Buffer): LineReader {
  let parts: Buffer[] = [];
  let length = 0;

  function torn(part: Buffer): void {
    if (part.length === 0) return;
    parts.push(part);
    length += part.length;
    if (length > longestLineBytes) throw new RangeError(`a line of more than ${longestLineBytes} bytes`);
  }

  return {
    lines(chunk) {
      const end = chunk.lastIndexOf(0x0a);
      if (end < 0) {
        torn(chunk);
        return [];
      }
      // In one piece: to make a string of each line would take twice as long.
      const whole = chunk.subarray(0, end);
      const text = edited(parts.length === 0 ? whole : Buffer.concat([...parts, whole])).toString();
      parts = [];
      length = 0;
      torn(chunk.subarray(end + 1));
      return text.split('\n').filter((line) => line !== '' && line !== '\r');
    },
    get isTorn() {
      return length > 0;
    },
  };
}
