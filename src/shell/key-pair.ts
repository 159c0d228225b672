/** A certificate and its key in a directory, as a mounted Secret of type kubernetes.io/tls has them. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface KeyPairFiles {
  /** Errors: files that cannot be read or are no pair. */
  current(): Promise<KeyPair>;
  /** Calls back with each other pair that is found there later; one without use is told to `onProblem`. Ends by what it gives. */
  follow(onPair: (pair: KeyPair) => void): () => void;
}

/** The kubelet brings a new Secret to its pods within about a minute. */
const lookMilliseconds = 10_000;

export interface KeyPairOptions {
  readonly directory: string;
  readonly onProblem: (error: unknown) => void;
  readonly lookMilliseconds?: number;
}

export function keyPairIn(options: KeyPairOptions): KeyPairFiles {
  const { directory, onProblem } = options;
  let served: KeyPair | undefined;
  async function current(): Promise<KeyPair> {
    served = await readKeyPair(directory);
    return served;
  }
  return {
    current,
    follow(onPair) {
      const look = async () => {
        const former = served;
        const pair = await current();
        if (pair.cert !== former?.cert || pair.key !== former.key) onPair(pair);
      };
      const timer = setInterval(() => void look().catch(onProblem), options.lookMilliseconds ?? lookMilliseconds);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

async function readKeyPair(directory: string): Promise<KeyPair> {
  try {
    const [cert, key] = await Promise.all(
      ['tls.crt', 'tls.key'].map((name) => readFile(path.join(directory, name), 'utf8')),
    );
    if (cert === undefined || key === undefined || !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new Error('tls.key is not the key of tls.crt');
    }
    return { cert, key };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`read key pair ${directory}: ${reason}`, { cause });
  }
}
