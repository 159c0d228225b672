import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileBroker, type CompileInput } from '../../../src/domain/bundle/compile.ts';
import { joinParts } from '../../../src/domain/bundle/chunks.ts';
import { type Holder, keptIdentities } from '../../../src/domain/bundle/kept.ts';
import type { Broker, Device, Fleet } from '../../../src/domain/fleet.ts';
import { keyOf, withDevice } from '../../../src/domain/fleet.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import { aBroker, aDevice, aFleet, allow, aTemplate, deny } from '../../fixtures.ts';
import { aCertificate, anInput, certificatesOf, contentOf, hour, start } from './compile-fixtures.ts';

type Layout = Broker['acl']['layout'];

const rules = [allow('Publish', 'sensors/{device}/#'), allow('Subscribe', 'news/+')];

/** Two devices with one template; each has rules of its own. */
function fleetFor(layout: Layout, own: readonly Device[] = devices()): Fleet {
  const broker = aBroker({ acl: { layout, defaultTemplates: [] } });
  return aFleet({ brokers: [broker], templates: [aTemplate({ rules })], devices: own });
}

function devices(): readonly Device[] {
  return ['sensor-1', 'sensor-2'].map((name) =>
    aDevice(name, {
      rules: [allow('Publish', `own/{device}/${name}`, { expiresAt: hour(2) }), deny('own/{device}/secret')],
      ...(name === 'sensor-1' && { expiresAt: hour(12) }),
    }),
  );
}

function inputFor(fleet: Fleet, more: Partial<CompileInput> = {}): CompileInput {
  return anInput({ fleet, certificates: certificatesOf(aCertificate('sensor-1'), aCertificate('sensor-2')), ...more });
}

function holderOf(device: Device): Holder {
  const { origin, identity } = device;
  return { identity, ref: origin, device: keyOf(device), uid: origin.uid, basis: device };
}

function keptIn(fleet: Fleet, holders: readonly Device[]): NonNullable<CompileInput['kept']> {
  const texts = joinParts(contentOf(compileBroker(inputFor(fleet), start)));
  const kept = keptIdentities(texts, holders.map(holderOf));
  assert.ok(kept.ok);
  return ShardedMap.from(kept.value);
}

/** The template of the fleet reaches too far now, and nobody remembers another one. */
function mistaken(fleet: Fleet): Fleet {
  return { ...fleet, templates: aFleet({ templates: [aTemplate({ rules: [allow('Publish', '#')] })] }).templates };
}

for (const layout of ['PerIdentity', 'Patterns'] as const) {
  describe(`rights that are kept, in layout ${layout}`, () => {
    it('are those that are published, to the byte', () => {
      const fleet = fleetFor(layout);
      const kept = keptIn(fleet, devices());
      const before = joinParts(contentOf(compileBroker(inputFor(fleet), start)));
      const after = joinParts(contentOf(compileBroker(inputFor(mistaken(fleet), { kept }), start)));
      assert.equal(after.acl, before.acl);
      assert.equal(after.passwords, before.passwords);
      if (layout === 'PerIdentity') assert.equal(after.identities, before.identities);
    });

    it('end when they would have', () => {
      const fleet = fleetFor(layout);
      const kept = keptIn(fleet, devices());
      const { acl } = joinParts(contentOf(compileBroker(inputFor(mistaken(fleet), { kept }), hour(3))));
      assert.doesNotMatch(acl, /own\/sensor-1\/sensor-1/);
      const later = joinParts(contentOf(compileBroker(inputFor(mistaken(fleet), { kept }), hour(13))));
      assert.doesNotMatch(later.identities, /sensor-1/);
    });

    it('are not lent to another object, nor used where a right is withheld', () => {
      const fleet = fleetFor(layout);
      const [first, second] = devices();
      assert.ok(first && second);
      const kept = keptIn(fleet, [first]);
      const other = { ...first, origin: { ...first.origin, uid: 'another' } };
      const { statuses } = compileBroker(inputFor(withDevice(mistaken(fleet), other, first), { kept }), start);
      assert.deepEqual([statuses.get('sensor-1')?.state, statuses.get('sensor-1')?.mistaken], ['Refused', 'Wanting']);
      const away = aBroker({ acl: { layout, defaultTemplates: [] }, listeners: [] });
      const withheld = { ...mistaken(fleet), brokers: aFleet({ brokers: [away] }).brokers };
      const status = compileBroker(inputFor(withheld, { kept }), start).statuses.get('sensor-1');
      assert.deepEqual([status?.state, status?.mistaken], ['Refused', undefined]);
    });
  });
}

describe('rights that are kept of a device that says something else now', () => {
  const topics = ['own/{device}/a', 'own/{device}/b', 'sensors/{device}/#', 'other/{device}'];
  const someRules = fc
    .uniqueArray(fc.constantFrom(...topics))
    .map((some) => some.map((topic) => allow('Publish', topic)));

  it('are never more than what is published, nor more than what it asks for', () => {
    fc.assert(
      fc.property(someRules, someRules, (before, after) => {
        const [device, edited] = [aDevice('sensor-1', { rules: before }), aDevice('sensor-1', { rules: after })];
        const fleet = fleetFor('PerIdentity', [device]);
        const kept = keptIn(fleet, [device]);
        const now = withDevice(mistaken(fleet), edited, device);
        const published = linesIn(fleet, {});
        const lines = linesIn(now, { kept });
        for (const line of lines) assert.ok(published.has(line), line);
        const isEdited = JSON.stringify(before) !== JSON.stringify(after);
        const asked = linesIn(fleetFor('PerIdentity', [{ ...edited, templates: [] }]), {});
        if (isEdited) for (const line of lines) assert.ok(asked.has(line), line);
      }),
    );
  });

  function linesIn(fleet: Fleet, more: Partial<CompileInput>): ReadonlySet<string> {
    const { acl } = joinParts(contentOf(compileBroker(inputFor(fleet, more), start)));
    return new Set(acl.split('\n').filter((line) => line.startsWith('topic ')));
  }
});
