import { X509Certificate } from 'node:crypto';
import type { Conf, NetworkListener } from '../domain/broker/conf.ts';
import type { Attempt, Overlay } from './overlay.ts';
import type { ListenerProbe } from './prove-listener.ts';
import type { ProofPlan } from './prove.ts';

/** What has to be shown of a set with this configuration. `serverCertificate` is the PEM that its TLS listeners get. */
export function proofPlan(
  conf: Conf,
  overlay: Overlay,
  attempt: Attempt,
  serverCertificate: string | undefined,
): ProofPlan {
  const { username, password, socketPath } = overlay;
  return {
    local: { endpoint: { kind: 'Unix', path: socketPath }, login: { clientId: username, username, password } },
    nonceTopic: attempt.nonceTopic,
    forbiddenTopic: attempt.forbiddenTopic,
    listeners: conf.listeners
      .filter((listener) => listener.kind === 'Network')
      .map((listener) => listenerProbe(listener, overlay, attempt)),
    ...(serverCertificate !== undefined && { serverCertificate: new X509Certificate(serverCertificate).raw }),
  };
}

/** Without a CRL nothing can be taken back, and a certificate of a foreign CA is the one that must not enter. */
function listenerProbe(listener: NetworkListener, overlay: Overlay, attempt: Attempt): ListenerProbe {
  const { name, port, protocol, tls } = listener;
  const endpoint = {
    kind: 'Network',
    host: loopbackOf(listener.bindAddress),
    port,
    webSockets: protocol === 'WebSockets',
    ...(tls && { tls: {} }),
  } as const;
  if (listener.authentication === 'Password') {
    const { username } = overlay;
    const wrongLogin = { clientId: username, username, password: attempt.wrongPassword };
    return { name, endpoint, authentication: 'Password', wrongLogin };
  }
  const { admitted, refused } = attempt.turn;
  const hasCrl = listener.tls.crlFile !== undefined;
  return {
    name,
    endpoint,
    authentication: 'Certificate',
    admitted,
    refused: hasCrl ? refused : overlay.canaries.foreign,
  };
}

/** Where a listener is reached from this machine. */
function loopbackOf(bindAddress: string | undefined): string {
  if (bindAddress === undefined || bindAddress === '0.0.0.0') return '127.0.0.1';
  return bindAddress === '::' ? '::1' : bindAddress;
}
