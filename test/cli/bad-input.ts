import { spawnSync } from 'node:child_process';
import { fleet } from './program.ts';

/** One way in which manifests can be wrong: `fleet` with these files in place of its own, or beside them. */
export interface BadInput {
  /** Absent names are as in `fleet`; undefined takes the file away. */
  readonly files: Readonly<Record<string, string | Uint8Array | undefined>>;
  /** Exit code of `validate`: 2 when it cannot read a file at all. */
  readonly code: 1 | 2;
  /** The line that tells. */
  readonly line: RegExp;
}

/** A signing request, made as a device would make it. */
function csrOf(name: string, ...key: readonly string[]): string {
  const words = ['req', '-new', '-newkey', ...key, '-nodes', '-keyout', '/dev/null', '-subj', `/CN=${name}`];
  return spawnSync('openssl', words, { encoding: 'utf8' }).stdout;
}

const p256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

const { 'broker.yaml': broker, 'template.yaml': template, 'devices.yaml': devices } = fleet;

/** The devices, the first with this instead of `from`; their lines stay where they are. */
const device = (from: string, to: string) => ({ 'devices.yaml': devices.replace(from, to) });
const csr = (text: string) => device('template: {}', `template: { csr: ${JSON.stringify(text)} }`);
const ruleOn = (topic: string) => ({ 'template.yaml': template.replace("'sensors/{device}/#'", topic) });
const room = template
  .replace('  rules:', '  parameters: { properties: { room: { type: string } }, required: [room] }\n  rules:')
  .replace('sensors/{device}/#', 'sensors/{param.room}/{device}');
const inRoom = (value: string) => ({
  'template.yaml': room,
  'devices.yaml': devices.replaceAll('{ name: sensor }', `{ name: sensor, parameters: { ${value} } }`),
});

/** `a` holds nine, `b` nine times `a`, and so on: 9 to the power of 9 in all. */
const aliasBomb = Array.from('bcdefghi').reduce(
  (text, name, index) =>
    `${text}${name}: &${name} [${Array(9)
      .fill(`*${'abcdefghi'[index] ?? ''}`)
      .join(', ')}]\n`,
  'a: &a [x, x, x, x, x, x, x, x, x]\n',
);

