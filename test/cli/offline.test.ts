import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { partNames } from '../../src/domain/bundle/content.ts';
import { around, clientPair, newCa } from '../agent/site.ts';
import { badInputs, filesOf } from './bad-input.ts';
import { directoryOf, fleet, mqttsec, sample } from './program.ts';

const lines = (text: string) => text.split('\n').filter(Boolean);

describe('mqttsec validate', () => {
  it('finds nothing wrong with the sample', () => {
    const { code, out, err } = mqttsec(['validate', sample]);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^\d+ objects in 7 files: nothing wrong$/m);
  });

  for (const [name, bad] of Object.entries(badInputs)) {
    it(`says what and where about ${name}`, () => {
      const run = mqttsec(['validate', directoryOf(filesOf(bad))]);
      assert.equal(run.code, bad.code, run.out);
      assert.match(run.out, bad.line);
      assert.equal(run.err, '');
      for (const found of lines(run.out)) assert.match(found, /^\S+:\d+:\d+ (Error|Warning) MQS\d{3} /);
    });
  }

  it('says what is too much for Mosquitto 2.0, before anything is published', () => {
    const head = 'apiVersion: mqttsecurity.io/v1alpha1\nkind:';
    const tls = 'tls: { serverCertificate: { secretRef: { name: server } } }';
    const listeners = 'listeners: [{ name: passwords, port: 8884, authentication: Password }]';
    const broker = (version: string) => `${head} MqttBroker
metadata: { name: main, namespace: plant }
spec: { mosquitto: { version: '${version}' }, ${listeners}, ${tls} }
`;
    const rules = Array.from({ length: 64 }, (_, n) => `    - { actions: [Publish], topic: '{device}/${n}' }\n`).join(
      '',
    );
    const template = `${head} AclTemplate\nmetadata: { name: many, namespace: plant }\nspec:\n  rules:\n${rules}`;
    const authentication = 'authentication: { type: Password, password: { generate: {} } }';
    const device = (_: unknown, number: number) => `${head} MqttDevice
metadata: { name: d-${number}, namespace: plant }
spec: { brokerRef: { name: main }, templateRefs: [{ name: many }], ${authentication} }
`;
    const devices = Array.from({ length: 626 }, device).join('---\n');
    const checked = (version: string) => {
      const files = { 'broker.yaml': broker(version), 'template.yaml': template, 'devices.yaml': devices };
      return mqttsec(['validate', directoryOf(files)]);
    };
    const refused = checked('2.0');
    assert.equal(refused.code, 1, refused.out);
    assert.match(
      refused.out,
      /^\S+broker.yaml:\d+:\d+ Error MQS105 .*626 identities with 40064 rules .* 8000 .* 40000 rules$/m,
    );
    const taken = checked('2.1');
    assert.equal(taken.code, 0, taken.out);
  });

  it('takes standard input, and gives JSON and SARIF', () => {
    const input = fleet['devices.yaml'];
    const json = JSON.parse(mqttsec(['validate', '-', '-o', 'json'], { input }).out) as {
      findings: { file: string }[];
    };
    assert.ok(json.findings.length > 0);
    assert.ok(json.findings.every(({ file }) => file === '<stdin>'));
    const sarif = JSON.parse(mqttsec(['validate', '-', '-o', 'sarif'], { input }).out) as { version: string };
    assert.equal(sarif.version, '2.1.0');
  });
});

