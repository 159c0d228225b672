/** What a file says of devices that should be a status, and may be damaged. */
export interface WrittenDevice {
  readonly device?: unknown;
  readonly identity?: unknown;
  readonly lockout?: unknown;
  readonly revocation?: unknown;
}

/** Those of its devices that are objects; none of what is no status. */
export function devicesIn(status: unknown): readonly WrittenDevice[] {
  const { devices } = (status ?? {}) as { readonly devices?: unknown };
  if (!Array.isArray(devices)) return [];
  return (devices as readonly unknown[]).filter((one): one is WrittenDevice => typeof one === 'object' && one !== null);
}
