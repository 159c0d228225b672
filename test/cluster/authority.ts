import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const days = '3650';
const newKey = ['-utf8', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** The CA of one control plane. What it certifies is made by openssl, so that no code under test has a part in it. */
export interface TestAuthority {
  readonly certificateFile: string;
  readonly certificate: string;
}

export interface KeyPairFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

async function openssl(args: readonly string[]): Promise<void> {
  await run('openssl', [...args]);
}

export async function createTestAuthority(directory: string): Promise<TestAuthority> {
  const certificateFile = `${directory}/ca.crt`;
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  await openssl([
    ...['req', '-x509', ...newKey, '-days', days, '-subj', '/CN=test control plane', ...usage],
    ...['-keyout', `${directory}/ca.key`, '-out', certificateFile],
  ]);
  return { certificateFile, certificate: await readFile(certificateFile, 'utf8') };
}

/** A new key with a certificate of the CA in `directory`; the extensions are lines such as `extendedKeyUsage=clientAuth`. */
export async function issuedKeyPair(
  directory: string,
  {
    name,
    subject,
    extensions,
  }: { readonly name: string; readonly subject: string; readonly extensions: readonly string[] },
): Promise<KeyPairFiles> {
  const [certificateFile, keyFile] = [`${directory}/${name}.crt`, `${directory}/${name}.key`];
  await openssl([
    ...['req', '-x509', ...newKey, '-days', days, '-CA', `${directory}/ca.crt`, '-CAkey', `${directory}/ca.key`],
    ...['-subj', subject, ...extensions.flatMap((line) => ['-addext', line])],
    ...['-keyout', keyFile, '-out', certificateFile],
  ]);
  const [certificate, key] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { certificateFile, keyFile, certificate, key };
}

/** A client certificate: the API server takes the common name as user and the organizations as groups. */
export function userKeyPair(
  directory: string,
  name: string,
  { user, groups }: { readonly user: string; readonly groups: readonly string[] },
): Promise<KeyPairFiles> {
  const escaped = (text: string) => text.replaceAll(/[\\/+=]/g, String.raw`\$&`);
  const subject = [...groups.map((group) => `/O=${escaped(group)}`), `/CN=${escaped(user)}`].join('');
  return issuedKeyPair(directory, { name, subject, extensions: ['extendedKeyUsage=clientAuth'] });
}
