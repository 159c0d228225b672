import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Finding } from '../../src/domain/finding.ts';
import { assembled, parseFile, parseManifests, withPositions } from '../../src/parse/manifests.ts';
import { problemLimit } from '../../src/parse/schema.ts';
import { validationFindings } from '../../src/parse/validation.ts';
import { authority } from '../domain/pki/authorities.ts';

const head = (kind: string, name = 'a', namespace = 'plant') =>
  `apiVersion: mqttsecurity.io/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: ${namespace}}\n`;

/** Seven lines; what is given follows as lines of `spec`, from line 8 on. */
const device = (spec = '', name = 'a', namespace = 'plant') =>
  `${head('MqttDevice', name, namespace)}spec:\n  brokerRef: {name: main}\n  authentication:\n    type: Certificate\n${spec}`;

/** Four lines; what is given follows as lines of `spec`, from line 5 on. */
const template = (spec: string, name = 'a') => `${head('AclTemplate', name)}spec:\n${spec}`;

const allowAll = '  rules: [{topic: a, actions: [Publish]}]\n';

function parse(...texts: string[]) {
  return parseManifests(texts.map((text, index) => ({ name: `f${index || ''}.yaml`, text })));
}

/** `MQS003 8:3 message`, what a test compares. */
function summary({ code, message, position }: Finding): string {
  assert.equal(position?.file, 'f.yaml');
  return `${code} ${position.line}:${position.column} ${message}`;
}

