import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deviceVerdicts, fileVerdicts } from '../../../src/domain/acl/verdict.ts';
import { readForeignAcl } from '../../../src/domain/import/acl-reader.ts';
import { type Imported, importedManifests, type Manifest } from '../../../src/domain/import/manifests.ts';
import { readForeignPasswords } from '../../../src/domain/import/password-reader.ts';
import { resolveDevice } from '../../../src/domain/resolve.ts';
import { parseManifests } from '../../../src/parse/manifests.ts';
import { validationFindings } from '../../../src/parse/validation.ts';

const now = new Date('2026-11-01T00:00:00Z');
const target = { namespace: 'plant', broker: 'main' };
const hash = `$7$101$${Buffer.alloc(12, 1).toString('base64')}$${Buffer.alloc(64, 2).toString('base64')}`;

function imported(aclText: string, passwords = ''): Imported {
  const read = readForeignAcl(aclText);
  assert.ok(read.ok, JSON.stringify(read));
  return importedManifests({ acl: read.acl, passwords: readForeignPasswords(passwords) }, target);
}

const notesOf = ({ notes }: Imported) => notes.map(({ file, line, message }) => `${file}:${line ?? ''} ${message}`);
const ofKind = ({ manifests }: Imported, kind: Manifest['kind']) =>
  manifests.filter((one) => one.kind === kind).map(({ metadata, spec }) => [metadata.name, spec] as const);

