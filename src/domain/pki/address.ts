/** The bytes of an IPv4 address in dots or an IPv6 address (RFC 4291 section 2.2), as a certificate holds them: 4 or 16. Undefined for anything else, zones included. */
export function addressBytes(text: string): Uint8Array | undefined {
  return text.includes(':') ? version6(text) : version4(text);
}

function version4(text: string): Uint8Array | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  return parts.every((part) => part <= 255) ? Uint8Array.from(parts) : undefined;
}

function version6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [front, back] = halves.map((half) => (half === '' ? [] : groups(half.split(':'))));
  if (!front || (halves.length === 2 && !back)) return undefined;
  const missing = 16 - front.length - (back?.length ?? 0);
  if (back ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...front, ...new Array<number>(missing).fill(0), ...(back ?? [])]);
}

/** Bytes of groups of up to four hex digits; the last one may be an IPv4 address. */
function groups(parts: readonly string[]): readonly number[] | undefined {
  const bytes: number[] = [];
  for (const [index, part] of parts.entries()) {
    const dotted = index === parts.length - 1 ? version4(part) : undefined;
    if (dotted) bytes.push(...dotted);
    else if (/^[0-9A-Fa-f]{1,4}$/.test(part))
      bytes.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}