export const badInputs: Readonly<Record<string, BadInput>> = {
  'a bracket that is not closed': {
    files: { 'x.yaml': 'kind: [\n' },
    code: 2,
    line: /x\.yaml:\d+:\d+ Error MQS002 .*not closed/,
  },
  'an indentation with a tab': {
    files: device('  brokerRef', '\tbrokerRef'),
    code: 2,
    line: /devices\.yaml:5:1 Error MQS002 .*tab/,
  },
  'a key that is given twice': {
    files: device('  brokerRef', '  suspended: true\n  suspended: false\n  brokerRef'),
    code: 2,
    line: /devices\.yaml:6:3 Error MQS002 .*twice/,
  },
  'text that is not UTF-8': {
    files: { 'x.yaml': Uint8Array.of(0x61, 0x0a, 0xff, 0xfe) },
    code: 2,
    line: /x\.yaml:2:1 Error MQS001 .*not UTF-8/,
  },
  'an alias bomb': { files: { 'x.yaml': aliasBomb }, code: 2, line: /x\.yaml:1:1 Error MQS002 aliases repeat/ },
  'a file of 10 MB': {
    files: { 'x.yaml': `# ${'x'.repeat(10_000_000)}\n` },
    code: 2,
    line: /x\.yaml:1:1 Error MQS001 .*larger than 8 MiB/,
  },
  'an empty directory': {
    files: { 'broker.yaml': undefined, 'template.yaml': undefined, 'devices.yaml': undefined },
    code: 2,
    line: /:1:1 Error MQS001 directory holds no \.yaml, \.yml or \.json file/,
  },
  'a document that is no mapping': { files: { 'x.yaml': '- a\n' }, code: 1, line: /x\.yaml:1:1 Error MQS004 / },
  'an unknown kind': {
    files: device('MqttDevice', 'MqttDevise'),
    code: 1,
    line: /devices\.yaml:2:1 Error MQS005 .*did you mean `MqttDevice`/,
  },
  'an unknown version': {
    files: device('v1alpha1', 'v2'),
    code: 1,
    line: /devices\.yaml:1:1 Error MQS005 .*use mqttsecurity\.io\/v1alpha1/,
  },
  'an object without a name': {
    files: device('name: s-1, ', ''),
    code: 1,
    line: /devices\.yaml:3:\d+ Error MQS006 `metadata\.name` is required/,
  },
  'an unknown field': {
    files: device('  brokerRef', '  brokerReff: {}\n  brokerRef'),
    code: 1,
    line: /devices\.yaml:5:3 Error MQS003 .*brokerReff.*did you mean `brokerRef`/,
  },
  'a wrong type': {
    files: device('{ name: main }', '7'),
    code: 1,
    line: /devices\.yaml:5:3 Error MQS003 .*`spec\.brokerRef` must be a mapping/,
  },
  'an object that is declared twice': {
    files: { 'z.yaml': devices },
    code: 1,
    line: /z\.yaml:3:\d+ Error MQS007 .*the first is at .*devices\.yaml:3/,
  },
  'an identity that another device has': {
    files: { 'z.yaml': `${devices.split('---')[0]?.replace('name: s-1', 'name: s-2') ?? ''}  identity: s-1\n` },
    code: 1,
    line: /z\.yaml:\d+:3 Error MQS047 MqttDevice plant\/s-2: identity "s-1" belongs to MqttDevice plant\/s-1/,
  },
  'a reference to no template': {
    files: device('{ name: sensor }', '{ name: nothing }'),
    code: 1,
    line: /devices\.yaml:6:\d+ Error MQS043 .*AclTemplate plant\/nothing does not exist/,
  },
  'a reference to no broker': {
    files: device('{ name: main }', '{ name: nothing }'),
    code: 1,
    line: /devices\.yaml:5:\d+ Error MQS045 .*MqttBroker plant\/nothing does not exist/,
  },
  'a broker without what its listener needs': {
    files: { 'broker.yaml': broker.slice(0, broker.indexOf('  clientCertificates')) },
    code: 1,
    line: /broker\.yaml:\d+:\d+ Error MQS008 .*`spec\.clientCertificates` must be specified/,
  },
  'a parameter with a wildcard': {
    files: inRoom("room: '+'"),
    code: 1,
    line: /devices\.yaml:6:\d+ Error MQS044 .*parameter room .*is "\+"/,
  },
  'a parameter with a level of its own': {
    files: inRoom("room: 'a/b'"),
    code: 1,
    line: /devices\.yaml:6:\d+ Error MQS044 .*parameter room .*slash/,
  },
  'a parameter that is called __proto__': {
    files: inRoom('room: a, __proto__: b'),
    code: 1,
    line: /devices\.yaml:6:\d+ Error MQS044 .*parameter __proto__ .*is not a parameter of this template, which has: room/,
  },
  'a rule that reaches over all devices': {
    files: ruleOn("'sensors/#'"),
    code: 1,
    line: /template\.yaml:\d+:\d+ Error MQS041 .*Write sensors\/\{device\}\/#/,
  },
  'a wildcard inside of a level': {
    files: ruleOn("'sensors/{device}/a#'"),
    code: 1,
    line: /template\.yaml:\d+:\d+ Error MQS\d+ .*must have '#' as its whole last level only/,
  },
  'a line break in a topic': {
    files: ruleOn('"sensors/{device}\\nuser root"'),
    code: 1,
    line: /template\.yaml:\d+:\d+ Error MQS003 .*spec\.rules\[0\]\.topic/,
  },
  'a control character': {
    files: device('{ name: main }', '{ name: "ma\\u0007in" }'),
    code: 1,
    line: /devices\.yaml:5:\d+ Error MQS003 .*spec\.brokerRef\.name/,
  },
  'a prototype key': {
    files: device('  brokerRef', '  __proto__: { suspended: true }\n  brokerRef'),
    code: 1,
    line: /devices\.yaml:5:3 Error MQS003 .*`spec\.__proto__` is not a field/,
  },
  'a time that is none': {
    files: device('  brokerRef', '  expiresAt: 2030-02-30T00:00:00Z\n  brokerRef'),
    code: 1,
    line: /devices\.yaml:5:3 Error MQS003 .*not an RFC 3339 time/,
  },
  'a signing request for another name': {
    files: csr(csrOf('x', ...p256)),
    code: 1,
    line: /devices\.yaml:9:\d+ Error MQS082 .*its common name is "x", not "s-1"/,
  },
  'a signing request with a weak key': {
    files: csr(csrOf('s-1', 'rsa:1024')),
    code: 1,
    line: /devices\.yaml:9:\d+ Error MQS082 .*its RSA key has 1024 bits/,
  },
  'a signing request that is none': { files: csr('x'), code: 1, line: /devices\.yaml:9:\d+ Error MQS003 .*csr/ },
};

/** All files of a bad input. */
export function filesOf({ files }: BadInput): Readonly<Record<string, string | Uint8Array>> {
  const all: BadInput['files'] = { ...fleet, ...files };
  return Object.fromEntries(Object.entries(all).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}
