import assert from 'node:assert/strict';
import fc from 'fast-check';
import { accessWords, type AclFile, type AclLine, implicitPatterns } from '../../../src/domain/acl/file.ts';
import { filterMatches, filterOf, topicLevels } from '../../../src/domain/acl/filter.ts';
import { deviceVerdicts, fileVerdicts, whys } from '../../../src/domain/acl/verdict.ts';
import type { Device } from '../../../src/domain/fleet.ts';
import { resolveDevice } from '../../../src/domain/resolve.ts';
import { aDevice, aFleet, allow, aTemplate, deny } from '../../fixtures.ts';

const now = new Date('2026-06-01T00:00:00Z');
const before = new Date('2026-05-01T00:00:00Z');
const later = new Date('2026-07-01T00:00:00Z');

function matches(text: string, topic: string): boolean {
  const filter = filterOf(text);
  assert.ok(filter.ok, text);
  return filterMatches(filter.value, topicLevels(topic));
}

/** Facts 4.1 and 4.4, read out one by one: what the engine must answer, however slowly. */
function slowVerdict({ users, patterns }: AclFile, identity: string, action: 'read' | 'write', topic: string): boolean {
  if (topic.startsWith('$share') || (action === 'write' && topic.startsWith('$SYS'))) return false;
  const own = users.find(({ name }) => name === identity)?.lines ?? [];
  const all = patterns.map((line) => ({
    ...line,
    topic: line.topic
      .split('/')
      .map((level) => (level === '%u' ? identity : level))
      .join('/'),
  }));
  for (const lines of [own, all]) {
    const matching = lines.filter((line) => matches(line.topic, topic));
    if (matching.some(({ access }) => access === 'deny')) return false;
    if (matching.some(({ access }) => access === action || access === 'readwrite')) return true;
  }
  return false;
}

const level = fc.constantFrom('a', 'b', 'me', '', '+', '$x');
const aFilterText = (levels: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(levels, { maxLength: 3 }), fc.constantFrom([], ['#'], ['a']))
    .map(([head, tail]) => [...head, ...tail].join('/'))
    .filter((text) => text !== '');
const aLine = (levels: fc.Arbitrary<string>): fc.Arbitrary<AclLine> =>
  fc.tuple(fc.constantFrom(...accessWords), aFilterText(levels)).map(([access, topic]) => ({ access, topic }));
const aFile: fc.Arbitrary<AclFile> = fc
  .tuple(
    fc.array(aLine(level), { maxLength: 6 }),
    fc.array(aLine(fc.oneof(level, fc.constant('%u'))), { maxLength: 4 }),
  )
  .map(([lines, patterns]) => ({ patterns, users: [{ name: 'me', lines }] }));

const names = ['a', 'b', 'me', '', '$x', 'z'];
const topics = [1, 2, 3, 4].flatMap((length) => product(length)).filter((topic) => topic !== '');

function product(length: number): string[] {
  if (length === 1) return names;
  return product(length - 1).flatMap((head) => names.map((name) => `${head}/${name}`));
}

