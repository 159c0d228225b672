/** The bill of materials of npm, made to say the same for the same sources. */
import { hash } from 'node:crypto';

interface Sbom {
  serialNumber: string;
  readonly metadata: { timestamp: string; readonly component: { name: string } };
}

export interface SbomSubject {
  readonly name: string;
  readonly revision: string;
  readonly time: Date;
}

/** CycloneDX JSON of `npm sbom`, whose number, time and name would be those of the run and its folder. */
export function settledSbom(text: string, { name, revision, time }: SbomSubject): string {
  const sbom = JSON.parse(text) as Sbom;
  sbom.serialNumber = `urn:uuid:${uuidOf(`${name} ${revision}`)}`;
  sbom.metadata.timestamp = time.toISOString();
  sbom.metadata.component.name = name;
  return `${JSON.stringify(sbom, undefined, 2)}\n`;
}

/** Version 8 of RFC 9562: the bits are the hash of what it stands for. */
function uuidOf(text: string): string {
  const digits = hash('sha256', text);
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 3) | 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}
