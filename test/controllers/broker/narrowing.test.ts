import assert from 'node:assert/strict';
import { compileBroker, type CompileInput } from '../../../src/domain/bundle/compile.ts';
import { type Device, fleetOf } from '../../../src/domain/fleet.ts';
import type { Rule } from '../../../src/domain/acl/rule.ts';
import { isNarrower, type Rights } from '../../../src/controllers/broker/narrowing.ts';
import {
  aRevocation,
  anInput,
  deviceCa,
  deviceCrl,
  hour,
  otherCaKeyId,
  start,
} from '../../domain/bundle/compile-fixtures.ts';
import { aBroker, aDevice, allow, aTemplate, deny } from '../../fixtures.ts';

interface Written {
  readonly devices?: readonly Device[];
  readonly rules?: readonly Rule[];
  readonly input?: Partial<CompileInput>;
}

function rightsOf({ devices = [aDevice()], rules, input }: Written): Rights {
  const templates = [aTemplate(rules && { rules })];
  const whole = anInput({ fleet: fleetOf({ brokers: [aBroker()], templates, devices }), ...input });
  const { cas, crls, revocations, fleet } = whole;
  const { statuses } = compileBroker(whole, start);
  return { fleet, statuses, trust: { cas, crls, revocations, findings: [], nextChangeAt: undefined } };
}

const [publish, subscribe] = [allow('Publish', 'sensors/{device}/#'), allow('Subscribe', 'commands/{device}')];
const many = Array.from({ length: 70 }, (_, index) => aDevice(`sensor-${index}`));
const otherCa = { ...deviceCa, name: 'other', keyId: otherCaKeyId };
const otherCrl = { ...deviceCrl, caKeyId: otherCaKeyId };
const twoCas = { input: { cas: [deviceCa, otherCa], crls: [deviceCrl, otherCrl] } };
const revoked = (...serials: readonly string[]): Written => {
  return { input: { revocations: serials.map((serial) => aRevocation('sensor-1', { serial })) } };
};

describe('a set is narrower', () => {
  const cases: readonly (readonly [name: string, before: Written, after: Written, narrower: boolean])[] = [
    ['not when nothing changed', {}, {}, false],
    ['not with a device more', {}, { devices: [aDevice(), aDevice('sensor-2')] }, false],
    ['with a device less', { devices: [aDevice(), aDevice('sensor-2')] }, {}, true],
    ['with a device suspended', {}, { devices: [aDevice('sensor-1', { suspended: true })] }, true],
    ['not with one back', { devices: [aDevice('sensor-1', { suspended: true })] }, {}, false],
    ['with one revoked', {}, { devices: [aDevice('sensor-1', { revoked: { reason: 'KeyCompromise' } })] }, true],
    ['with one over', {}, { devices: [aDevice('sensor-1', { expiresAt: start })] }, true],
    [
      'with one whose template is missing',
      {},
      { devices: [aDevice('sensor-1', { templates: [{ name: 'x', parameters: new Map() }] })] },
      true,
    ],
    ['with a Deny more', {}, { devices: [aDevice('sensor-1', { rules: [deny('sensors/{device}/raw')] })] }, true],
    ['not with a Deny less', { devices: [aDevice('sensor-1', { rules: [deny('sensors/{device}/raw')] })] }, {}, false],
    ['with an Allow less', {}, { rules: [publish] }, true],
    ['not with an Allow more', { rules: [publish] }, { rules: [publish, subscribe] }, false],
    [
      'with an action less',
      { rules: [allow(['Publish', 'Subscribe'], 'a/{device}')] },
      { rules: [allow('Publish', 'a/{device}')] },
      true,
    ],
    [
      'not with an action more',
      { rules: [allow('Publish', 'a/{device}')] },
      { rules: [allow(['Publish', 'Subscribe'], 'a/{device}')] },
      false,
    ],
    [
      'with a rule that ends',
      {},
      { devices: [aDevice('sensor-1', { rules: [deny('sensors/{device}/x', { expiresAt: hour(1) })] })] },
      true,
    ],
    [
      'when more changed than is worth a comparison',
      { devices: many },
      { devices: many, rules: [publish, subscribe, allow('Publish', 'x/{device}')] },
      true,
    ],
    ['with a CA less', twoCas, {}, true],
    ['not with a CA more', {}, twoCas, false],
    ['with a certificate taken back', revoked('1'), revoked('1', '2'), true],
    ['with another one in its place', revoked('1'), revoked('2'), true],
    ['not with a hold lifted', revoked('1', '2'), revoked('1'), false],
  ];
  for (const [name, before, after, narrower] of cases) {
    it(name, () => assert.equal(isNarrower(rightsOf(before), rightsOf(after)), narrower));
  }
});
