/** Manifests for what a Mosquitto does today: the same verdicts, by identity. */
import { apiVersion, type Kind } from '../names.ts';
import type { ForeignAcl, ForeignLine } from './acl-reader.ts';
import { identityNames } from './identity-names.ts';
import type { Note } from './note.ts';
import type { ForeignPasswords } from './password-reader.ts';
import { narrowedBy, patternRights, userRights, type WrittenRights, type WrittenRule } from './rights.ts';

export interface Foreign {
  readonly acl: ForeignAcl;
  readonly passwords: ForeignPasswords;
  /** PEM of revocation lists; undefined where there are none. */
  readonly crl?: string;
}

export interface ImportTarget {
  readonly namespace: string;
  readonly broker: string;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: Kind | 'ConfigMap';
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec?: object;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Imported {
  /** The broker, then templates, then devices by identity. */
  readonly manifests: readonly Manifest[];
  /** All that is not as it was. */
  readonly notes: readonly Note[];
}

/** The most rules that a template may have. */
const mostRules = 64;

interface User {
  readonly identity: string;
  readonly name: string;
  readonly rights: WrittenRights | undefined;
}

/** A user without a password line is taken for the common name of a certificate. */
export function importedManifests({ acl, passwords, crl }: Foreign, target: ImportTarget): Imported {
  const { names, notes: nameNotes } = identityNames(
    [...new Set([...acl.users.keys(), ...passwords.hashes.keys()])].sort(),
    passwords,
  );
  const patterns = patternRights(acl.patterns);
  const all = [...names].map(([identity, name]) => readUser(identity, name, acl));
  const read = all.filter(({ isWide }) => !isWide);
  const shared = sharedTemplates(read.map(({ user }) => user));
  const defaults = patterns.rights && !patterns.isWide ? templates('all-devices', patterns.rights, target) : [];
  const devices = read.map(({ user }) => device(user, shared, passwords, target));
  return {
    manifests: [
      ...(crl === undefined ? [] : [crlMap(crl, target)]),
      brokerManifest(target, { defaults, devices, hasCrl: crl !== undefined }),
      ...defaults,
      ...[...shared.values()].flatMap(({ name, rights }) => templates(name, rights, target)),
      ...devices,
    ],
    notes: [
      ...acl.anonymous.map(anonymousNote),
      ...patterns.notes,
      ...(patterns.isWide ? [widePatterns] : []),
      ...nameNotes,
      ...all.flatMap(({ notes }) => notes),
      ...passwords.notes,
      ...(crl === undefined ? [] : [crlNote(target)]),
    ],
  };
}

function anonymousNote({ line }: ForeignLine): Note {
  return {
    file: 'acl',
    line,
    message: 'is not kept: it is for clients without a user name, and there are none any more',
  };
}

function crlNote({ broker }: ImportTarget): Note {
  const message = `is taken over as it is; put the certificate of its CA into ConfigMap ${broker}-ca under ca.crt`;
  return { file: 'crl', message };
}

const widePatterns: Note = {
  file: 'acl',
  message: 'no pattern is kept, for a deny among them is not: everybody would have what it takes away',
};

interface ReadUser {
  readonly user: User;
  readonly notes: readonly Note[];
  readonly isWide: boolean;
}

function readUser(identity: string, name: string, acl: ForeignAcl): ReadUser {
  const lines = acl.users.get(identity) ?? [];
  const { rights, notes, isWide } = userRights(identity, lines);
  const leftOut: Note = {
    file: 'acl',
    message: `user ${identity} is left out, for a deny is not kept: it would have more than now`,
  };
  return {
    user: { identity, name, rights },
    notes: isWide ? [...notes, leftOut] : [...notes, ...narrowedBy(identity, lines, acl.patterns)],
    isWide,
  };
}

interface SharedTemplate {
  readonly name: string;
  readonly rights: WrittenRights;
}

/** One template for all users with the same rights, in the order of their first user. */
function sharedTemplates(users: readonly User[]): ReadonlyMap<string, SharedTemplate> {
  const found = new Map<string, SharedTemplate>();
  for (const { rights } of users) {
    const key = rightsKey(rights);
    if (rights && !found.has(key)) found.set(key, { name: `rights-${found.size + 1}`, rights });
  }
  return found;
}

function rightsKey(rights: WrittenRights | undefined): string {
  return JSON.stringify(rights && { ...rights, rules: rights.rules.map((rule) => JSON.stringify(rule)).sort() });
}

/** As many templates as the rules need. */
function templates(
  name: string,
  { rules, ...limits }: WrittenRights,
  { namespace }: ImportTarget,
): readonly Manifest[] {
  return chunked(rules).map((some, index) => ({
    ...{ apiVersion, kind: 'AclTemplate', metadata: { namespace, name: templateName(name, index) } },
    spec: { role: limits.role, ...(limits.allowControl && { allowControl: true }), rules: some },
  }));
}

function templateName(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}

function chunked(rules: readonly WrittenRule[]): readonly (readonly WrittenRule[])[] {
  return Array.from({ length: Math.ceil(rules.length / mostRules) }, (_, at) =>
    rules.slice(at * mostRules, (at + 1) * mostRules),
  );
}

function device(
  { identity, name, rights }: User,
  shared: ReadonlyMap<string, SharedTemplate>,
  { hashes }: ForeignPasswords,
  { namespace, broker }: ImportTarget,
): Manifest {
  const template = shared.get(rightsKey(rights));
  const refs = template
    ? chunked(template.rights.rules).map((_, index) => ({ name: templateName(template.name, index) }))
    : [];
  const hash = hashes.get(identity);
  const password = hash === undefined ? { generate: {} } : { hash };
  return {
    ...{ apiVersion, kind: 'MqttDevice', metadata: { namespace, name } },
    spec: {
      brokerRef: { name: broker },
      ...(identity !== name && { identity }),
      ...(refs.length > 0 && { templateRefs: refs }),
      authentication: hashes.has(identity)
        ? { type: 'Password', password }
        : { type: 'Certificate', certificate: { template: {} } },
    },
  };
}

function crlMap(crl: string, { namespace, broker }: ImportTarget): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: `${broker}-crl` },
    data: { 'crl.pem': crl },
  };
}

