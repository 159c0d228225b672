import assert from 'node:assert/strict';
import type { Rule } from '../../src/domain/acl/rule.ts';
import { fleetFindings, isMistake, resolveDevice } from '../../src/domain/resolve.ts';
import type { Template } from '../../src/domain/fleet.ts';
import { aBroker, aDevice, aFleet, allow, aTemplate, aTemplateUse, deny } from '../fixtures.ts';

const monitoring = { aclViolations: 'Disabled', observe: 'Disabled', alertTopic: 'admin/alerts' } as const;

function fleetOf(role: Template['role'], rules: readonly Rule[], broker = aBroker({ monitoring })) {
  const template = aTemplate({ role, rules });
  const device = aDevice('hub', { templates: [aTemplateUse(template.origin.name)] });
  return { fleet: aFleet({ brokers: [broker], templates: [template], devices: [device] }), device };
}

describe('who could forge alerts', () => {
  const cases: readonly (readonly [what: string, role: Template['role'], rules: readonly Rule[], code: string])[] = [
    ['a backend with a rule for the topic', 'Backend', [allow('Publish', 'admin/alerts')], 'MQS055'],
    ['a backend with a wildcard over it', 'Backend', [allow(['Publish', 'Subscribe'], 'admin/#')], 'MQS055'],
    ['a backend that may read it not', 'Backend', [allow('Subscribe', 'admin/#')], ''],
    ['a backend to whom it is denied not', 'Backend', [allow('Publish', 'admin/#'), deny('admin/alerts')], ''],
    ['a backend that writes beside it not', 'Backend', [allow('Publish', 'admin/alerts/x')], ''],
    ['a device without a rule over it not', 'Device', [allow('Publish', 'dev/{device}')], ''],
    ['an administrator, who is warned of only', 'Admin', [allow('Publish', '#')], 'MQS056'],
  ];
  for (const [what, role, rules, code] of cases) {
    it(what, () => {
      const { fleet, device } = fleetOf(role, rules);
      assert.deepEqual(
        fleetFindings(fleet).map((finding) => finding.code),
        code === '' ? [] : [code],
      );
      assert.equal(resolveDevice(fleet, device).ok, code !== 'MQS055');
    });
  }

  it('nobody where no alerts are published', () => {
    const { fleet } = fleetOf('Backend', [allow('Publish', 'admin/#')], aBroker());
    assert.deepEqual(fleetFindings(fleet), []);
  });

  it('keeps what rights it had: a topic for alerts takes nothing from a fleet that runs', () => {
    const { fleet } = fleetOf('Backend', [allow('Publish', 'admin/#')]);
    assert.deepEqual(fleetFindings(fleet).map(isMistake), [true]);
  });
});
