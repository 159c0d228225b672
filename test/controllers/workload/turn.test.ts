import assert from 'node:assert/strict';
import type { PodObject } from '../../../src/api/kinds.ts';
import { rolledSet, rollHeldUntil } from '../../../src/controllers/workload/turn.ts';
import type { ManagedWorkload } from '../../../src/domain/fleet.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { aBroker } from '../../fixtures.ts';

const workload: ManagedWorkload = {
  ...{ kind: 'Managed', imagePullSecrets: [], replicas: 3, acknowledgeNoClustering: true },
  ...{ resources: { requests: new Map(), limits: new Map() }, nodeSelector: new Map(), service: { type: 'ClusterIP' } },
};
const rolled = aBroker({ workload, update: { strategy: 'Roll', windowMilliseconds: 100 } });
const set = { name: 'main', start: 0, replicas: 3 };
const now = new Date('2026-01-01T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();

type State = 'ready' | 'starting' | 'going' | 'absent';

/** Pods main-0, main-1 and so on, or from another number on; all that is said of them happened so many minutes ago. */
function podsIn(states: readonly State[], minutes = 1, start = 0): readonly PodObject[] {
  return states.flatMap((state, index) => {
    if (state === 'absent') return [];
    const lastTransitionTime = minutesAgo(minutes);
    return {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: {
        ...{ name: `main-${start + index}`, namespace: 'plant', creationTimestamp: minutesAgo(minutes + 1) },
        ...(state === 'going' && { deletionTimestamp: minutesAgo(minutes) }),
      },
      status: { conditions: [{ type: 'Ready', status: state === 'starting' ? 'False' : 'True', lastTransitionTime }] },
    };
  });
}

const minutesHeld = (states: readonly State[], minutes = 1) => {
  const until = rollHeldUntil(set, podsIn(states, minutes), now);
  return until && (until.getTime() - now.getTime()) / 60_000;
};

describe('turns of pods that are rolled', () => {
  const rows: readonly (readonly [why: string, states: readonly State[], held: boolean])[] = [
    ['all of them serve', ['ready', 'ready', 'ready'], false],
    ['there are none yet', ['absent', 'absent', 'absent'], false],
    ['none serves yet', ['starting', 'starting', 'starting'], false],
    ['the one that would be first does not serve', ['ready', 'ready', 'starting'], false],
    ['the one that would be first goes', ['starting', 'ready', 'going'], false],
    ['another starts', ['ready', 'starting', 'ready'], true],
    ['another goes', ['going', 'ready', 'ready'], true],
    ['another was taken and is not back', ['absent', 'ready', 'ready'], true],
  ];
  for (const [why, states, held] of rows) {
    it(`${held ? 'wait' : 'do not wait'} where ${why}`, () => {
      assert.equal(minutesHeld(states), held ? 4 : undefined);
    });
  }

  it('wait for five minutes and no longer, or what was taken back would never be', () => {
    assert.equal(minutesHeld(['starting', 'ready', 'ready'], 4), 1);
    assert.equal(minutesHeld(['starting', 'ready', 'ready'], 5), undefined);
    assert.equal(minutesHeld(['absent', 'ready', 'ready'], 5), undefined);
  });

  it('are those of the pods that there are, where these count from another number on', () => {
    const fromFive = { ...set, start: 5 };
    assert.equal(rollHeldUntil(fromFive, podsIn(['ready', 'ready', 'ready'], 1, 5), now), undefined);
    assert.notEqual(rollHeldUntil(fromFive, podsIn(['starting', 'ready', 'ready'], 1, 5), now), undefined);
  });

  const ref = (kind: 'StatefulSet' | 'Deployment') =>
    aBroker({ ...rolled, workload: { kind: 'Ref', workload: kind, name: 'own' } });
  const own = (kind: string, spec: object) =>
    ({ apiVersion: 'apps/v1', kind, metadata: { name: 'own' }, spec }) as KubeObject;
  const reloaded = aBroker({ ...rolled, update: { strategy: 'Reload', windowMilliseconds: 100 } });
  const sets: readonly (readonly [whose: string, ...Parameters<typeof rolledSet>, ReturnType<typeof rolledSet>])[] = [
    ['those of a managed broker', rolled, undefined, set],
    ['nobody’s where it reloads', reloaded, undefined, undefined],
    ['nobody’s without a workload', aBroker({ ...rolled, workload: { kind: 'None' } }), undefined, undefined],
    [
      'those of a StatefulSet of the user',
      ref('StatefulSet'),
      own('StatefulSet', { replicas: 2 }),
      { name: 'own', start: 0, replicas: 2 },
    ],
    [
      'that of one without a number',
      ref('StatefulSet'),
      own('StatefulSet', {}),
      { name: 'own', start: 0, replicas: 1 },
    ],
    [
      'those of one that counts from another number on',
      ref('StatefulSet'),
      own('StatefulSet', { replicas: 2, ordinals: { start: 5 } }),
      { name: 'own', start: 5, replicas: 2 },
    ],
    ['nobody’s while it is missing', ref('StatefulSet'), 'Missing', undefined],
    ['those of a Deployment, which knows itself', ref('Deployment'), own('Deployment', { replicas: 2 }), undefined],
  ];
  for (const [whose, broker, referred, expected] of sets) {
    it(`are ${whose}`, () => {
      assert.deepEqual(rolledSet(broker, referred), expected);
    });
  }
});
