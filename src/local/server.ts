import { X509Certificate } from 'node:crypto';
import path from 'node:path';
import { type Bundle } from '../domain/bundle/content.ts';
import { type Finding } from '../domain/finding.ts';
import { type Broker } from '../domain/fleet.ts';
import { keyPairProblem } from '../domain/pki/x509.ts';
import { issueServerCertificate, type Authority } from './authority.ts';
import { replaceFile, textOf } from './files.ts';
import { type Chance } from './store.ts';
import { standIn, type Values } from './trust.ts';

type KeyPair = NonNullable<Bundle['server']>;

/** Names under which a local broker is called, beside those of its manifest. */
const localNames = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '::1'] } as const;

const daySeconds = 86_400;
const lifetimeSeconds = 90 * daySeconds;
const renewBeforeSeconds = 30 * daySeconds;

/** Key and certificate lie in one file, so that both change in one step. */
function serverFile(directory: string): string {
  return path.join(directory, 'tls.pem');
}

/** The key pair as it lies in the state directory. */
export async function storedKeyPair(directory: string): Promise<KeyPair | undefined> {
  const text = await textOf(serverFile(directory));
  const keyEnd = text?.indexOf('-----BEGIN CERTIFICATE-----') ?? -1;
  return text === undefined || keyEnd < 0 ? undefined : { key: text.slice(0, keyEnd), certificate: text.slice(keyEnd) };
}

export interface ServerCertificate {
  readonly findings: readonly Finding[];
  /** When the key pair is to be made anew; undefined for one of the manifests. */
  readonly renewAt: Date | undefined;
}

/** Puts the broker's key pair in place: that of the Secret that the manifest names, where it is given, or one of the built-in CA. */
export async function keepServerKeyPair(
  directory: string,
  broker: Broker,
  values: Values,
  authority: Authority,
  chance: Chance,
): Promise<ServerCertificate> {
  const stored = await storedKeyPair(directory);
  const { server } = broker.tls;
  const given = server.kind === 'Secret' ? givenKeyPair(values, broker.origin.namespace, server.name) : undefined;
  const problem = given && keyPairProblem(given.certificate, given.key, chance.now);
  if (given && problem === undefined) {
    await keepKeyPair(directory, given, stored);
    return { findings: [], renewAt: undefined };
  }
  const present = stored && ownCertificate(stored, broker, authority, chance.now);
  const certificate = present ?? (await renewed(directory, broker, authority, chance));
  const what = server.kind === 'Secret' ? `Secret ${server.name}` : `${server.issuer.kind} ${server.issuer.name}`;
  return {
    findings: [problem === undefined ? standIn(broker, 'spec.tls.serverCertificate', what) : unusable(broker, problem)],
    renewAt: renewalOf(certificate),
  };
}

function unusable(broker: Broker, problem: string): Finding {
  const path = 'spec.tls.serverCertificate';
  return {
    code: 'MQS083',
    severity: 'Error',
    path,
    message: `${problem}: the built-in CA stands in`,
    object: broker.origin,
  };
}

function givenKeyPair(values: Values, namespace: string, name: string): KeyPair | undefined {
  const certificate = values.get(`Secret/${namespace}/${name}/tls.crt`);
  const key = values.get(`Secret/${namespace}/${name}/tls.key`);
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

async function renewed(directory: string, broker: Broker, authority: Authority, chance: Chance) {
  const made = await issueServerCertificate(authority, {
    ...namesOf(broker),
    durationSeconds: lifetimeSeconds,
    ...chance,
  });
  await keepKeyPair(directory, { certificate: made.certificatePem, key: made.keyPem }, undefined);
  return new X509Certificate(made.certificatePem);
}

async function keepKeyPair(directory: string, pair: KeyPair, stored: KeyPair | undefined): Promise<void> {
  const text = `${pair.key.trim()}\n${pair.certificate.trim()}\n`;
  if (stored && `${stored.key.trim()}\n${stored.certificate.trim()}\n` === text) return;
  await replaceFile(serverFile(directory), text);
}

function namesOf({ tls: { server } }: Broker): { readonly dnsNames: string[]; readonly ipAddresses: string[] } {
  const { dnsNames, ipAddresses } = server.kind === 'Issuer' ? server : { dnsNames: [], ipAddresses: [] };
  return {
    dnsNames: [...new Set([...localNames.dnsNames, ...dnsNames])],
    ipAddresses: [...new Set([...localNames.ipAddresses, ...ipAddresses])],
  };
}

/** The stored certificate, if the built-in CA made it for all these names and it is not due for renewal. */
function ownCertificate(stored: KeyPair, broker: Broker, authority: Authority, now: Date): X509Certificate | undefined {
  if (keyPairProblem(stored.certificate, stored.key, now) !== undefined) return undefined;
  const certificate = new X509Certificate(stored.certificate);
  const { dnsNames, ipAddresses } = namesOf(broker);
  const isComplete =
    dnsNames.every((name) => certificate.checkHost(name.replace(/^\*/, 'any')) !== undefined) &&
    ipAddresses.every((address) => certificate.checkIP(address) !== undefined);
  const isOwn = certificate.verify(authority.issuer.publicKey);
  return isOwn && isComplete && renewalOf(certificate) > now ? certificate : undefined;
}

function renewalOf(certificate: X509Certificate): Date {
  return new Date(certificate.validToDate.getTime() - renewBeforeSeconds * 1000);
}
