/** What was recorded about an object lately, as `kubectl describe` shows it. */
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';
import { listed } from './listing.ts';
import { attempted } from './problems.ts';

export interface EventFact {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  /** RFC 3339; the last time where it happened again and again. */
  readonly at: string;
}

interface EventObject extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly eventTime?: string | null;
  readonly lastTimestamp?: string | null;
  readonly series?: { readonly lastObservedTime?: string } | null;
}

const events: ResourceType<EventObject> = {
  group: '',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

const shownEvents = 5;

/** The last events about an object, the latest last; none where the reader may not see them. */
export async function lastEvents(client: KubeClient, { metadata }: KubeObject): Promise<readonly EventFact[]> {
  const { namespace = '', uid } = metadata;
  if (uid === undefined) return [];
  const selection = { namespace, fieldSelector: `involvedObject.uid=${uid}` };
  const found = await attempted(listed(client, events, selection, eventFact));
  if (!found.ok) return [];
  return found.value.toSorted((a, b) => (a.at < b.at ? -1 : 1)).slice(-shownEvents);
}

function eventFact({ type, reason, message, eventTime, lastTimestamp, series, metadata }: EventObject): EventFact {
  const at = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
  return { type: type ?? 'Normal', reason: reason ?? '', note: message ?? '', at };
}
