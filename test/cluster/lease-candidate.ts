/**
 * One candidate of an election, as a process of its own: campaigns, and while it leads writes as fast as it is answered,
 * through a fenced client and without preconditions. Each write names the epoch in the name of its object. Tells what
 * happens as JSON lines.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeClient } from '../../src/kube/client.ts';
import { fencedClient } from '../../src/kube/fence.ts';
import { acquiredTerm, LostLeadership, type Term } from '../../src/kube/lease.ts';
import type { ResourceType } from '../../src/kube/object.ts';
import { realClock as clock, realRandom as random, testClient } from './client.ts';

const [server = '', namespace = '', name = ''] = process.argv.slice(2);
const writers = 8;
const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

function tell(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Goes on until the term ends; what a write says beside that does not matter here. */
async function writeOn(client: KubeClient, { epoch, lost }: Term, writer: number): Promise<void> {
  for (let count = 0; !lost.aborted; count += 1) {
    const metadata = { namespace, name: `epoch-${epoch}-writer-${writer}` };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { count: `${count}` } };
    try {
      await client.apply(configMaps, object, { fieldManager: name, force: true });
    } catch (error) {
      if (error instanceof LostLeadership) return;
    }
    await delay(2);
  }
}

const { client } = testClient({ server }, { userAgent: name });

for (;;) {
  const term = await acquiredTerm(
    {
      ...{ client, namespace, name: 'leader', identity: `${name}-${randomUUID()}`, clock, random },
      monotonic: () => performance.now(),
      durations: { leaseSeconds: 2, renewDeadlineSeconds: 1.5, retrySeconds: 0.25 },
    },
    new AbortController().signal,
  );
  tell({ event: 'Acquired', epoch: term.epoch });
  const fenced = fencedClient(client, term);
  await Promise.all(Array.from({ length: writers }, (_, writer) => writeOn(fenced, term, writer)));
  tell({ event: 'Lost', epoch: term.epoch });
}
