import assert from 'node:assert/strict';
import { highestLimits, limitProblem, type RuleLimits } from '../../../src/domain/acl/limits.ts';
import type { Role, Rule } from '../../../src/domain/acl/rule.ts';
import { allow, deny } from '../../fixtures.ts';

const limits: Readonly<Record<Role | 'Control', RuleLimits>> = {
  Device: { role: 'Device', allowControl: false },
  Backend: { role: 'Backend', allowControl: false },
  Admin: { role: 'Admin', allowControl: false },
  Control: { role: 'Admin', allowControl: true },
};

describe('role limits', () => {
  const both = ['Publish', 'Subscribe'] as const;
  const rows: [who: keyof typeof limits, rule: Rule, problem?: RegExp][] = [
    ['Device', allow('Publish', 'sensors/{device}/temperature')],
    ['Device', allow('Publish', 'sensors/{device}/#')],
    ['Device', allow('Publish', '{device}/+/x')],
    ['Device', allow('Publish', 'halls/{group}/alerts')],
    ['Device', allow('Publish', 'sensors/+/{device}'), /Write sensors\/{device}\/{device}/],
    ['Device', allow('Publish', 'sensors/+/temperature'), /Write sensors\/{device}\/temperature/],
    ['Device', allow('Publish', 'sensors/#'), /Write sensors\/{device}\/#/],
    ['Device', allow('Publish', '#'), /Write {device}\/#/],
    ['Device', allow('Publish', 'halls/{group}/#'), /Write halls\/{group}\/{device}\/#/],
    ['Device', allow('Publish', 'sites/{param.site}/x'), /Write sites\/{param.site}\/x\/{device}/],
    ['Device', allow('Publish', 'broadcast'), /Write broadcast\/{device}/],
    ['Device', allow('Publish', '{namespace}/all'), /Write {namespace}\/all\/{device}/],
    ['Device', allow(both, 'halls/+/x'), /Write halls\/{device}\/x/],
    ['Device', allow('Subscribe', 'broadcast/#')],
    ['Device', allow('Subscribe', '{group}/#')],
    ['Device', allow('Subscribe', '{param.site}/+/x')],
    ['Device', allow('Subscribe', 'broadcast')],
    ['Device', allow('Subscribe', '#'), /Write {device}\/#/],
    ['Device', allow('Subscribe', '+/broadcast'), /Write {device}\/broadcast/],
    ['Device', allow('Subscribe', '$SYS/broker/uptime'), /does not begin with \$/],
    ['Device', allow('Publish', '$x/{device}'), /does not begin with \$/],
    ['Backend', allow(both, 'sensors/#')],
    ['Backend', allow(both, '+/temperature')],
    ['Backend', allow('Subscribe', '$SYS/#')],
    ['Backend', allow('Publish', '$SYS/#'), /only the action Subscribe/],
    ['Backend', allow('Publish', '$x/y'), /only the action Subscribe/],
    ['Backend', allow('Subscribe', '#'), /every topic there is/],
    ['Backend', allow('Subscribe', '+/#'), /every topic there is/],
    ['Backend', allow('Subscribe', '$CONTROL/#'), /allowControl/],
    ['Admin', allow(both, '#')],
    ['Admin', allow('Subscribe', '$SYS/#')],
    ['Admin', allow('Publish', '$SYS/#'), /only the action Subscribe/],
    ['Admin', allow('Publish', '$CONTROL/dynamic-security/v1'), /allowControl/],
    ['Control', allow(both, '$CONTROL/#')],
    ['Control', allow('Subscribe', '$mqttsec/#'), /begin with \$mqttsec/],
    ['Control', allow('Subscribe', '$share/group/a'), /Write the filter alone/],
    ['Device', deny('#')],
    ['Device', deny('$SYS/#')],
    ['Device', deny('$CONTROL/#')],
    ['Device', deny('$mqttsec/{device}/certificate'), /begin with \$mqttsec/],
    ['Device', deny('$share/group/a'), /Write the filter alone/],
  ];
  for (const [who, rule, problem] of rows) {
    const what = `${who}: ${[rule.effect, ...rule.actions].join(' ')} ${rule.topic}`;
    it(`${problem ? 'refuse' : 'allow'} ${what}`, () => {
      const found = limitProblem(rule, limits[who]);
      if (problem) assert.match(found ?? 'no problem', problem);
      else assert.equal(found, undefined);
    });
  }

  it('what they say to write instead is within them', () => {
    for (const [who, rule] of rows) {
      const instead = /Write (\S+{device}\S*)$/.exec(limitProblem(rule, limits[who]) ?? '')?.[1];
      if (instead !== undefined) assert.equal(limitProblem(allow(rule.actions, instead), limits[who]), undefined);
    }
  });

  it('are those of the highest role that somebody has', () => {
    assert.deepEqual(highestLimits([]), limits.Device);
    assert.deepEqual(highestLimits([limits.Backend, limits.Device]), limits.Backend);
    assert.deepEqual(highestLimits([limits.Control, limits.Backend]), limits.Control);
  });
});
