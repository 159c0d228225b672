/** Certificates of OpenSSL, for chains and keys that the product itself does not make. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type KeyType = 'P-256' | 'RSA 2048' | 'RSA 4096';

/** PEM: a certificate with its chain below the root, and the key. */
interface Credential {
  readonly certificate: string;
  readonly key: string;
}

export interface Fixture {
  readonly root: string;
  readonly server: Credential;
  /** By how many certificates it shows: its own and intermediate ones. */
  readonly device: ReadonlyMap<number, Credential>;
}

const keyArguments: Readonly<Record<KeyType, readonly string[]>> = {
  'P-256': ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'RSA 2048': ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'RSA 4096': ['RSA', '-pkeyopt', 'rsa_keygen_bits:4096'],
};

const authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n';
const serving = 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n';
const visiting = 'extendedKeyUsage=clientAuth\n';

/** All with keys of one type; devices whose certificates were signed by the root, and by CAs below it. */
export function fixture(directory: string, type: KeyType, device: string, chains: readonly number[]): Fixture {
  const prefix = path.join(directory, type.replace(' ', '-'));
  const file = (name: string): string => `${prefix}-${name}`;
  const openssl = (...words: readonly string[]): void => void execFileSync('openssl', words, { stdio: 'ignore' });
  const signed = (name: string, subject: string, extensions: string, issuer?: string): string => {
    openssl('genpkey', '-algorithm', ...keyArguments[type], '-out', file(`${name}.key`));
    openssl('req', '-new', '-key', file(`${name}.key`), '-subj', `/CN=${subject}`, '-out', file(`${name}.csr`));
    writeFileSync(file(`${name}.ext`), extensions);
    const signer = issuer
      ? ['-CA', file(`${issuer}.crt`), '-CAkey', file(`${issuer}.key`), '-CAcreateserial']
      : ['-signkey', file(`${name}.key`)];
    const request = ['-req', '-in', file(`${name}.csr`), '-extfile', file(`${name}.ext`), '-days', '30'];
    openssl('x509', ...request, ...signer, '-out', file(`${name}.crt`));
    return readFileSync(file(`${name}.crt`), 'utf8');
  };
  const keyOf = (name: string): string => readFileSync(file(`${name}.key`), 'utf8');
  const root = signed('root', 'root', authority);
  const serverCertificate = signed('server', 'broker', serving, 'root');
  const devices = new Map<number, Credential>();
  const issuers = ['root'];
  const below: string[] = [];
  for (let length = 1; length <= Math.max(...chains); length += 1) {
    const name = `device-${length}`;
    const own = signed(name, device, visiting, issuers.at(-1));
    if (chains.includes(length)) devices.set(length, { certificate: [own, ...below].join(''), key: keyOf(name) });
    below.unshift(signed(`intermediate-${length}`, `intermediate ${length}`, authority, issuers.at(-1)));
    issuers.push(`intermediate-${length}`);
  }
  return { root, server: { certificate: serverCertificate, key: keyOf('server') }, device: devices };
}