describe('mqttsec audit', () => {
  it('finds nothing that counts in the sample, and names its administrator', () => {
    const { code, out, err } = mqttsec(['audit', sample]);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^\S+20-broker\.yaml:\d+:\d+ Info MQS247 .*: operator-ada\n$/);
    assert.deepEqual(mqttsec(['audit', sample, '--severity', 'Info']).code, 1);
    assert.deepEqual(mqttsec(['audit', sample, '--severity', 'Warning']).out, 'nothing found\n');
  });

  it('says where a rule stands that reaches others, in each format', () => {
    const template = fleet['template.yaml'].replace('commands/{device}', 'sensors/+/status');
    const directory = directoryOf({ ...fleet, 'template.yaml': template });
    const table = mqttsec(['audit', directory]);
    assert.deepEqual([table.code, table.err], [1, '']);
    assert.match(table.out, /template\.yaml:\d+:\d+ Warning MQS243 rule \d/);
    const json = JSON.parse(mqttsec(['audit', directory, '-o', 'json']).out) as {
      findings: { code: string; fix: string }[];
    };
    assert.ok(json.findings.some(({ code, fix }) => code === 'MQS243' && fix.length > 0));
    const sarif = JSON.parse(mqttsec(['audit', directory, '-o', 'sarif']).out) as {
      runs: { results: { ruleId: string }[] }[];
    };
    assert.ok(sarif.runs[0]?.results.some(({ ruleId }) => ruleId === 'MQS243'));
  });

  it('tells who stayed away, of a broker whose agents saw who came', () => {
    const days = { since: '2026-01-01', until: '2026-06-30' };
    const lastSeen = [['thermo-yard', '2026-06-29']];
    const seen = { version: 1, broker: 'plant/plant', instance: 'one', ...days, isComplete: true, lastSeen };
    const file = path.join(directoryOf({}), 'seen.json');
    const audit = (text: string, ...more: readonly string[]) => {
      writeFileSync(file, text);
      return mqttsec(['audit', sample, '--sightings', file, '--now', '2026-06-30T12:00:00Z', ...more]);
    };
    const { code, out, err } = audit(JSON.stringify(seen));
    const unseen = lines(out).filter((line) => line.includes(' MQS254 '));
    assert.deepEqual([code, err], [1, '']);
    assert.ok(unseen.some((line) => / MQS254 .*thermo-hall-1 was seen not once since 2026-01-01$/.test(line)));
    assert.equal(unseen.filter((line) => line.includes('thermo-yard')).length, 0);
    const fresh = audit(JSON.stringify(seen), '--unseen-days', '365');
    assert.match(fresh.err, /^not told who stayed away from plant\/plant: it has been watched since 2026-01-01 only$/m);
    assert.doesNotMatch(fresh.out, /MQS254/);
    assert.deepEqual([audit('{}').code, audit('{}').out], [2, '']);
    assert.match(audit('{}').err, /seen\.json:1:1 Error MQS112 /);
    assert.equal(audit('', '--unseen-days', '0').code, 2);
    assert.match(
      mqttsec(['audit', sample, '--sightings', `${file}.none`]).err,
      /^mqttsec: read sightings \S+: no such file or directory$/m,
    );
  });

  it('lists who reaches whom', () => {
    const { code, out } = mqttsec(['audit', sample, '--reach', '-o', 'json']);
    const { reach } = JSON.parse(out) as { reach: { role: string; action: string; others: number }[] };
    assert.equal(code, 0);
    assert.ok(reach.length > 0 && reach.every(({ role, others }) => role !== 'Device' && others > 0));
    assert.match(mqttsec(['audit', sample, '--reach']).out, /^BROKER +ROLE +RULE/);
    assert.equal(mqttsec(['audit', sample, '--reach', '-o', 'sarif']).code, 2);
  });

  for (const [name, bad] of Object.entries(badInputs)) {
    it(`answers nothing for ${name}`, () => {
      const { code, out, err } = mqttsec(['audit', directoryOf(filesOf(bad))]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, bad.line);
    });
  }
});

describe('mqttsec diff', () => {
  const old = directoryOf(fleet);
  const edited = directoryOf({
    ...fleet,
    'template.yaml': fleet['template.yaml'].replace('commands/{device}', 'commands/{device}/#'),
    'devices.yaml': fleet['devices.yaml'].replace(/---[^]*$/, ''),
  });

  it('is silent about the same manifests', () => {
    assert.deepEqual(mqttsec(['diff', old, old]), { code: 0, out: 'nothing changes\n', err: '' });
  });

  it('shows rights gained and lost, sessions that end and what the broker does', () => {
    const { code, out, err } = mqttsec(['diff', old, edited]);
    assert.deepEqual([code, err], [1, '']);
    assert.deepEqual(lines(out), [
      'MqttBroker plant/main reloads; 1 session ends if open',
      '  - p-1: its session ends, the device is gone',
      '    - publish sensors/p-1/#',
      '    - receive commands/p-1',
      '  ~ s-1',
      '    + receive commands/s-1/#',
    ]);
    const back = JSON.parse(mqttsec(['diff', edited, old, '-o', 'json']).out) as {
      brokers: object[];
      identities: { identity: string; change: string; lost: object[] }[];
    };
    assert.deepEqual(back.brokers, [{ broker: 'plant/main', disturbance: 'Reload' }]);
    assert.deepEqual(
      back.identities.map(({ identity, change, lost }) => [identity, change, lost.length]),
      [
        ['p-1', 'Added', 0],
        ['s-1', 'Changed', 1],
      ],
    );
  });

  it('refuses both sides when they are wrong, and a call that is not whole', () => {
    const bad = directoryOf({ 'x.yaml': 'kind: [\n' });
    for (const words of [
      [bad, old],
      [old, bad],
    ]) {
      const { code, out, err } = mqttsec(['diff', ...words]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, /x\.yaml:\d+:\d+ Error MQS002/);
    }
    for (const words of [[], ['-', '-'], [old, old, old]]) assert.equal(mqttsec(['diff', ...words]).code, 2);
  });
});

