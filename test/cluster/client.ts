/** The product's own client, as one identity. */
import { setTimeout as delay } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { accessFrom } from '../../src/kube/access.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { Clock, Random } from '../../src/kube/ports.ts';
import { kubeClient } from '../../src/kube/rest.ts';
import { type Transport, transportTo } from '../../src/kube/transport.ts';
import type { Credentials } from './api.ts';

export interface TestClient {
  readonly client: KubeClient;
  readonly transport: Transport;
}

export interface TestClientOptions {
  readonly userAgent: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

export const realClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
};

export const realRandom: Random = { next: () => Math.random() };

/** `credentials` may be no more than the address of a proxy that knows who we are. */
export function testClient(
  credentials: Pick<Credentials, 'server'> & Partial<Credentials>,
  { userAgent, clock = realClock, random = realRandom }: TestClientOptions,
): TestClient {
  const load = () => kubeConfigOf(credentials);
  const transport = transportTo({ access: accessFrom({ load, clock, userAgent }), clock, random });
  return { transport, client: kubeClient(transport, clock) };
}

export function kubeConfigOf({
  server,
  ca,
  certificate,
  key,
  token,
}: Pick<Credentials, 'server'> & Partial<Credentials>): KubeConfig {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'test', server, skipTLSVerify: ca === undefined, ...(ca !== undefined && { caData: base64(ca) }) },
    {
      name: 'test',
      ...(certificate !== undefined && { certData: base64(certificate) }),
      ...(key !== undefined && { keyData: base64(key) }),
      ...(token !== undefined && { token }),
    },
  );
  return config;
}
