/** Our client, and a clock and chance for it. */
import { setTimeout as delay } from 'node:timers/promises';
import { accessFrom } from '../../src/kube/access.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { Clock, Random } from '../../src/kube/ports.ts';
import { kubeClient } from '../../src/kube/rest.ts';
import { transportTo } from '../../src/kube/transport.ts';
import { configFor, type StubAddress } from './address.ts';

export const clock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
};
export const random: Random = { next: () => Math.random() };

export function clientFor(server: StubAddress): KubeClient {
  const access = accessFrom({ load: () => configFor(server), clock, userAgent: 'bench' });
  return kubeClient(transportTo({ access, clock, random }), clock);
}
