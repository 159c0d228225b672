/** Bills of materials in CycloneDX 1.5: of the bundle, and of the image around it. The same content gives the same text. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Component {
  readonly type: 'library' | 'application' | 'platform';
  readonly name: string;
  readonly version: string;
  /** Package URL, by which scanners know it. */
  readonly purl: string;
  /** By SPDX. */
  readonly license?: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** A package of npm. Errors: a folder without a package. */
export function npmComponent(folder: string, type: Component['type'] = 'library'): Component {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { type, name, version, purl, ...(license !== undefined && { license }) };
}

/** A package of Debian, from its entry in the status of dpkg; its licences are in its copyright file. Errors: a field is missing. */
export function debianComponent(entry: string): Component {
  const field = (name: string): string => {
    const value = new RegExp(`^${name}: (.*)$`, 'm').exec(entry)?.[1];
    if (value === undefined) throw new Error(`list a package of Debian: it has no ${name}`);
    return value;
  };
  const [name, version, architecture] = [field('Package'), field('Version'), field('Architecture')];
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: 'library', name, version, purl };
}

/** `subject` is what consists of the components, of which some may be there twice. */
export function sbomText(subject: Component, components: readonly Component[]): string {
  const distinct = [...new Map(components.map((one) => [one.purl, one])).values()];
  const sorted = distinct.toSorted((a, b) => (a.purl < b.purl ? -1 : 1));
  const document = {
    ...{ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 },
    metadata: { component: written(subject) },
    components: sorted.map(written),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function written({ purl, license, ...rest }: Component): object {
  return { ...rest, 'bom-ref': purl, purl, ...(license !== undefined && { licenses: [{ expression: license }] }) };
}
