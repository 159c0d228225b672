const secondsPerUnit = new Map([
  ['h', 3600],
  ['m', 60],
  ['s', 1],
  ['ms', 1e-3],
  ['us', 1e-6],
  ['µs', 1e-6],
  ['ns', 1e-9],
]);

/**
 * Seconds of a Go duration such as `2160h` or `1h30m` (time.ParseDuration, which metav1.Duration uses), rounded down to
 * whole seconds. Undefined for what Go does not parse, for negative durations and for more than 64 characters.
 */
export function durationSeconds(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length > 64) return undefined;
  const term = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)/y;
  let seconds = 0;
  while (term.lastIndex < text.length) {
    const [, amount, unit] = term.exec(text) ?? [];
    const factor = unit === undefined ? undefined : secondsPerUnit.get(unit);
    if (factor === undefined) return undefined;
    seconds += Number(amount) * factor;
  }
  return text === '' ? undefined : Math.floor(seconds);
}