describe('parse/manifests', () => {
  describe('bad input is a finding with code, place and message', () => {
    const bad: Record<string, [text: string, ...findings: string[]]> = {
      'a document that is a list': ['- a\n- b', 'MQS004 1:1 the document is not a mapping'],
      'a document that is a word': ['hello', 'MQS004 1:1 the document is not a mapping'],
      'neither apiVersion nor kind': [
        'services: {}',
        'MQS014 1:1 the document has neither `apiVersion` nor `kind`: it is left out',
        'MQS012 1:1 no file holds an object of mqttsecurity.io/v1alpha1',
      ],
      'no apiVersion': ['kind: MqttDevice', 'MQS004 1:1 `apiVersion` is required: mqttsecurity.io/v1alpha1'],
      'no kind': ['apiVersion: mqttsecurity.io/v1alpha1', 'MQS004 1:1 `kind` is required'],
      'kind that is a number': ['apiVersion: v1\nkind: 3', 'MQS004 2:1 `kind` is required'],
      'another version': [
        'kind: MqttDevice\napiVersion: mqttsecurity.io/v1',
        'MQS005 2:1 `apiVersion` mqttsecurity.io/v1 is not known: use mqttsecurity.io/v1alpha1',
      ],
      'no version': [
        'apiVersion: mqttsecurity.io\nkind: MqttDevice',
        'MQS005 1:1 `apiVersion` mqttsecurity.io is not known: use mqttsecurity.io/v1alpha1',
      ],
      'a group almost like ours': [
        'apiVersion: mqttsecurty.io/v1alpha1\nkind: MqttDevice',
        'MQS005 1:1 `apiVersion` has group mqttsecurty.io; did you mean mqttsecurity.io/v1alpha1?',
      ],
      'an unknown kind': [
        head('MqttDevise'),
        'MQS005 2:1 `kind` MqttDevise is not one of MqttBroker, BrokerInstance, AclTemplate, MqttDevice, DeviceCertificate; did you mean `MqttDevice`?',
      ],
      'a kind with the name of a prototype field': [
        head('constructor'),
        'MQS005 2:1 `kind` constructor is not one of MqttBroker, BrokerInstance, AclTemplate, MqttDevice, DeviceCertificate',
      ],
      'no metadata': [
        'apiVersion: mqttsecurity.io/v1alpha1\nkind: MqttDevice',
        'MQS006 1:1 `metadata.name` is required',
      ],
      'no name': [
        'apiVersion: mqttsecurity.io/v1alpha1\nkind: MqttDevice\nmetadata:\n  namespace: a',
        'MQS006 3:1 `metadata.name` is required',
      ],
      'a name in upper case': [
        head('MqttDevice', 'Pump'),
        'MQS006 3:12 `metadata.name` is "Pump": use lower-case letters and digits, with `-` and `.` between them, at most 253 (RFC 1123)',
      ],
      'a name that is a number': [
        head('MqttDevice', '12'),
        'MQS006 3:12 `metadata.name` is not text: write it in quotes: use lower-case letters and digits, with `-` and `.` between them, at most 253 (RFC 1123)',
      ],
      'a name that climbs out of a directory': [
        head('MqttDevice', '../../etc'),
        'MQS006 3:12 `metadata.name` is "../../etc": use lower-case letters and digits, with `-` and `.` between them, at most 253 (RFC 1123)',
      ],
      'a namespace with a dot': [
        head('MqttDevice', 'a', 'a.b'),
        'MQS006 3:21 `metadata.namespace` is "a.b": use lower-case letters and digits, with `-` between them, at most 63 (RFC 1123)',
      ],
      'no spec': [head('MqttDevice'), 'MQS003 1:1 `spec` is required'],
      'an unknown field': [
        device('  expireAt: 2030-01-01T00:00:00Z\n'),
        'MQS003 8:3 `spec.expireAt` is not a field of MqttDevice; did you mean `expiresAt`?',
      ],
      'an unknown field that is like none': [
        device('  colour: red\n'),
        'MQS003 8:3 `spec.colour` is not a field of MqttDevice',
      ],
      'an unknown field beside spec': [
        `${device()}sepc: 1`,
        'MQS003 8:1 `sepc` is not a field of MqttDevice; did you mean `spec`?',
      ],
      'prototype keys': [
        device('  __proto__: {suspended: true}\n  constructor: {}\n'),
        'MQS003 8:3 `spec.__proto__` is not a field of MqttDevice',
        'MQS003 9:3 `spec.constructor` is not a field of MqttDevice',
      ],
      'a merge key': [
        device('  <<: {suspended: true}\n'),
        'MQS003 8:3 `spec["<<"]` is a merge key, which YAML 1.2 does not have: write the fields out',
      ],
      'wrong types': [
        device('  suspended: "no"\n  groups: a\n  identity: 12\n  rules: [1]\n  revoked:\n'),
        'MQS003 8:3 `spec.suspended` must be true or false, is "no"',
        'MQS003 9:3 `spec.groups` must be a list, is "a"',
        'MQS003 10:3 `spec.identity` must be a string: write it in quotes',
        'MQS003 11:11 `spec.rules[0]` must be a mapping, is 1',
        'MQS003 12:3 `spec.revoked` has no value; must be a mapping',
      ],
      'values out of bounds': [
        device('  groups: [""]\n  templateRefs: [{name: A}]\n  revoked: {reason: Stolen}\n'),
        'MQS003 8:12 `spec.groups[0]` must not be empty',
        'MQS003 9:19 `spec.templateRefs[0].name` is "A", which does not match ^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
        'MQS003 10:13 `spec.revoked.reason` must be one of Unspecified, KeyCompromise, CaCompromise, AffiliationChanged, Superseded, CessationOfOperation, PrivilegeWithdrawn, is "Stolen"',
      ],
      'numbers and lists out of bounds': [
        device(
          `  groups: [${'a,'.repeat(33)}]\n  authentication: {type: Password, password: {generate: {}, revision: 0}}\n`,
        ).replace('  authentication:\n    type: Certificate\n', ''),
        'MQS003 6:3 `spec.groups` must have at most 32 items',
        'MQS003 7:61 `spec.authentication.password.revision` must be at least 1, is 0',
      ],
      'what may be a password, which no message shows': [
        device('  authentication: {type: Password, password: {hash: "secret"}}\n').replace(
          '  authentication:\n    type: Certificate\n',
          '',
        ),
        'MQS003 6:47 `spec.authentication.password.hash` is a value that is not shown here, which does not match ^\\$(6|7\\$[1-9][0-9]{0,4})\\$[A-Za-z0-9+/]{16}\\$[A-Za-z0-9+/]{86}==$',
      ],
      'a password where a mapping belongs, which no message shows either': [
        device('  authentication: {type: Password, password: secret}\n').replace(
          '  authentication:\n    type: Certificate\n',
          '',
        ),
        'MQS003 6:36 `spec.authentication.password` must be a mapping, is a value that is not shown here',
      ],
      'a list of ours without items': [
        'apiVersion: mqttsecurity.io/v1alpha1\nkind: MqttDeviceList\nitems: 3',
        'MQS005 2:1 `kind` MqttDeviceList is not one of MqttBroker, BrokerInstance, AclTemplate, MqttDevice, DeviceCertificate',
      ],
      'a time that is none': [
        device('  expiresAt: tomorrow\n'),
        'MQS003 8:3 `spec.expiresAt` is "tomorrow", which is not an RFC 3339 time such as 2030-01-31T00:00:00Z',
      ],
      'a day that is not in the calendar': [
        device('  expiresAt: 2027-02-29T00:00:00Z\n'),
        'MQS003 8:3 `spec.expiresAt` is not an RFC 3339 time',
      ],
      'a control character in a topic': [
        device('  rules: [{actions: [Publish], topic: "a\\nuser admin"}]\n'),
        'MQS003 8:32 `spec.rules[0].topic` is "a\\nuser admin", which does not match ^[^\\x00-\\x1f\\x7f-\\x9f\\x20]([^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x1f\\x7f-\\x9f\\x20])?$',
      ],
      'a wildcard in the wrong place': [
        device('  rules:\n    - actions: [Publish]\n      topic: a/#/b\n'),
        "MQS008 10:7 `spec.rules[0].topic` must have '#' as its whole last level only",
      ],
      'what Mosquitto would replace': [
        device('  rules:\n    - actions: [Publish]\n      topic: a/%u\n'),
        'MQS013 10:7 `spec.rules[0].topic` has %u, which Mosquitto replaces: write {device}',
      ],
      'fields that contradict each other': [
        device('  rules: [{topic: a}]\n'),
        "MQS008 8:11 `spec.rules[0].actions` must be specified when `effect` is 'Allow'",
      ],
      'a name that is too long for an identity': [
        device('', 'a'.repeat(65)),
        'MQS008 1:1 the document must have `spec.identity` when `metadata.name` is longer than 64 characters',
      ],
      'a name that its namespace makes too long for an identity': [
        device('', 'a'.repeat(59)).replace('{name: main}', '{name: main, namespace: hub}'),
        `MQS009 3:12 identity "plant.${'a'.repeat(59)}" has 65 characters, 64 are allowed: set \`spec.identity\``,
      ],
      'an identity that its namespace makes too long': [
        device(`  identity: ${'b'.repeat(59)}\n`).replace('{name: main}', '{name: main, namespace: hub}'),
        `MQS009 8:3 identity "plant.${'b'.repeat(59)}" has 65 characters, 64 are allowed`,
      ],
      'a parameter whose default is of another type': [
        template(`  parameters: {properties: {n: {type: integer, default: "1"}}}\n${allowAll}`),
        'MQS010 5:48 `spec.parameters.properties.n.default` is not of type integer',
      ],
      'a parameter whose default is not in its enum': [
        template(`  parameters: {properties: {n: {type: string, enum: [a], default: b}}}\n${allowAll}`),
        'MQS010 5:58 `spec.parameters.properties.n.default` is not one of `enum`',
      ],
      'a parameter whose default is out of bounds': [
        template(`  parameters: {properties: {n: {type: string, maxLength: 1, default: bc}}}\n${allowAll}`),
        'MQS010 5:61 `spec.parameters.properties.n.default` is not within `minLength` and `maxLength`',
      ],
      'a parameter whose enum is of another type': [
        template(`  parameters: {properties: {n: {type: integer, enum: [1, a]}}}\n${allowAll}`),
        'MQS010 5:58 `spec.parameters.properties.n.enum[1]` is not of type integer',
      ],
      'a rule over a parameter that is not declared': [
        template(`  rules: [{topic: "a/{param.n}", actions: [Publish]}]\n`),
        'MQS010 5:12 `spec.rules[0].topic` has {param.n}, which `spec.parameters.properties` does not declare',
      ],
      'a Secret whose data is no base64': [
        `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  a: "é"\n`,
        'MQS011 5:3 `data.a` is not base64: use `stringData` for plain text',
        'MQS012 1:1 no file holds an object of mqttsecurity.io/v1alpha1',
      ],
      'a ConfigMap whose value is a number': [
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata: {a: 1}\n`,
        'MQS011 4:8 `data.a` must be a string: write it in quotes',
        'MQS012 1:1 no file holds an object of mqttsecurity.io/v1alpha1',
      ],
      'nothing of ours': [
        'apiVersion: apps/v1\nkind: Deployment\n',
        'MQS012 1:1 no file holds an object of mqttsecurity.io/v1alpha1',
      ],
    };
    for (const [name, [text, ...findings]] of Object.entries(bad)) {
      it(name, () => assert.deepEqual(parse(text).findings.map(summary), findings));
      it(`${name}, in a list`, () => {
        const indented = text.trimEnd().replaceAll('\n', '\n  ');
        const { findings: inList } = parse(`apiVersion: v1\nkind: List\nitems:\n- ${indented}\n`);
        assert.deepEqual(
          inList.map(({ code, message }) => `${code} ${message}`),
          findings.map((finding) => finding.replace(/ \d+:\d+/, '')),
        );
      });
    }
  });

  it('names the object and gives the reason of its condition', () => {
    const [finding] = parse(device('  foo: 1\n')).findings;
    assert.deepEqual(finding!.object, { kind: 'MqttDevice', namespace: 'plant', name: 'a' });
    assert.equal(finding!.path, 'spec.foo');
    assert.equal(finding!.reason, 'Invalid');
    assert.equal(finding!.severity, 'Error');
  });

  it('tells a bounded number of problems of one document', () => {
    const { findings } = parse(device(Array.from({ length: 100 }, (_, i) => `  f${i}: 1\n`).join('')));
    assert.equal(findings.length, problemLimit);
    assert.equal(findings.at(-1)!.message, '81 more fields are wrong');
  });

  it('passes what belongs to others without a word', () => {
    const others = [
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n',
      'apiVersion: cert-manager.io/v1\nkind: Issuer\nspec: []\n',
      'apiVersion: v1\nkind: Service\n',
      'apiVersion: example.com/v1\nkind: MqttDevice\nspec: {what: ever}\n',
      'apiVersion: mqttsecurty.io/v1\nkind: Deployment\n',
      'apiVersion: v1\nkind: List\nitems:\n',
      'apiVersion: v1\nkind: Secret\n',
      '# nothing\n',
      '',
    ];
    const { findings, fleet } = parse([device(), ...others].join('---\n'));
    assert.deepEqual(findings, []);
    assert.equal(fleet.devices.size, 1);
  });

  it('one bad object leaves out itself alone', () => {
    const { fleet, findings } = parse(
      [device('', 'a'), device('  foo: 1\n', 'b'), 'a: [\n', device('', 'c')].join('---\n'),
    );
    assert.deepEqual([...fleet.devices.keys()].sort(), ['a', 'c']);
    assert.deepEqual(findings.map(({ code }) => code).sort(), ['MQS002', 'MQS003']);
  });

  it('takes the first of two declarations and names its place at the others', () => {
    const { fleet, findings } = parse(
      `# one\n${device('  groups: [first]\n')}`,
      device('  groups: [second]\n'),
      device('  bad: 1\n'),
    );
    assert.deepEqual(
      fleet.devices.get('a')?.map(({ groups }) => groups),
      [['first']],
    );
    assert.deepEqual(
      findings.map(({ code, message, position }) => [code, position?.file, position?.line, message]),
      [
        ['MQS003', 'f2.yaml', 8, '`spec.bad` is not a field of MqttDevice'],
        ['MQS007', 'f1.yaml', 3, 'MqttDevice plant/a is declared a second time: the first is at f.yaml:4'],
        ['MQS007', 'f2.yaml', 3, 'MqttDevice plant/a is declared a second time: the first is at f.yaml:4'],
      ],
    );
  });

  it('a bad first declaration does not let a second one through', () => {
    const { fleet, findings } = parse(device('  bad: 1\n'), device());
    assert.equal(fleet.devices.size, 0);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['MQS003', 'MQS007'],
    );
  });

  it('reads JSON, CRLF and a byte order mark like YAML', () => {
    const json = JSON.stringify(
      {
        apiVersion: 'mqttsecurity.io/v1alpha1',
        kind: 'MqttDevice',
        metadata: { name: 'a', namespace: 'plant' },
        spec: { brokerRef: { name: 'main' }, authentication: { type: 'Certificate' } },
      },
      null,
      '\t',
    );
    const devices = [device(), `\uFEFF${device().replaceAll('\n', '\r\n')}`, json].map((text) => parse(text));
    for (const { fleet, findings } of devices) {
      assert.deepEqual(findings, []);
      assert.deepEqual(fleet.devices.get('a'), devices[0]!.fleet.devices.get('a'));
    }
  });

  it('unfolds lists, also lists of one kind and lists in lists', () => {
    const item = (name: string) => device('', name).trimEnd().replaceAll('\n', '\n  ');
    const { fleet, findings } = parse(
      `apiVersion: v1\nkind: List\nitems:\n- ${item('a')}\n- kind: List\n  apiVersion: v1\n  items:\n  - ${item('b').replaceAll('\n', '\n  ')}\n`,
      `apiVersion: mqttsecurity.io/v1alpha1\nkind: MqttDeviceList\nmetadata: {}\nitems:\n- ${item('c')}\n`,
      'apiVersion: v1\nkind: List\nitems: []\n',
    );
    assert.deepEqual(findings, []);
    assert.deepEqual([...fleet.devices.keys()].sort(), ['a', 'b', 'c']);
  });

  it('collects values of ConfigMaps and Secrets', () => {
    const { values } = parse(
      device(),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {"ca.crt": PEM, __proto__: x}\n',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: plant}\ndata: {a: aMOp, b: aGk=, bin: /w==}\nstringData: {b: plain}\n',
    );
    assert.deepEqual(
      [...values],
      [
        ['ConfigMap/default/c/ca.crt', 'PEM'],
        ['ConfigMap/default/c/__proto__', 'x'],
        ['Secret/plant/s/a', 'hé'],
        ['Secret/plant/s/b', 'plain'],
      ],
    );
  });

  it('collects labels of namespaces', () => {
    const { fleet } = parse(device(), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: n, labels: {a: b, c: 1}}\n');
    assert.deepEqual(fleet.namespaces, new Map([['n', new Map([['a', 'b']])]]));
  });

  it('files that were parsed before are put together as if they were parsed now', () => {
    const files = [device(), device('  bad: 1\n', 'b'), 'x: ['].map((text, i) => ({ name: `${i}`, text }));
    const results = files.map(parseFile);
    for (const twice of [assembled(results), assembled(results)]) {
      assert.deepEqual(twice.findings, parseManifests(files).findings);
      assert.deepEqual([...twice.fleet.devices.entries()], [...parseManifests(files).fleet.devices.entries()]);
    }
  });

  describe('CAs of brokers', () => {
    const [one, two] = ['one', 'two'].map((name) => authority(name).issuer.pem) as [string, string];
    const broker = (name: string, ca: string) =>
      `${head('MqttBroker', name)}${[
        'spec:',
        "  mosquitto: { version: '2.1' }",
        '  listeners: [{ name: mtls, port: 8883, authentication: Certificate }]',
        '  tls: { serverCertificate: { issuerRef: { name: server } } }',
        '  clientCertificates:',
        `    issuerRef: { name: issuer-of-${name} }`,
        `    trustedCas: [{ name: ca, caRef: { kind: ConfigMap, name: ${ca}, key: ca.crt }, revocation: { type: None } }]`,
      ].join('\n')}\n`;
    const configMap = (name: string, pem: string) =>
      `${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'plant' }, data: { 'ca.crt': pem } })}\n`;
    const sensor = (name: string, on: string) =>
      device('', name).replace('{name: main}', `{name: ${on}}`).replace('spec:', 'spec:\n  identity: sensor');
    const conflicts = (...pems: readonly (string | undefined)[]) => {
      const cas = pems.flatMap((pem, index) => (pem === undefined ? [] : configMap(`ca-${index}`, pem)));
      const documents = [broker('a', 'ca-0'), broker('b', 'ca-1'), sensor('s', 'a'), sensor('t', 'b'), ...cas];
      const findings = validationFindings(parse(documents.join('---\n')));
      return findings.filter(({ code }) => code === 'MQS047').map(({ object }) => object?.name);
    };

    it('are told apart by their keys where their certificates are declared', () => {
      assert.deepEqual(conflicts(one, two), []);
      assert.deepEqual(conflicts(one, one), ['s', 't']);
      assert.deepEqual(conflicts(one, two + one), ['s', 't']);
    });

    it('are two under two names where they are not', () => {
      for (const other of [undefined, '', 'none', one.slice(0, 200)]) assert.deepEqual(conflicts(one, other), []);
    });
  });

  describe('findings between objects', () => {
    it('get the place of the field in the object', () => {
      const result = parse('# nothing', `---\n${device('  templateRefs:\n  - name: none\n')}`);
      const finding: Finding = {
        code: 'MQS003',
        severity: 'Error',
        message: 'x',
        path: 'spec.templateRefs[0].name',
        object: { kind: 'MqttDevice', namespace: 'plant', name: 'a' },
      };
      const position = { file: 'f1.yaml', line: 10, column: 5 };
      assert.deepEqual(withPositions([finding], result), [{ ...finding, position }]);
    });

    it('stay as they are where no file declares the object, or where they have a place', () => {
      const result = parse(device());
      const foreign: Finding = {
        code: 'MQS003',
        severity: 'Error',
        message: 'x',
        path: '',
        object: { kind: 'MqttBroker', namespace: 'x', name: 'y' },
      };
      const placed: Finding = { ...foreign, position: { file: 'z', line: 1, column: 1 } };
      assert.deepEqual(withPositions([foreign, placed], result), [foreign, placed]);
    });

    it('are part of a validation, with places', () => {
      const findings = validationFindings(parse(device('  templateRefs: [{name: none}]\n')));
      assert.deepEqual(
        findings.map(({ reason, position }) => [reason, position?.line]),
        [['BrokerNotFound', 5]],
      );
    });

    it('tell devices of a refused template where to look, not the same again', () => {
      const listeners = '[{ name: mtls, port: 8883, authentication: Certificate }]';
      const issuers =
        '{ tls: { serverCertificate: { issuerRef: { name: a } } }, clientCertificates: { issuerRef: { name: b } }';
      const broker = `${head('MqttBroker', 'main')}spec: ${issuers}, mosquitto: { version: '2.1' }, listeners: ${listeners} }\n`;
      const broad = template("  rules: [{ actions: [Publish], topic: 'all/#' }]\n", 'broad');
      const findings = validationFindings(parse(broker, broad, device('  templateRefs: [{ name: broad }]\n')));
      assert.deepEqual(
        findings.map(({ code, message }) => [code, message.includes('see what is said about it')]),
        [
          ['MQS041', false],
          ['MQS043', true],
        ],
      );
    });

    it('say of an object that was refused that it was refused', () => {
      const findings = validationFindings(parse(`${device()}---\n${head('MqttBroker', 'main')}spec: {}\n`));
      assert.equal(findings.at(-1)!.message, 'MqttBroker plant/main is refused: see what is said about it');
    });
  });

  it('never throws and never changes a prototype, whatever the object', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const key = fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'spec',
      'rules',
      'topic',
      'parameters',
      'properties',
      'items',
      'data',
      'metadata',
      'name',
      'labels',
      'toString',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any')),
        fc.dictionary(key, tie('any')),
      ),
    })).any;
    const kind = fc.constantFrom(
      'MqttBroker',
      'AclTemplate',
      'MqttDevice',
      'DeviceCertificate',
      'BrokerInstance',
      'List',
      'MqttDeviceList',
      'Secret',
      'ConfigMap',
      'Namespace',
    );
    const apiVersion = fc.constantFrom('mqttsecurity.io/v1alpha1', 'v1');
    const object = fc.record(
      {
        apiVersion,
        kind,
        metadata: fc.oneof(fc.constant({ name: 'a' }), value),
        spec: value,
        items: value,
        data: value,
        stringData: value,
        __proto__: fc.constant(null),
      },
      { requiredKeys: ['apiVersion', 'kind'] },
    );
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), (objects) => {
        const result = parse(...objects.map((one) => JSON.stringify(one)));
        for (const { position, message } of validationFindings(result)) {
          assert.ok(position);
          assert.notEqual(message, '');
        }
        assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
      }),
      { numRuns: 500 },
    );
  });
});
