/**
 * Writes what the image consists of, for scanners: the packages of the bundle, Node.js, and those of Debian whose libraries it has.
 * Usage: sbom.ts ROOT, the folder that root.sh fills. The list of the bundle alone, in it, gives way to this one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Component, debianComponent, npmComponent, sbomText } from '../sbom.ts';

interface Listed {
  readonly components: readonly (Omit<Component, 'license'> & {
    readonly licenses?: readonly { readonly expression: string }[];
  })[];
}

const [, , root = ''] = process.argv;
const file = path.join(root, 'usr/local/lib/mqttsec/sbom.cdx.json');
const packages = path.join(root, 'var/lib/dpkg/status.d');

const bundled = (JSON.parse(readFileSync(file, 'utf8')) as Listed).components.map(
  ({ type, name, version, purl, licenses = [] }): Component => {
    const [first] = licenses;
    return { type, name, version, purl, ...(first && { license: first.expression }) };
  },
);
const { node } = process.versions;
const runtime: Component = { type: 'platform', name: 'node', version: node, purl: `pkg:generic/node@${node}` };
const debian = readdirSync(packages).map((name) => debianComponent(readFileSync(path.join(packages, name), 'utf8')));
const subject = npmComponent(path.resolve(import.meta.dirname, '../..'), 'application');
writeFileSync(file, sbomText(subject, [...bundled, runtime, ...debian]));
