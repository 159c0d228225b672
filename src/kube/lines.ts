/** A stream of bytes as lines, wherever it was cut: within a line, or within a character. */

/** No object of the API comes near it; without a limit a broken stream would fill the memory. */
const longestLineBytes = 16_000_000;

export interface LineReader {
  /** The lines that `chunk` completes, without their ends; empty ones are left out. */
  lines(chunk: Buffer): string[];
  /** True in the middle of a line. */
  readonly isTorn: boolean;
}

/** Errors: a line longer than 16 MB. */
export function lineReader(): LineReader {
  let parts: Buffer[] = [];
  let length = 0;

  function whole(last: Buffer): string {
    const text = parts.length === 0 ? last.toString() : Buffer.concat([...parts, last]).toString();
    parts = [];
    length = 0;
    return text;
  }

  return {
    lines(chunk) {
      const found: string[] = [];
      let from = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
        const line = whole(chunk.subarray(from, end));
        if (line.trim() !== '') found.push(line);
        from = end + 1;
      }
      if (from === chunk.length) return found;
      parts.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > longestLineBytes) throw new RangeError(`a line of more than ${longestLineBytes} bytes`);
      return found;
    },
    get isTorn() {
      return length > 0;
    },
  };
}
