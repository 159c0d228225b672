import assert from 'node:assert/strict';
import { conditionState, notableConditions } from '../../src/cluster/conditions.ts';
import { targetOf } from '../../src/cluster/targets.ts';

interface Given {
  readonly generation?: number;
  readonly observed?: number;
  readonly conditions?: readonly (readonly [type: string, status: string, generation?: number])[];
}

function object({ generation = 2, observed = 2, conditions = [['Ready', 'True']] }: Given) {
  return {
    ...{ apiVersion: 'v1', kind: 'X', metadata: { name: 'x', generation } },
    status: {
      observedGeneration: observed,
      conditions: conditions.map(([type, status, of]) => ({
        ...{ type, status, reason: 'R', message: '', lastTransitionTime: '' },
        ...(of !== undefined && { observedGeneration: of }),
      })),
    },
  };
}

describe('what a condition is worth', () => {
  const cases: Readonly<Record<string, readonly [given: Given, status: string, message: RegExp]>> = {
    'one of this generation': [{}, 'True', /^$/],
    'one that says no': [{ conditions: [['Ready', 'False']] }, 'False', /^$/],
    'a status that is no word for one': [{ conditions: [['Ready', 'Maybe']] }, 'Unknown', /^$/],
    'a status of a former generation': [{ observed: 1 }, 'Unknown', /about generation 1, the object is at 2/],
    'a condition of a former generation': [{ conditions: [['Ready', 'True', 1]] }, 'Unknown', /about generation 1/],
    'an object that nobody looked at': [{ observed: -1, conditions: [] }, 'Unknown', /has not looked at it yet/],
    'a condition that is not there': [{ conditions: [['Accepted', 'True']] }, 'Unknown', /no condition Ready/],
  };
  for (const [name, [given, status, message]] of Object.entries(cases)) {
    it(`${name}: ${status}`, () => {
      const state = conditionState(object(given), 'Ready');
      assert.equal(state.status, status);
      assert.match(state.message, message);
    });
  }

  it('tells causes rather than the summary, and of what is abnormal only that it is there', () => {
    const types = (conditions: Given['conditions'] = []) =>
      notableConditions(object({ conditions })).map(({ type }) => type);
    assert.deepEqual(
      types([
        ['Ready', 'False'],
        ['Programmed', 'False'],
        ['Accepted', 'True'],
      ]),
      ['Programmed'],
    );
    assert.deepEqual(
      types([
        ['Ready', 'False'],
        ['Stalled', 'True'],
        ['Reconciling', 'False'],
      ]),
      ['Stalled'],
    );
    assert.deepEqual(types([['Ready', 'False']]), ['Ready']);
  });
});

describe('what a word on the command line means', () => {
  const cases = {
    'press-7': { name: 'press-7' },
    'plant/press-7': { namespace: 'plant', name: 'press-7' },
    'mqd/press-7': { kind: 'MqttDevice', name: 'press-7' },
    'mqttbrokers/main': { kind: 'MqttBroker', name: 'main' },
    'MqttBroker/main': { kind: 'MqttBroker', name: 'main' },
    'acltemplate.mqttsecurity.io/a': { kind: 'AclTemplate', name: 'a' },
    'devcert/a': { kind: 'DeviceCertificate', name: 'a' },
    'mqbi/a': { kind: 'BrokerInstance', name: 'a' },
    '__proto__/a': { namespace: '__proto__', name: 'a' },
  };
  for (const [word, target] of Object.entries(cases)) {
    it(word, () => assert.deepEqual(targetOf(word), target));
  }
});
