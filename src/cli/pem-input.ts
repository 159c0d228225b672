import { createPrivateKey, X509Certificate } from 'node:crypto';
import { textOf } from '../local/files.ts';
import type { KeyPair } from '../verify/world.ts';

/** The text of a file that must be there. */
export async function fileText(file: string): Promise<string> {
  const text = await textOf(file);
  if (text === undefined) throw new Error(`read ${file}: it is not there`);
  return text;
}

/** The text of a file with a certificate at least; fails, naming the file, where there is none. */
export async function certificateText(file: string): Promise<string> {
  const text = await fileText(file);
  certificateIn(text, file);
  return text;
}

/** A certificate and its key, as two files hold them; fails, naming the file, where they are none, or not of each other. */
export async function keyPairIn(certificateFile: string, keyFile: string): Promise<KeyPair> {
  const [certificate, key] = await Promise.all([fileText(certificateFile), fileText(keyFile)]);
  if (certificateIn(certificate, certificateFile).checkPrivateKey(privateKeyIn(key, keyFile)))
    return { certificate, key };
  throw new Error(`read ${keyFile}: it is not the key of ${certificateFile}`);
}

function certificateIn(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error(`read ${file}: it holds no certificate in PEM`);
  }
}

function privateKeyIn(pem: string, file: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error(`read ${file}: it holds no private key in PEM, or one that is encrypted`);
  }
}