describe('manifests from an acl_file', () => {
  it('share a template among users whose rules differ in their name alone', () => {
    const found = imported(['user d1', 'topic write up/d1/#', 'user d2', 'topic write up/d2/#', ''].join('\n'));
    assert.deepEqual(notesOf(found), []);
    const rules = [{ effect: 'Allow', actions: ['Publish'], topic: 'up/{device}/#' }];
    assert.deepEqual(ofKind(found, 'AclTemplate'), [['rights-1', { role: 'Device', rules }]]);
    assert.deepEqual(
      ofKind(found, 'MqttDevice').map(([name]) => name),
      ['d1', 'd2'],
    );
  });

  it('have the least role that is enough', () => {
    const roleOf = (line: string) => {
      const [[, spec]] = ofKind(imported(`user d1\n${line}\n`), 'AclTemplate') as [
        [string, { role: string; allowControl?: boolean }],
      ];
      return `${spec.role}${spec.allowControl === true ? ' allowControl' : ''}`;
    };
    const roles = {
      'topic write up/d1/#': 'Device',
      'topic read up/+/state': 'Device',
      'topic up/x': 'Backend',
      'topic read $SYS/#': 'Backend',
      'topic #': 'Admin',
      'topic write $CONTROL/#': 'Admin allowControl',
    };
    for (const [line, role] of Object.entries(roles)) assert.equal(roleOf(line), role, line);
  });

  it('give what patterns give to all by the broker', () => {
    const found = imported('pattern write up/%u/#\npattern read down/%c\nuser d1\n');
    const rules = [
      { effect: 'Allow', actions: ['Publish'], topic: 'up/{device}/#' },
      { effect: 'Allow', actions: ['Subscribe'], topic: 'down/{device}' },
    ];
    assert.deepEqual(ofKind(found, 'AclTemplate'), [['all-devices', { role: 'Device', rules }]]);
    const [[, broker]] = ofKind(found, 'MqttBroker') as [[string, { acl: object }]];
    assert.deepEqual(broker.acl, { defaultTemplateRefs: [{ name: 'all-devices' }] });
  });

  it('split what is more than a template may hold', () => {
    const lines = Array.from({ length: 65 }, (_, at) => `topic write up/d1/${at}`);
    const found = imported(`user d1\n${lines.join('\n')}\n`);
    assert.deepEqual(
      ofKind(found, 'AclTemplate').map(([name]) => name),
      ['rights-1', 'rights-1-2'],
    );
    assert.deepEqual(verdicts(found).publish('d1', 'up/d1/64').allowed, true);
  });

  it('take hashes over, and tell of passwords that have to be new', () => {
    const found = imported('user d1\n', `d1:${hash}\nd2:plain\nd2:again\nnobody\n`);
    assert.deepEqual(
      ofKind(found, 'MqttDevice').map(([name, spec]) => [
        name,
        (spec as { authentication: { password: object } }).authentication.password,
      ]),
      [
        ['d1', { hash }],
        ['d2', { generate: {} }],
      ],
    );
    assert.deepEqual(
      notesOf(found).map((note) => note.slice(0, 40)),
      [
        'passwords:2 is not kept: d2 gets a gener',
        'passwords:3 is left out: d2 has a line a',
        'passwords:4 is left out: it has no user ',
      ],
    );
  });

  it('name objects as Kubernetes can, and keep the identity', () => {
    const found = imported('user Press_7\nuser press-7\n');
    assert.deepEqual(
      ofKind(found, 'MqttDevice').map(([name, spec]) => [name, (spec as { identity?: string }).identity]),
      [
        ['press-7', 'Press_7'],
        ['press-7-2', 'press-7'],
      ],
    );
  });

  const lossy: Readonly<Record<string, readonly [text: string, note: RegExp]>> = {
    'rules of clients without a name': [
      'topic read news/#\n',
      /^acl:1 is not kept: it is for clients without a user name/,
    ],
    'a name that is no identity': ['user a b\ntopic read x\n', /^acl: user "a b" is left out: it is no identity/],
    'a name of agents': ['user mqttsec-x\n', /^acl: user "mqttsec-x" is left out/],
    'a topic with braces': ['user d1\ntopic read a/{x}\n', /^acl:2 the rule is not kept: its topic has "\{x\}"/],
    'a name within a level': ['pattern read p%u/x\nuser d1\n', /^acl:1 the rule is not kept: its topic has %u/],
    'writing what nobody may': ['user d1\ntopic $SYS/x\n', /^acl:2 the rule is not kept: its topic is refused/],
    'a deny that cannot be written': [
      'user d1\ntopic read #\ntopic deny a/{x}\n',
      /^acl: user d1 is left out, for a deny is not kept/,
    ],
    'a deny of patterns that cannot be written': ['pattern read #\npattern deny a/{x}\n', /^acl: no pattern is kept/],
    'a deny of patterns that a user need not mind': [
      'pattern deny a/#\nuser d1\ntopic read a/x\n',
      /^acl:1 d1 has less: the deny takes a part of what line 3 allows/,
    ],
  };
  for (const [name, [text, note]] of Object.entries(lossy)) {
    it(`tell of ${name}`, () => {
      const notes = notesOf(imported(text));
      assert.ok(
        notes.some((line) => note.test(line)),
        notes.join('\n'),
      );
    });
  }

  it('allow what the file allows: the same without a note, never more with one', () => {
    const level = fc.constantFrom('a', 'd1', 'd2', '+', '%u', 'p%u', '{x}', '$SYS');
    const topic = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([levels, isOpen]) => (isOpen ? [...levels, '#'] : levels).join('/'));
    const line = fc.tuple(
      fc.constantFrom('topic', 'pattern'),
      fc.constantFrom('', 'read', 'write', 'readwrite', 'deny'),
      topic,
    );
    const blocks = fc.tuple(
      fc.array(line, { maxLength: 4 }),
      fc.array(line, { maxLength: 4 }),
      fc.array(line, { maxLength: 4 }),
    );
    fc.assert(
      fc.property(blocks, ([first, second, third]) => {
        const texts = (lines: readonly (readonly string[])[]) =>
          lines.map((words) => `${words.filter(Boolean).join(' ')}\n`).join('');
        const text = `${texts(first)}user d1\n${texts(second)}user d2\n${texts(third)}`;
        const found = imported(text);
        const [before, after] = [foreignVerdicts(text), verdicts(found)];
        for (const identity of ['d1', 'd2']) {
          for (const one of topics) {
            for (const action of ['publish', 'receive'] as const) {
              const [was, is] = [before[action](identity, one).allowed, after[action](identity, one).allowed];
              if (is !== was)
                assert.ok(was && found.notes.length > 0, `${identity} ${action} ${one}: ${was}, then ${is}\n${text}`);
            }
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** `x` stands for a name that nobody wrote. */
const topics = everyTopic(['a', 'd1', 'd2', 'x', '$SYS', 'pd1'], 3);

function everyTopic(names: readonly string[], most: number): string[] {
  let longest = [''];
  const all: string[] = [];
  for (let length = 1; length <= most; length += 1) {
    longest = longest.flatMap((begin) => names.map((name) => (begin === '' ? name : `${begin}/${name}`)));
    all.push(...longest);
  }
  return all;
}

/** As Mosquitto 2.1 decides, which takes a name within a level for what is written there. */
function foreignVerdicts(text: string) {
  const read = readForeignAcl(text);
  assert.ok(read.ok);
  const { users, patterns } = read.acl;
  return fileVerdicts({ patterns, users: [...users].map(([name, lines]) => ({ name, lines })) }, now);
}

function verdicts({ manifests }: Imported) {
  const text = manifests.map((one) => JSON.stringify(one)).join('\n---\n');
  const result = parseManifests([{ name: 'manifests.yaml', text }]);
  const errors = validationFindings(result).filter(({ severity }) => severity === 'Error');
  assert.deepEqual(errors, []);
  const { fleet } = result;
  return deviceVerdicts((identity) => {
    const [device] = fleet.devices.get(identity) ?? [];
    const resolved = device && resolveDevice(fleet, device);
    return resolved?.ok === true ? resolved.value : undefined;
  }, now);
}
