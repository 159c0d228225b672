import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAcl } from '../../../src/domain/acl/file-parser.ts';
import type { Rule } from '../../../src/domain/acl/rule.ts';
import { fileVerdicts, type VerdictEngine } from '../../../src/domain/acl/verdict.ts';
import { compileBroker, type Compiled, type CompileInput } from '../../../src/domain/bundle/compile.ts';
import { type Device, type Fleet, type Template, withDevice, withoutDevice } from '../../../src/domain/fleet.ts';
import type { IssuedCertificate, RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import { aBroker, aDevice, aFleet, allow, aTemplate, aTemplateUse, deny } from '../../fixtures.ts';
import {
  aCertificate,
  anInput,
  aRevocation,
  caKeyId,
  deviceCa,
  deviceCrl,
  givenHash,
  hour,
  otherCaKeyId,
  partsOf,
  start,
} from './compile-fixtures.ts';

/** Few names and few times, so that edits meet. */
const identity = fc.constantFrom('d1', 'd2', 'd3', 'd4', 'd5', 'd6');
const time = fc.integer({ min: 0, max: 12 }).map(hour);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const rule: fc.Arbitrary<Rule> = fc
  .tuple(
    fc.constantFrom('sensors/{device}/#', 'sensors/{device}/raw', 'boards/{device}', 'groups/{group}/x'),
    fc.constantFrom('Publish' as const, 'Subscribe' as const, 'Both' as const, 'Deny' as const),
    optional(time),
  )
  .map(([topic, kind, expiresAt]) => {
    const overrides = expiresAt === undefined ? {} : { expiresAt };
    if (kind === 'Deny') return deny(topic, overrides);
    return allow(kind === 'Both' ? ['Publish', 'Subscribe'] : kind, topic, overrides);
  });

const template: fc.Arbitrary<Template> = fc
  .tuple(fc.constantFrom('common', 'sensor'), fc.array(rule, { maxLength: 4 }))
  .map(([name, rules]) => aTemplate({ origin: { name }, rules: rules.filter(({ expiresAt }) => !expiresAt) }));

const device: fc.Arbitrary<Device> = fc
  .record({
    identity,
    object: fc.constantFrom('a', 'b'),
    age: fc.integer({ min: 0, max: 2 }),
    more: fc.constantFrom([], ['sensor'], ['sensor'], ['missing']),
    groups: fc.subarray(['g1', 'g2']),
    rules: fc.array(rule, { maxLength: 2 }),
    suspended: fc.boolean(),
    revoked: fc.boolean(),
    expiresAt: optional(time),
    byPassword: fc.boolean(),
    onOtherBroker: fc.constantFrom(false, false, false, true),
  })
  .map((one) =>
    aDevice(`${one.identity}-${one.object}`, {
      identity: one.identity,
      origin: { createdAt: hour(-one.age) },
      templates: ['common', ...one.more].map((name) => aTemplateUse(name)),
      groups: one.groups,
      rules: one.rules,
      suspended: one.suspended,
      ...(one.revoked && { revoked: { reason: 'KeyCompromise' } }),
      ...(one.expiresAt && { expiresAt: one.expiresAt }),
      ...(one.byPassword && { authentication: { type: 'Password', password: { kind: 'Hash', hash: givenHash } } }),
      ...(one.onOtherBroker && { broker: 'plant/other' }),
    }),
  );

const certificate = (name: string): fc.Arbitrary<IssuedCertificate> =>
  fc
    .record({ serial: fc.constantFrom('1', '2'), notAfter: time, trusted: fc.constantFrom(true, true, false) })
    .map(({ trusted, ...rest }) => aCertificate(name, { ...rest, caKeyId: trusted ? caKeyId : otherCaKeyId }));

const revocation: fc.Arbitrary<RevocationEntry> = fc

  .record({ identity, serial: fc.constantFrom('1', '2'), notAfter: time, hold: fc.boolean() })
  .map(({ identity: name, hold, ...rest }) =>
    aRevocation(name, { ...rest, reason: hold ? 'CertificateHold' : 'Superseded' }),
  );

interface State {
  readonly input: CompileInput;
  readonly now: Date;
}

/** One thing that happens; `what` is for the reader of a counterexample. */
interface Edit {
  readonly what: unknown;
  readonly apply: (state: State) => State;
}

function editOf(what: unknown, change: (input: CompileInput) => Partial<CompileInput>): Edit {
  return { what, apply: ({ input, now }) => ({ now, input: { ...input, ...change(input) } }) };
}

function fleetEdit(what: unknown, change: (fleet: Fleet) => Fleet): Edit {
  return editOf(what, ({ fleet }) => ({ fleet: change(fleet) }));
}

function after(edits: readonly Edit[], first: State): State {
  return edits.reduce((state, { apply }) => apply(state), first);
}

const otherBroker = aBroker({ origin: { name: 'other' } });
const { clientCertificates, ...lonelyBroker } = otherBroker;
assert.ok(clientCertificates, 'the other broker shares an issuer');

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: device.map((one) => fleetEdit({ put: one }, (fleet) => withDevice(fleet, one))) },
  { weight: 1, arbitrary: device.map((one) => fleetEdit({ remove: one }, (fleet) => withoutDevice(fleet, one))) },
  {
    weight: 1,
    arbitrary: template.map((one) =>
      fleetEdit({ put: one }, ({ templates, ...fleet }) => ({
        ...fleet,
        templates: new Map(templates).set(`plant/${one.origin.name}`, one),
      })),
    ),
  },
  {
    weight: 3,
    arbitrary: identity
      .chain((name) => fc.tuple(fc.constant(name), fc.array(certificate(name), { maxLength: 3 })))
      .map(([name, all]) =>
        editOf({ name, certificates: all }, ({ certificates }) => ({ certificates: certificates.set(name, all) })),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(identity, fc.constantFrom(givenHash, undefined, 'bad')).map(([name, hash]) =>
      editOf({ name, hash }, ({ passwordLines }) => ({
        passwordLines: hash === undefined ? passwordLines.delete(name) : passwordLines.set(name, hash),
      })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(identity, time)
      .map(([name, until]) =>
        editOf({ name, lockedUntil: until }, ({ lockouts }) => ({ lockouts: lockouts.set(name, until) })),
      ),
  },
  {
    weight: 1,
    arbitrary: revocation.map((one) =>
      editOf({ revoke: one }, ({ revocations }) => ({
        revocations: [...revocations.filter((other) => !isSameSerial(other, one)), one],
      })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .subarray([deviceCa, { ...deviceCa, keyId: otherCaKeyId, revocation: 'SignedCrl' as const }], { minLength: 1 })
      .map((cas) => editOf({ cas }, () => ({ cas }))),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((shares) =>
      fleetEdit({ otherBrokerSharesIssuer: shares }, ({ brokers, ...fleet }) => ({
        ...fleet,
        brokers: new Map(brokers).set('plant/other', shares ? otherBroker : lonelyBroker),
      })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: -1, max: 3 }).map((hours): Edit => ({
      what: { hours },
      apply: ({ input, now }) => ({ input, now: new Date(now.getTime() + hours * 3_600_000) }),
    })),
  },
);

function isSameSerial(a: RevocationEntry, b: RevocationEntry): boolean {
  return a.identity === b.identity && a.serial === b.serial;
}

function firstState(layout: 'PerIdentity' | 'Patterns'): State {
  const brokers = [aBroker({ acl: { layout, defaultTemplates: [] } }), otherBroker];
  const templates = ['common', 'sensor'].map((name) => aTemplate({ origin: { name } }));
  const fleet = aFleet({ brokers, templates, devices: [] });
  return { input: anInput({ fleet, crls: [deviceCrl, { ...deviceCrl, caKeyId: otherCaKeyId }] }), now: start };
}

const layout = fc.constantFrom('PerIdentity' as const, 'Patterns' as const);

/** All that a compile says, without what only the next compile reads. */
function said({ content, nextChangeAt, findings, statuses }: Compiled): unknown {
  const listed = [...statuses.entries()].map(([name, { state, device: key, rulesHash, until, findings: own }]) => {
    return { name, state, key, rulesHash, until, own };
  });
  return { content, nextChangeAt, findings, statuses: listed };
}

describe('compiling', () => {
  it('after any edits gives what compiling from scratch gives', () => {
    fc.assert(
      fc.property(layout, fc.array(edit, { minLength: 1, maxLength: 12 }), (some, edits) => {
        let state = firstState(some);
        let compiled = compileBroker(state.input, state.now);
        for (const step of edits) {
          state = step.apply(state);
          compiled = compileBroker(state.input, state.now, compiled);
          assert.deepEqual(said(compiled), said(compileBroker(state.input, state.now)));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same until the time that it names, and names one if anything changes by itself', () => {
    fc.assert(
      fc.property(layout, fc.array(edit, { minLength: 1, maxLength: 8 }), (some, edits) => {
        const { input, now } = after(edits, firstState(some));
        const compiled = compileBroker(input, now);
        const { nextChangeAt } = compiled;
        assert.ok(!nextChangeAt || nextChangeAt > now);
        const later = nextChangeAt ? new Date(nextChangeAt.getTime() - 1) : hour(1000);
        assert.deepEqual(said(compileBroker(input, later)), said(compiled));
      }),
      { numRuns: 100 },
    );
  });

  it('gives every identity the same rights in both layouts, and none to who has no right to be connected', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 3, maxLength: 12 }), (edits) => {
        const [whole, folded] = (['PerIdentity', 'Patterns'] as const).map((some) => {
          const { input, now } = after(edits, firstState(some));
          return { verdicts: verdictsOf(input, now), statuses: compileBroker(input, now).statuses };
        });
        assert.ok(whole && folded);
        for (const [name, { state }] of folded.statuses.entries()) {
          if (!canConnect(state) && !mayHaveSession(edits, name)) continue;
          for (const topic of topicsOf(name)) {
            for (const action of ['publish', 'receive'] as const) {
              const allowed = (engine: VerdictEngine<unknown>) => engine[action](name, topic).allowed;
              assert.equal(allowed(folded.verdicts), allowed(whole.verdicts), `${name} ${action} ${topic}`);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

function verdictsOf(input: CompileInput, now: Date): VerdictEngine<unknown> {
  const acl = parseAcl(partsOf(input, now).acl);
  assert.ok(acl.ok);
  return fileVerdicts(acl.value, now);
}

function topicsOf(name: string): string[] {
  return [name, 'd1'].flatMap((own) => [
    `sensors/${own}/raw`,
    `sensors/${own}/other`,
    `commands/${own}`,
    `boards/${own}`,
    'groups/g1/x',
  ]);
}

function canConnect(state: string): boolean {
  return ['Active', 'Suspended', 'Locked'].includes(state);
}

/** Some certificate in this name can still open a session. */
function mayHaveSession(edits: readonly Edit[], name: string): boolean {
  const { input, now } = after(edits, firstState('PerIdentity'));
  const all = [...(input.certificates.get(name) ?? []), ...input.revocations.filter((one) => one.identity === name)];
  const trusted = input.cas.map(({ keyId }) => keyId);
  return all.some((one) => trusted.includes(one.caKeyId) && one.notAfter > now);
}
