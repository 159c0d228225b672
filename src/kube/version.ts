/**
 * True if a resource version is later than another of the same resource. They are decimal numbers that grow; of others
 * every one counts as later, for nothing is known about it.
 */
export function isAfter(version: string, other: string): boolean {
  if (!isNumber(version) || !isNumber(other)) return true;
  return version.length === other.length ? version > other : version.length > other.length;
}

function isNumber(version: string): boolean {
  return /^[1-9]\d*$/.test(version);
}