describe('mqttsec verify', () => {
  const now = new Date();
  const pair = () => clientPair(newCa('devices', now), 'd1', around(now));
  const good = pair();
  const files = directoryOf({
    ...{ crt: good.certificate, key: good.key, other: pair().key, none: 'no PEM\n' },
    'kit/connection.json': JSON.stringify({
      broker: { host: '127.0.0.1', port: 1, protocol: 'MQTT', tls: true },
      ...{ clientId: 'd1', certificateFile: 'client.crt' },
    }),
    ...{ 'kit/client.crt': good.certificate, 'kit/client.key': 'no PEM\n' },
  });
  const at = (name: string) => path.join(files, name);
  const as = (crt: string, key: string, ...more: readonly string[]) => [
    ...['--broker', '127.0.0.1:1', '--cert', at(crt), '--key', at(key), ...more],
  ];
  const failures: Readonly<Record<string, readonly [words: readonly string[], message: RegExp]>> = {
    'a CA without a certificate': [as('crt', 'key', '--ca', at('none')), /none: it holds no certificate in PEM$/m],
    'a certificate that is none': [as('none', 'key'), /none: it holds no certificate in PEM$/m],
    'a key that is none': [as('crt', 'none'), /none: it holds no private key in PEM, or one that is encrypted$/m],
    'a key of another certificate': [as('crt', 'other'), /other: it is not the key of \S+crt$/m],
    'a kit with a spoiled key': [['--kit', at('kit')], /kit\/client\.key: it holds no private key in PEM/m],
    'nobody at the address': [as('crt', 'key'), /^mqttsec: connect to broker: connect ECONNREFUSED 127\.0\.0\.1:1$/m],
  };
  for (const [name, [words, message]] of Object.entries(failures)) {
    it(`says what is wrong, and blames no broker, with ${name}`, () => {
      const { code, out, err } = mqttsec(['verify', ...words]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
    });
  }
});

describe('mqttsec import', () => {
  const hash = `$7$101$${Buffer.alloc(12, 1).toString('base64')}$${Buffer.alloc(64, 2).toString('base64')}`;
  const files = directoryOf({
    acl: 'pattern read news/%u\nuser d1\ntopic write up/d1/#\nuser d2\ntopic write up/d2/#\n',
    passwd: `d1:${hash}\n`,
    bad: 'user d1\ntopic bogus x\n',
    lossy: 'topic read x\nuser d1\n',
    latin1: Buffer.from('user d\xe9\n', 'latin1'),
    crl: 'no list\n',
    huge: Array.from({ length: 40_000 }, (_, n) => `user u${n}\ntopic read d/${n}/#\n`).join(''),
  });
  const at = (name: string) => path.join(files, name);

  it('writes manifests that validate and answer as the files did', () => {
    const { code, out, err } = mqttsec([
      'import',
      '--acl',
      at('acl'),
      '--passwd',
      at('passwd'),
      '-n',
      'plant',
      '--broker',
      'main',
    ]);
    assert.deepEqual([code, err], [0, '']);
    const manifests = directoryOf({ 'imported.yaml': out });
    assert.equal(mqttsec(['validate', manifests]).code, 0);
    const may = (...words: string[]) => mqttsec(['can-i', ...words, manifests]).code;
    assert.deepEqual(
      [may('d1', 'publish', 'up/d1/x'), may('d1', 'publish', 'up/d2/x'), may('d2', 'receive', 'news/d2')],
      [0, 1, 0],
    );
  });

  it('lists what is not kept, by line', () => {
    const { code, out, err } = mqttsec(['import', '--acl', at('lossy')]);
    assert.equal(code, 1);
    assert.match(out, /kind: MqttDevice/);
    assert.equal(
      err,
      `${at('lossy')}:1: is not kept: it is for clients without a user name, and there are none any more\n`,
    );
  });

  const failures: Readonly<Record<string, readonly [words: readonly string[], message: RegExp]>> = {
    'no acl_file': [[], /takes --acl FILE/],
    'an acl_file that is not there': [['--acl', at('none')], /^mqttsec: read \S+none: no such file or directory$/m],
    'a directory': [['--acl', at('.')], /^mqttsec: read \S+: it is a directory$/m],
    'more users than a file of manifests holds': [
      ['--acl', at('huge')],
      /^mqttsec: import \S+huge: .* import some users/m,
    ],
    'an acl_file that Mosquitto refuses': [['--acl', at('bad')], /bad:2: has "bogus" where read, write/],
    'an acl_file that is not UTF-8': [['--acl', at('latin1')], /latin1: it is not UTF-8/],
    'a crlfile without a list': [['--acl', at('acl'), '--crl', at('crl')], /^mqttsec: read \S+crl: /],
    'a name that is none': [['--acl', at('acl'), '--broker', 'No'], /MQS006/],
  };
  for (const [name, [words, message]] of Object.entries(failures)) {
    it(`writes nothing for ${name}`, () => {
      const { code, out, err } = mqttsec(['import', ...words]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
    });
  }
});

describe('mqttsec render', () => {
  it('gives the same bytes on every run, named as the parts', () => {
    const [one, two] = [path.join(directoryOf({}), 'out'), path.join(directoryOf({}), 'out')];
    for (const out of [one, two]) {
      assert.deepEqual(mqttsec(['render', sample, '--broker', 'plant', '--out', out]), { code: 0, out: '', err: '' });
    }
    assert.deepEqual(readdirSync(one).sort(), [...partNames].sort());
    for (const name of partNames) {
      assert.equal(readFileSync(path.join(one, name), 'utf8'), readFileSync(path.join(two, name), 'utf8'), name);
    }
  });

  it('writes nothing anew when nothing changed', () => {
    const out = directoryOf({});
    const times = () => partNames.map((name) => statSync(path.join(out, name)).mtimeMs);
    mqttsec(['render', sample, '--out', out]);
    const before = times();
    assert.equal(mqttsec(['render', sample, '--out', out]).code, 0);
    assert.deepEqual(times(), before);
  });

  it('writes nothing at all for manifests with an error', () => {
    const directory = directoryOf({ ...fleet, 'x.yaml': 'kind: [\n' });
    const out = path.join(directory, 'out');
    const run = mqttsec(['render', directory, '--out', out]);
    assert.equal(run.code, 2);
    assert.match(run.err, /x\.yaml:\d+:\d+ Error MQS002 /);
    assert.throws(() => readdirSync(out));
  });

  it('does not write into a directory that holds something else', () => {
    const out = directoryOf({ 'important.txt': 'mine' });
    const run = mqttsec(['render', sample, '--out', out]);
    assert.equal(run.code, 2);
    assert.match(run.err, /^mqttsec: write .*: it holds important\.txt, which is no part of a bundle\n$/);
    assert.deepEqual(readdirSync(out), ['important.txt']);
  });

  it('asks which of several brokers', () => {
    const second = fleet['broker.yaml'].replace('name: main', 'name: other');
    const directory = directoryOf({ ...fleet, 'second.yaml': second });
    const run = mqttsec(['render', directory, '--out', path.join(directory, 'out')]);
    assert.equal(run.code, 2);
    assert.match(run.err, /give one of plant\/main, plant\/other with --broker/);
    assert.equal(mqttsec(['render', directory, '--broker', 'nope', '--out', '/x']).code, 2);
  });
});

describe('mqttsec can-i', () => {
  const directory = directoryOf(fleet);
  const ask = (...words: string[]) => mqttsec(['can-i', ...words, directory]);

  it('says yes with exit code 0 and no with 1', () => {
    assert.deepEqual(ask('s-1', 'publish', 'sensors/s-1/t'), { code: 0, out: 'yes\n', err: '' });
    assert.deepEqual(ask('s-1', 'publish', 'sensors/p-1/t'), { code: 1, out: 'no\n', err: '' });
    assert.deepEqual(ask('s-1', 'receive', 'commands/s-1'), { code: 0, out: 'yes\n', err: '' });
    assert.deepEqual(ask('s-1', 'subscribe', 'commands/#'), { code: 1, out: 'no\n', err: '' });
    assert.deepEqual(ask('nobody', 'publish', 'x'), { code: 1, out: 'no\n', err: '' });
  });

  it('explains with the rule and its place', () => {
    const { out } = mqttsec(['can-i', 's-1', 'publish', 'sensors/s-1/t', directory, '--explain']);
    assert.match(out, /^yes: /);
    assert.match(
      out,
      /rule 0 of AclTemplate plant\/sensor: Allow Publish sensors\/\{device\}\/#, here sensors\/s-1\/#/,
    );
    assert.match(out, /written at .*template\.yaml:7$/m);
    const json = mqttsec(['can-i', 's-1', 'publish', 'sensors/s-1/t', directory, '-o', 'json']).out;
    const { allowed, rule } = JSON.parse(json) as { allowed: boolean; rule: { kind: string; line: number } };
    assert.deepEqual([allowed, rule.kind, rule.line], [true, 'AclTemplate', 7]);
  });

  it('answers a batch in order', () => {
    const questions = [
      { identity: 's-1', action: 'publish', topic: 'sensors/s-1/t' },
      { identity: 's-1', action: 'receive', topic: 'sensors/s-1/t' },
      { identity: '__proto__', action: 'publish', topic: 'x' },
      { identity: 'p-1', action: 'subscribe', topic: 'commands/p-1' },
    ];
    const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
    const run = mqttsec(['can-i', '--batch', '-', directory], { input });
    const answers = lines(run.out).map((line) => (JSON.parse(line) as { allowed: boolean }).allowed);
    assert.deepEqual([run.code, run.err, answers], [0, '', [true, false, false, true]]);
    const file = path.join(directoryOf({}), 'questions.jsonl');
    writeFileSync(file, input);
    assert.equal(mqttsec(['can-i', '--batch', file, directory]).out, run.out);
  });

  it('names the line of a batch that is no question, answers the others and ends with 2', () => {
    const input = 'xx\n{"identity":"s-1","action":"publish","topic":"sensors/s-1/t"}\n{"identity":1}\n';
    const run = mqttsec(['can-i', '--batch', '-', directory], { input });
    assert.equal(run.code, 2);
    assert.equal(run.err, '-:1: the line is no JSON\n-:3: identity and topic must be text\n');
    assert.equal((JSON.parse(lines(run.out)[1] ?? '') as { allowed: boolean }).allowed, true);
  });

  it('gives no answer for manifests that cannot be read, or that hold an error', () => {
    assert.equal(mqttsec(['can-i', 's-1', 'publish', 'x', '/nonexistent']).code, 2);
    const broken = directoryOf({ ...fleet, 'x.yaml': 'kind: [\n' });
    const run = mqttsec(['can-i', 's-1', 'publish', 'sensors/s-1/t', broken]);
    assert.deepEqual([run.code, run.out], [2, '']);
  });

  it('looks at the time that it is given', () => {
    const until =
      "spec:\n  rules: [{ actions: [Publish], topic: 'extra/{device}', expiresAt: '2026-06-01T00:00:00Z' }]\n";
    const directory = directoryOf({ ...fleet, 'devices.yaml': fleet['devices.yaml'].replace('spec:\n', until) });
    const at = (now: string) => mqttsec(['can-i', 's-1', 'publish', 'extra/s-1', directory, '--now', now]).out;
    assert.equal(at('2026-05-31T23:59:59Z'), 'yes\n');
    assert.equal(at('2026-06-01T00:00:00Z'), 'no\n');
  });
});

describe('mqttsec hash', () => {
  it('gives a hash of the one line on standard input, another at each call', () => {
    const [one, two] = [mqttsec(['hash'], { input: 'secret\n' }), mqttsec(['hash'], { input: 'secret' })];
    assert.match(one.out, /^\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==\n$/);
    assert.notEqual(one.out, two.out);
    assert.equal(one.out.includes('secret'), false);
  });

  for (const [name, input] of Object.entries({
    nothing: '',
    'two lines': 'a\nb\n',
    'a control character': 'a\u0007',
  })) {
    it(`refuses ${name}`, () => {
      const { code, out, err } = mqttsec(['hash'], { input });
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, /^mqttsec: hash password: /);
    });
  }
});
