import { secrets } from '../../api/kinds.ts';
import type { Bundle } from '../../domain/bundle/content.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { keyParts } from '../../kube/object.ts';
import type { Clock } from '../../kube/ports.ts';

type KeyPair = NonNullable<Bundle['server']>;

export interface KeyPairReader {
  /**
   * The server's key pair; undefined while there was none yet. Once one was read, it stays when the Secret is deleted or
   * cannot be read. Fails when it cannot be read and there is none.
   */
  present(signal: AbortSignal): Promise<KeyPair | undefined>;
  /** When it is to be read again, from now: Secrets are not watched. */
  againMilliseconds(): number;
  /** True while one may still be on its way: a certificate is issued when its broker is made. */
  isAwaited(): boolean;
}

const rereadMilliseconds = 30_000;
/** The first wait for one that is not there yet; it doubles. */
const missingMilliseconds = 1_000;
/** After so long without one it is told to be missing. */
const patienceMilliseconds = 10_000;

export function keyPairReader({
  client,
  broker,
  serverSecret,
  clock,
  onProblem,
}: {
  readonly client: KubeClient;
  readonly broker: ObjectKey;
  readonly serverSecret: string;
  readonly clock: Clock;
  readonly onProblem?: (problem: { readonly what: string; readonly error: unknown }) => void;
}): KeyPairReader {
  let pair: KeyPair | undefined;
  let readAt: number | undefined;
  let wait = missingMilliseconds;
  let firstReadAt: number | undefined;
  const left = (): number => (readAt === undefined ? 0 : Math.max(0, readAt + wait - clock.now().getTime()));
  return {
    againMilliseconds: left,
    isAwaited: () => !pair && clock.now().getTime() - (firstReadAt ?? 0) < patienceMilliseconds,
    async present(signal) {
      if (readAt !== undefined && left() > 0 && left() <= wait) return pair;
      try {
        pair = (await keyPairIn(client, keyParts(broker).namespace, serverSecret, signal)) ?? pair;
      } catch (error) {
        if (!pair) throw error;
        onProblem?.({ what: "read the server's key pair", error });
      }
      if (pair) wait = rereadMilliseconds;
      else if (readAt !== undefined) wait = Math.min(wait * 2, rereadMilliseconds);
      readAt = clock.now().getTime();
      firstReadAt ??= readAt;
      return pair;
    },
  };
}

async function keyPairIn(
  client: KubeClient,
  namespace: string | undefined,
  name: string,
  signal: AbortSignal,
): Promise<KeyPair | undefined> {
  try {
    const { data = {} } = await client.get(secrets, namespace, name, { signal });
    const [certificate, key] = [data['tls.crt'], data['tls.key']].map(
      (value) => value && Buffer.from(value, 'base64').toString(),
    );
    return certificate && key ? { certificate, key } : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
