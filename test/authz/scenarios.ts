/** Random fleets with questions about them. */
import fc from 'fast-check';
import { filterText } from '../../src/domain/acl/filter.ts';
import type { Rule } from '../../src/domain/acl/rule.ts';
import type { Action } from '../../src/domain/acl/cani.ts';
import { passwordHash } from '../../src/domain/broker/passwords.ts';
import { type Device, type Fleet, fleetOf, type Template } from '../../src/domain/fleet.ts';
import { resolveDevice } from '../../src/domain/resolve.ts';
import { aBroker, aDevice, allow, aTemplate, aTemplateUse, deny } from '../fixtures.ts';

export const now = new Date('2026-06-01T00:00:00Z');
const [before, after] = [-1000, 1000].map((offset) => new Date(now.getTime() + offset));

export interface Question {
  readonly identity: string;
  readonly action: Action;
  readonly topic: string;
}

export interface Scenario {
  readonly fleet: Fleet;
  readonly questions: readonly Question[];
}

/** What the names of levels are made of. */
interface Names {
  readonly identities: readonly string[];
  readonly levels: readonly string[];
  /** Topics that begin with `$` are among the questions. */
  readonly hasRoots: boolean;
}

export const anyNames: Names = {
  identities: ['dev1', 'dev2', 'a', 'A.b@c_d'],
  levels: ['a', 'b', '', 'plant', 'north', 'a.b', '*', 'é', 'dev1', 'dev2'],
  hasRoots: true,
};

/** Names without what parts levels on RabbitMQ. */
export const plainNames: Names = {
  identities: ['dev1', 'dev2', 'a', 'b@c_d'],
  levels: ['a', 'b', '', 'plant', 'north', 'a-b', 'é', 'dev1', 'dev2'],
  hasRoots: false,
};

/** The password of a device is its identity. */
const hashes = new Map(
  [...anyNames.identities, ...plainNames.identities].map((name) => [name, passwordHash(name, Buffer.alloc(12, 7))]),
);

function ruleOf({ levels }: Names): fc.Arbitrary<Rule> {
  const level = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...levels) },
    { weight: 3, arbitrary: fc.constantFrom('{device}', '{group}') },
    { weight: 3, arbitrary: fc.constant('+') },
  );
  const topic = fc
    .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([all, open]) => [...all, ...(open ? ['#'] : [])].join('/'))
    .filter((text) => text !== '');
  return fc
    .tuple(fc.integer({ min: 0, max: 9 }), topic, fc.constantFrom('Publish', 'Subscribe', 'both'))
    .map(([kind, text, action]) =>
      kind < 2 ? deny(text) : allow(action === 'both' ? ['Publish', 'Subscribe'] : [action], text),
    );
}

function templateOf(names: Names, name: string): fc.Arbitrary<Template> {
  return fc
    .array(ruleOf(names), { minLength: 1, maxLength: 4 })
    .map((rules) => aTemplate({ origin: { name }, role: 'Admin', allowControl: true, rules }));
}

function deviceOf(names: Names, identity: string): fc.Arbitrary<Device> {
  return fc
    .record({
      templates: fc.subarray(['t1', 't2'], { minLength: 1 }),
      groups: fc.subarray(['a', 'b', 'plant']),
      rules: fc.array(fc.tuple(ruleOf(names), fc.constantFrom(undefined, before, after)), { maxLength: 2 }),
      state: fc.constantFrom('active', 'active', 'active', 'active', 'active', 'suspended', 'revoked', 'expired'),
    })
    .map(({ templates, groups, rules, state }) =>
      aDevice(identity.toLowerCase().replaceAll(/[^a-z0-9]/g, '-'), {
        identity,
        templates: templates.map((name) => aTemplateUse(name)),
        groups,
        rules: rules.map(([rule, expiresAt]) => (expiresAt && rule.effect === 'Allow' ? { ...rule, expiresAt } : rule)),
        authentication: { type: 'Password', password: { kind: 'Hash', hash: hashes.get(identity) ?? '' } },
        suspended: state === 'suspended',
        ...(state === 'revoked' && { revoked: { reason: 'KeyCompromise' } }),
        ...(state === 'expired' && before && { expiresAt: before }),
      }),
    );
}

function fleetIn(names: Names): fc.Arbitrary<Fleet> {
  return fc
    .record({
      templates: fc.tuple(templateOf(names, 't1'), templateOf(names, 't2')),
      devices: fc.tuple(...names.identities.map((identity) => deviceOf(names, identity))),
    })
    .map(({ templates, devices }) => fleetOf({ brokers: [aBroker()], templates, devices }));
}

function filtersIn(fleet: Fleet): readonly string[] {
  return [...fleet.devices.values()].flat().flatMap((device) => {
    const resolved = resolveDevice(fleet, device);
    return resolved.ok ? resolved.value.rules.map(({ filter }) => filterText(filter)) : [];
  });
}

function questionsAbout(fleet: Fleet, names: Names, actions: readonly Action[], count: number) {
  const level = fc.constantFrom(...names.levels);
  const filters = filtersIn(fleet);
  const near = fc
    .tuple(fc.constantFrom(...(filters.length > 0 ? filters : ['a'])), fc.array(level, { minLength: 6, maxLength: 6 }))
    .map(([filter, fill]) =>
      filter
        .split('/')
        .flatMap((one, i) => (one === '+' ? [fill[i] ?? ''] : one === '#' ? fill.slice(0, i % 3) : [one]))
        .join('/'),
    );
  const free = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
  const roots = fc.constantFrom('$SYS/broker', '$x/a', '$mqttsec/dev1/certificate/ack', '$share/g/a', 'a/+', '#');
  const topic = fc
    .oneof(
      { weight: 5, arbitrary: near },
      { weight: 4, arbitrary: free },
      ...(names.hasRoots ? [{ weight: 1, arbitrary: roots }] : []),
    )
    .filter((text) => text !== '');
  const opened = fc
    .tuple(topic, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.boolean())
    .map(([text, isOpen, open]) => {
      const levels = text.split('/').map((one, i) => (isOpen[i] === true && !one.startsWith('$') ? '+' : one));
      return [...levels, ...(open && levels.at(-1) !== '#' ? ['#'] : [])].join('/');
    });
  const filter = filters.length > 0 ? fc.oneof(opened, fc.constantFrom(...filters)) : opened;
  const question = fc.constantFrom(...actions).chain((action) =>
    fc.record({
      identity: fc.constantFrom(...names.identities, 'nobody'),
      action: fc.constant(action),
      topic: action === 'subscribe' ? filter : topic,
    }),
  );
  return fc.array(question, { minLength: count, maxLength: count });
}

/** `count` questions about each fleet. */
export function scenarios(names: Names, actions: readonly Action[], count: number): fc.Arbitrary<Scenario> {
  return fleetIn(names).chain((fleet) =>
    questionsAbout(fleet, names, actions, count).map((questions) => ({ fleet, questions })),
  );
}