describe('verdicts over an acl file', () => {
  for (const identity of ['me', 'z']) {
    it(`are what its lines say, one by one, for ${identity === 'me' ? 'a listed user' : 'who is not listed'}`, () => {
      fc.assert(
        fc.property(aFile, (file) => {
          const engine = fileVerdicts(file, now);
          for (const topic of topics) {
            assert.equal(engine.receive(identity, topic).allowed, slowVerdict(file, identity, 'read', topic), topic);
            assert.equal(engine.publish(identity, topic).allowed, slowVerdict(file, identity, 'write', topic), topic);
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  it('let a filter be subscribed to if all that it selects may be received', () => {
    fc.assert(
      fc.property(aFile, aFilterText(level), (file, filter) => {
        const engine = fileVerdicts(file, now);
        const receivable = topics
          .filter((topic) => matches(filter, topic))
          .every((topic) => engine.receive('me', topic).allowed);
        assert.equal(engine.subscribe('me', filter).allowed, receivable);
      }),
      { numRuns: 1500 },
    );
  });

  it('name the line that decides', () => {
    const lines: AclLine[] = [
      { access: 'read', topic: 'a/#' },
      { access: 'deny', topic: 'a/b' },
    ];
    const engine = fileVerdicts(
      { patterns: [{ access: 'write', topic: 'x/%u' }], users: [{ name: 'me', lines }] },
      now,
    );
    assert.deepEqual(engine.receive('me', 'a/c'), { allowed: true, why: whys.allowed, rule: lines[0] });
    assert.deepEqual(engine.receive('me', 'a/b'), { allowed: false, why: whys.denied, rule: lines[1] });
    assert.deepEqual(engine.publish('me', 'a/c'), { allowed: false, why: whys.noRule });
    assert.equal(engine.publish('me', 'x/me').rule?.topic, 'x/%u');
    assert.equal(engine.publish('me', 'x/you').allowed, false);
    assert.deepEqual(engine.subscribe('me', 'a/#'), { allowed: false, why: whys.partlyDenied, rule: lines[1] });
    assert.deepEqual(engine.subscribe('me', 'a/c/#'), { allowed: true, why: whys.allowed, rule: lines[0] });
    assert.deepEqual(engine.subscribe('me', '+/c'), { allowed: false, why: whys.partlyAllowed });
  });

  it('end with what is in the file', () => {
    const file: AclFile = {
      patterns: [{ access: 'read', topic: '$mqttsec/%u/certificate' }],
      users: [
        { name: 'a', lines: [{ access: 'read', topic: 'x', until: later }] },
        { name: 'b', lines: [{ access: 'read', topic: 'x' }], until: later },
      ],
    };
    const given = (at: Date): boolean[] => {
      const engine = fileVerdicts(file, at);
      return ['a', 'b']
        .flatMap((name) => [engine.receive(name, 'x'), engine.receive(name, `$mqttsec/${name}/certificate`)])
        .map(({ allowed }) => allowed);
    };
    assert.deepEqual(given(now), [true, true, true, true]);
    assert.deepEqual(given(later), [false, true, false, false]);
  });

  it('give no pattern to a name that would reach beyond its level (T2)', () => {
    const engine = fileVerdicts({ patterns: [{ access: 'readwrite', topic: 'd/%u/#' }], users: [] }, now);
    assert.equal(engine.publish('a', 'd/a/cmd').allowed, true);
    for (const identity of ['a/cmd', '+', '#', '']) {
      assert.equal(engine.publish(identity, `d/${identity}/x`).allowed, false, identity);
      assert.equal(engine.publish(identity, 'd/a/cmd').allowed, false, identity);
    }
  });
});

describe('topics that the broker keeps to itself', () => {
  const lines = ['#', '$SYS/#', '$SYSx/#', '$share/#', '$sharex', '$CONTROL/#', '$foo/#', '$/#'].map(
    (topic): AclLine => ({ access: 'readwrite', topic }),
  );
  const engine = fileVerdicts({ patterns: [], users: [{ name: 'me', lines }] }, now);
  // As Mosquitto 2.0.11 and 2.1.2 answer a user with these lines.
  const rows: [topic: string, write: boolean, read: boolean][] = [
    ['$SYS', false, true],
    ['$SYS/broker/uptime', false, true],
    ['$SYS/broker/connection/x/state', true, true],
    ['$SYS/broker/connection/x/y/state', false, true],
    ['$SYSx/y', false, true],
    ['$share', false, false],
    ['$share/g/f', false, false],
    ['$sharex', false, false],
    ['$CONTROL/x', true, true],
    ['$foo/x', true, true],
    ['$/x', true, true],
    ['$bar', false, false],
    ['/', true, true],
    ['a b', true, true],
    [' a', true, true],
    ['größe', true, true],
    ['', false, false],
    ['a/+', false, false],
    ['#', false, false],
    ['a\u0085', false, false],
    ['a\0', false, false],
    ['a\x7f', false, false],
    ['a\ufdd0', false, false],
    ['a\u{1fffe}', false, false],
    ['x'.repeat(65_535), true, true],
    ['x'.repeat(65_536), false, false],
    [new Array<string>(201).fill('l').join('/'), true, true],
    [new Array<string>(202).fill('l').join('/'), false, false],
  ];
  for (const [topic, write, read] of rows) {
    it(`${JSON.stringify(topic).slice(0, 40)} ${write ? 'may' : 'may not'} be written, ${read ? 'may' : 'may not'} be read`, () => {
      assert.equal(engine.publish('me', topic).allowed, write);
      assert.equal(engine.receive('me', topic).allowed, read);
    });
  }

  const subscriptions: [filter: string, allowed: boolean, why?: string][] = [
    ['$share/g/a/#', true],
    ['$share/g/$SYS/#', true],
    ['$share//a', false, whys.notFilter],
    ['$share', false, whys.notFilter],
    ['$share/g', false, whys.notFilter],
    ['$share/+/a', false, whys.notFilter],
    ['$sharex/a', false, whys.brokerTopic],
    ['$share/g/$share/h/a', false, whys.brokerTopic],
    ['#', true],
    ['a/#/b', false, whys.notFilter],
    ['', false, whys.notFilter],
    ['$bar/#', false, whys.partlyAllowed],
  ];
  for (const [filter, allowed, why] of subscriptions) {
    it(`a subscription to ${filter} is ${allowed ? 'served' : 'not served'}`, () => {
      const verdict = engine.subscribe('me', filter);
      assert.equal(verdict.allowed, allowed);
      if (why !== undefined) assert.equal(verdict.why, why);
    });
  }
});

describe('verdicts over devices', () => {
  const template = aTemplate({
    rules: [allow('Publish', 'sensors/{device}/#'), deny('sensors/{device}/secret'), allow('Subscribe', 'all')],
  });
  const answer = (device: Device, topic: string, action: 'publish' | 'receive' = 'publish', at = now): string => {
    const fleet = aFleet({ templates: [template], devices: [device] });
    const engine = deviceVerdicts((identity) => {
      const resolved = identity === device.identity ? resolveDevice(fleet, device) : undefined;
      return resolved?.ok ? resolved.value : undefined;
    }, at);
    const { allowed, why, rule } = engine[action](device.identity, topic);
    return `${allowed ? 'yes' : 'no'}: ${why}${rule ? ` (${rule.origin.topic})` : ''}`;
  };

  it('name the rule with its origin', () => {
    assert.equal(answer(aDevice('s'), 'sensors/s/x'), `yes: ${whys.allowed} (sensors/{device}/#)`);
    assert.equal(answer(aDevice('s'), 'sensors/s/secret'), `no: ${whys.denied} (sensors/{device}/secret)`);
    assert.equal(answer(aDevice('s'), 'sensors/t/x'), `no: ${whys.noRule}`);
    assert.equal(answer(aDevice('s'), 'all'), `no: ${whys.noRule}`);
    assert.equal(answer(aDevice('s'), 'all', 'receive'), `yes: ${whys.allowed} (all)`);
  });

  it('let every identity have its notices, and nobody else’s', () => {
    const device = aDevice('s', { templates: [] });
    assert.equal(answer(device, '$mqttsec/s/certificate', 'receive'), `yes: ${whys.implied}`);
    assert.equal(answer(device, '$mqttsec/s/certificate/ack'), `yes: ${whys.implied}`);
    assert.equal(answer(device, '$mqttsec/s/certificate'), `no: ${whys.noRule}`);
    assert.equal(answer(device, '$mqttsec/t/certificate', 'receive'), `no: ${whys.noRule}`);
    assert.equal(implicitPatterns.length, 2);
  });

  const blocked: [what: string, device: Device, why: string][] = [
    ['suspended', aDevice('s', { suspended: true }), whys.suspended],
    ['revoked', aDevice('s', { revoked: { reason: 'KeyCompromise' } }), whys.revoked],
    ['expired', aDevice('s', { expiresAt: now }), whys.expired],
  ];
  for (const [what, device, why] of blocked) {
    it(`leave nothing to who is ${what}`, () => {
      assert.equal(answer(device, 'sensors/s/x'), `no: ${why}`);
      assert.equal(answer(device, '$mqttsec/s/certificate', 'receive'), `no: ${why}`);
    });
  }

  it('follow rules that end', () => {
    const device = aDevice('s', {
      rules: [
        allow('Publish', 'extra/{device}', { expiresAt: later }),
        allow('Publish', 'past/{device}', { expiresAt: before }),
        deny('sensors/{device}/x', { expiresAt: before }),
      ],
    });
    assert.match(answer(device, 'extra/s'), /^yes/);
    assert.match(answer(device, 'extra/s', 'publish', later), /^no/);
    assert.match(answer(device, 'past/s'), /^no/);
    assert.match(answer(device, 'sensors/s/x'), /^yes/);
  });

  it('know nothing of who is not there', () => {
    const engine = deviceVerdicts(() => undefined, now);
    for (const identity of ['nobody', '__proto__', 'constructor', '']) {
      assert.deepEqual(engine.publish(identity, 'a'), { allowed: false, why: whys.unknown });
      assert.deepEqual(engine.subscribe(identity, 'a'), { allowed: false, why: whys.unknown });
    }
  });
});
