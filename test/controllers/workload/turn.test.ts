import assert from 'node:assert/strict';
import type { PodObject } from '../../../src/api/kinds.ts';
import { rollHeldUntil } from '../../../src/controllers/workload/turn.ts';
import type { ManagedWorkload } from '../../../src/domain/fleet.ts';
import { aBroker } from '../../fixtures.ts';

const workload: ManagedWorkload = {
  ...{ kind: 'Managed', imagePullSecrets: [], replicas: 3, acknowledgeNoClustering: true },
  ...{ resources: { requests: new Map(), limits: new Map() }, nodeSelector: new Map(), service: { type: 'ClusterIP' } },
};
const rolled = aBroker({ workload, update: { strategy: 'Roll', windowMilliseconds: 100 } });
const now = new Date('2026-01-01T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();

type State = 'ready' | 'starting' | 'going' | 'absent';

/** Pods main-0, main-1 and so on; all that is said of them happened so many minutes ago. */
function podsIn(states: readonly State[], minutes = 1): readonly PodObject[] {
  return states.flatMap((state, ordinal) => {
    if (state === 'absent') return [];
    const lastTransitionTime = minutesAgo(minutes);
    return {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: {
        ...{ name: `main-${ordinal}`, namespace: 'plant', creationTimestamp: minutesAgo(minutes + 1) },
        ...(state === 'going' && { deletionTimestamp: minutesAgo(minutes) }),
      },
      status: { conditions: [{ type: 'Ready', status: state === 'starting' ? 'False' : 'True', lastTransitionTime }] },
    };
  });
}

const minutesHeld = (states: readonly State[], minutes = 1, broker = rolled) => {
  const until = rollHeldUntil(broker, podsIn(states, minutes), now);
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

  it('are nobody else’s matter: not of pods that reload, nor of workloads of others', () => {
    const states: readonly State[] = ['starting', 'ready', 'ready'];
    const reloaded = aBroker({ workload, update: { strategy: 'Reload', windowMilliseconds: 100 } });
    assert.equal(minutesHeld(states, 1, reloaded), undefined);
    assert.equal(minutesHeld(states, 1, aBroker({ ...rolled, workload: { kind: 'None' } })), undefined);
  });
});