interface Serving {
  readonly defaults: readonly Manifest[];
  readonly devices: readonly Manifest[];
  readonly hasCrl: boolean;
}

/** With a listener for each way to authenticate; issuers are to be named by who knows them. */
function brokerManifest({ namespace, broker }: ImportTarget, { defaults, devices, hasCrl }: Serving): Manifest {
  const types = new Set(devices.map(({ spec }) => (spec as { authentication: { type: string } }).authentication.type));
  const isCertificate = types.has('Certificate') || hasCrl;
  const external = {
    name: 'existing',
    caRef: { kind: 'ConfigMap', name: `${broker}-ca`, key: 'ca.crt' },
    revocation: { type: 'ExternalCrl', crlRef: { kind: 'ConfigMap', name: `${broker}-crl`, key: 'crl.pem' } },
  };
  return {
    ...{ apiVersion, kind: 'MqttBroker', metadata: { namespace, name: broker } },
    spec: {
      mosquitto: { version: '2.0' },
      listeners: [
        ...(isCertificate ? [{ name: 'certificates', port: 8883, authentication: 'Certificate' }] : []),
        ...(types.has('Password') || !isCertificate
          ? [{ name: 'passwords', port: 8884, authentication: 'Password' }]
          : []),
      ],
      tls: { serverCertificate: { issuerRef: { name: 'servers' } } },
      ...(isCertificate && {
        clientCertificates: { issuerRef: { name: 'devices' }, ...(hasCrl && { trustedCas: [external] }) },
      }),
      ...(defaults.length > 0 && {
        acl: { defaultTemplateRefs: defaults.map(({ metadata: { name } }) => ({ name })) },
      }),
    },
  };
}
