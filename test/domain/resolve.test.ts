import assert from 'node:assert/strict';
import { filterText } from '../../src/domain/acl/filter.ts';
import { patternText } from '../../src/domain/acl/pattern.ts';
import { type Finding, type Parsed } from '../../src/domain/finding.ts';
import {
  type Broker,
  type Device,
  type Fleet,
  fleetOf,
  type ParameterSpec,
  withDevice,
} from '../../src/domain/fleet.ts';
import { fleetFindings, resolveDevice, type ResolvedDevice } from '../../src/domain/resolve.ts';
import { aBroker, aDevice, aDeviceCertificate, aFleet, allow, aTemplate, aTemplateUse, deny } from '../fixtures.ts';

function resolved(result: Parsed<ResolvedDevice>): ResolvedDevice {
  assert.ok(result.ok, result.ok ? '' : result.findings.map(({ message }) => message).join('\n'));
  return result.value;
}

/** `Allow Publish a/b`, one per effective rule. */
function rights(fleet: Fleet, device: Device): readonly string[] {
  return resolved(resolveDevice(fleet, device)).rules.map(({ effect, actions, filter }) =>
    [effect, ...actions, filterText(filter)].join(' '),
  );
}

/** `MQS044 ParametersInvalid spec.x: message`, one per finding that refuses the device. */
function refusals(fleet: Fleet, device: Device): string {
  const result = resolveDevice(fleet, device);
  return result.ok ? 'accepted' : result.findings.map(line).join('\n');
}

function line({ code, reason, path, message }: Finding): string {
  return `${code} ${reason ?? ''} ${path}: ${message}`;
}

const password = { type: 'Password', password: { kind: 'Generate', revision: 1 } } as const;

describe('the effective rules of a device', () => {
  it('are those of its templates, then its own, with the variables filled in', () => {
    const camera = aTemplate({
      origin: { name: 'camera' },
      parameters: new Map([['site', { type: 'string' }]]),
      rules: [allow('Publish', 'sites/{param.site}/{namespace}/{device}/#'), deny('sites/{param.site}/secret')],
    });
    const device = aDevice('cam-1', {
      templates: [aTemplateUse('camera', { site: 'berlin' }), aTemplateUse('sensor')],
      rules: [allow('Subscribe', 'firmware/{device}')],
    });
    assert.deepEqual(rights(aFleet({ templates: [camera, aTemplate()], devices: [device] }), device), [
      'Allow Publish sites/berlin/plant/cam-1/#',
      'Deny sites/berlin/secret',
      'Allow Publish sensors/cam-1/#',
      'Allow Subscribe commands/cam-1',
      'Allow Subscribe firmware/cam-1',
    ]);
  });

  it('repeat a rule with {group} for each group, and leave it out without any', () => {
    const template = aTemplate({ rules: [allow('Subscribe', 'halls/{group}/{device}'), allow('Subscribe', 'all')] });
    const device = aDevice('s', { groups: ['hall-1', 'hall-2'] });
    const fleet = aFleet({ templates: [template], devices: [device] });
    assert.deepEqual(rights(fleet, device), [
      'Allow Subscribe halls/hall-1/s',
      'Allow Subscribe halls/hall-2/s',
      'Allow Subscribe all',
    ]);
    assert.deepEqual(rights(fleet, aDevice('s')), ['Allow Subscribe all']);
  });

  it('begin with those of the default templates of the broker', () => {
    const everyone = aTemplate({ origin: { name: 'everyone' }, rules: [allow('Subscribe', 'all/{device}')] });
    const broker = aBroker({ acl: { layout: 'PerIdentity', defaultTemplates: [aTemplateUse('everyone')] } });
    const device = aDevice('s', { templates: [] });
    assert.deepEqual(rights(aFleet({ brokers: [broker], templates: [everyone] }), device), ['Allow Subscribe all/s']);
  });

  it('know where they come from', () => {
    const template = aTemplate({ rules: [allow('Publish', 'a/{device}', { description: 'why' })] });
    const [rule] = resolved(resolveDevice(aFleet({ templates: [template] }), aDevice())).rules;
    assert.deepEqual(rule?.origin, {
      object: { kind: 'AclTemplate', namespace: 'plant', name: 'sensor' },
      index: 0,
      topic: 'a/{device}',
      description: 'why',
    });
  });

  it('leave {device} open where nothing else differs between devices', () => {
    const template = aTemplate({
      parameters: new Map([['p', { type: 'string', default: 'x' }]]),
      rules: ['a/{device}/#', 'all', 'a/{group}', 'a/{namespace}/{device}', 'a/{param.p}'].map((topic) =>
        allow('Subscribe', topic),
      ),
    });
    const device = aDevice('s', {
      groups: ['g'],
      rules: [allow('Subscribe', 'own/{device}', { expiresAt: new Date('2026-02-01T00:00:00Z') })],
    });
    const { rules } = resolved(resolveDevice(aFleet({ templates: [template] }), device));
    const shared = rules.map((rule) => rule.shared && patternText(rule.shared));
    assert.deepEqual(shared, ['a/{device}/#', 'all', undefined, undefined, undefined, undefined]);
  });

  it('share their pattern between all devices of a template, as one object', () => {
    const fleet = aFleet();
    const [first, second] = ['a', 'b'].map((name) => resolved(resolveDevice(fleet, aDevice(name))).rules[0]);
    assert.ok(first?.shared);
    assert.equal(first.shared, second?.shared);
  });

  it('come with the highest role among the templates of the device, not of the broker', () => {
    const templates = [
      aTemplate(),
      aTemplate({ origin: { name: 'backend' }, role: 'Backend' }),
      aTemplate({ origin: { name: 'admin' }, role: 'Admin' }),
    ];
    const broker = aBroker({ acl: { layout: 'PerIdentity', defaultTemplates: [aTemplateUse('admin')] } });
    const fleet = aFleet({ templates, brokers: [broker] });
    const roleOf = (...names: string[]): string =>
      resolved(resolveDevice(fleet, aDevice('s', { templates: names.map((name) => aTemplateUse(name)) }))).role;
    assert.equal(roleOf(), 'Device');
    assert.equal(roleOf('sensor', 'backend'), 'Backend');
    assert.equal(roleOf('admin', 'sensor'), 'Admin');
  });
});

describe('a device is refused', () => {
  const fleet = aFleet();

  it('without its broker', () => {
    assert.match(
      refusals(fleet, aDevice('s', { broker: 'plant/none' })),
      /^MQS045 BrokerNotFound spec.brokerRef: MqttBroker plant\/none does not exist$/,
    );
  });

  it('without its template, which is in its own namespace', () => {
    const device = aDevice('s', { templates: [aTemplateUse('sensor'), aTemplateUse('none')] });
    assert.match(
      refusals(fleet, device),
      /^MQS043 TemplateNotFound spec.templateRefs\[1\].name: AclTemplate plant\/none/,
    );
    const elsewhere = aTemplate({ origin: { namespace: 'elsewhere' } });
    assert.match(refusals(aFleet({ templates: [elsewhere] }), aDevice()), /TemplateNotFound/);
  });

  it('with a template that is too broad, and so is the template', () => {
    const broad = aFleet({ templates: [aTemplate({ rules: [allow('Publish', 'sensors/#')] })] });
    assert.match(
      refusals(broad, aDevice()),
      /^MQS043 OverBroad spec.templateRefs\[0\]: AclTemplate plant\/sensor is refused/,
    );
    assert.match(
      fleetFindings(broad).map(line).join('\n'),
      /^MQS041 OverBroad spec.rules\[0\].topic: rule 0, Allow Publish "sensors\/#"/,
    );
  });

  it('with a rule of its own beyond the role of its templates', () => {
    const device = aDevice('s', { rules: [allow('Subscribe', 'x'), allow('Subscribe', '+/x')] });
    assert.match(refusals(fleet, device), /^MQS041 OverBroad spec.rules\[1\].topic: rule 1, Allow Subscribe "\+\/x"/);
    const backend = aTemplate({ role: 'Backend' });
    assert.equal(refusals(aFleet({ templates: [backend] }), device), 'accepted');
  });

  it('without an own rule’s parameter, which only templates have', () => {
    const device = aDevice('s', { rules: [allow('Subscribe', 'x/{param.site}')] });
    assert.match(refusals(fleet, device), /spec.rules\[0\].topic: .*{param.site}, which has no value/);
  });

  it('where its broker has no listener for it, or issues no certificates', () => {
    const [mtls] = aBroker().listeners;
    assert.ok(mtls);
    const only = aFleet({ brokers: [aBroker({ listeners: [mtls] })] });
    assert.match(refusals(only, aDevice('s', { authentication: password })), /^MQS049 .* no listener .* Password/);
    const { clientCertificates, ...bare } = aBroker();
    assert.ok(clientCertificates);
    assert.match(refusals(aFleet({ brokers: [bare] }), aDevice()), /^MQS049 .* no `clientCertificates`/);
  });

  it('with a token, where its broker is Mosquitto, which cannot check one', () => {
    const device = aDevice('s', { authentication: { type: 'Token' } });
    assert.match(refusals(fleet, device), /^MQS305 Invalid spec.authentication.type: .* Mosquitto cannot check tokens/);
    assert.equal(refusals(aFleet({ brokers: [aBroker({ tokenIssuers: [], listeners: [] })] }), device), 'accepted');
  });

  const groups = ['#', 'a/b', '', '$SYS', 'x\n'];
  for (const group of groups) {
    it(`with the group ${JSON.stringify(group)}`, () =>
      assert.match(refusals(fleet, aDevice('s', { groups: ['ok', group] })), /^MQS048 Invalid spec.groups\[1\]/));
  }
  const identities = ['a/b', '+', '#', '$SYS', 'a\ntopic readwrite #', '', ' a', '%u', 'x'.repeat(65)];
  for (const identity of identities) {
    it(`with the identity ${JSON.stringify(identity).slice(0, 30)}`, () =>
      assert.match(refusals(fleet, aDevice('s', { identity })), /^MQS048 Invalid spec.identity/));
  }

  it('in each way at once, to be told all', () => {
    const device = aDevice('s', {
      identity: 'a/b',
      groups: ['#'],
      templates: [aTemplateUse('none'), aTemplateUse('sensor', { x: 1 })],
    });
    assert.deepEqual(refusals(fleet, device).match(/MQS\d+/g), ['MQS048', 'MQS043', 'MQS044', 'MQS048']);
  });
});

describe('parameters of a template', () => {
  const withParameter = (spec: ParameterSpec, required = false): Fleet =>
    aFleet({
      templates: [
        aTemplate({
          parameters: new Map([['p', spec]]),
          required: required ? ['p'] : [],
          rules: [allow('Subscribe', 'x/{param.p}')],
        }),
      ],
    });
  const rows: [spec: ParameterSpec, value: unknown, outcome: RegExp][] = [
    [{ type: 'string' }, 'berlin', /^x\/berlin$/],
    [{ type: 'string' }, 'a b', /^x\/a b$/],
    [{ type: 'string' }, undefined, /p of AclTemplate plant\/sensor is missing/],
    [{ type: 'string', default: 'hq' }, undefined, /^x\/hq$/],
    [{ type: 'string', default: '#' }, undefined, /is "#", which has a wildcard/],
    [{ type: 'string' }, 3, /is 3, not a string/],
    [{ type: 'string' }, null, /is missing/],
    [{ type: 'string' }, { a: 1 }, /is {"a":1}, not a string/],
    [{ type: 'string', minLength: 2 }, 'a', /is "a", shorter than 2/],
    [{ type: 'string', maxLength: 1 }, '🌡', /^x\/🌡$/],
    [{ type: 'string', maxLength: 1 }, 'ab', /is "ab", longer than 1/],
    [{ type: 'string', enum: ['a', 'b'] }, 'b', /^x\/b$/],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', /is "c", not one of a, b/],
    [{ type: 'string' }, '', /is "", which is empty/],
    [{ type: 'string' }, '#', /is "#", which has a wildcard/],
    [{ type: 'string' }, '+', /is "\+", which has a wildcard/],
    [{ type: 'string' }, 'a/b', /is "a\/b", which has a slash/],
    [{ type: 'string' }, '$SYS', /is "\$SYS", which begins with \$/],
    [{ type: 'string' }, 'a\ntopic read #', /U\+000A|wildcard/],
    [{ type: 'string' }, 'a\nb', /U\+000A/],
    [{ type: 'string' }, '%u', /%u, which Mosquitto replaces/],
    [{ type: 'integer' }, 7, /^x\/7$/],
    [{ type: 'integer' }, -0, /^x\/0$/],
    [{ type: 'integer' }, 7.5, /is 7.5, not an integer/],
    [{ type: 'integer' }, '7', /is "7", not an integer/],
    [{ type: 'integer', minimum: 1 }, 0, /is 0, below its minimum 1/],
    [{ type: 'integer', maximum: 9 }, 10, /is 10, above its maximum 9/],
    [{ type: 'integer', enum: [1, 2] }, 3, /is 3, not one of 1, 2/],
    [{ type: 'boolean' }, true, /^x\/true$/],
    [{ type: 'boolean' }, 'true', /is "true", not a boolean/],
  ];
  for (const [spec, value, outcome] of rows) {
    it(`${JSON.stringify(spec)} given ${value === undefined ? 'nothing' : JSON.stringify(value)}`, () => {
      const device = aDevice('s', { templates: [aTemplateUse('sensor', value === undefined ? {} : { p: value })] });
      const result = resolveDevice(withParameter(spec), device);
      const text = result.ok
        ? result.value.rules.map(({ filter }) => filterText(filter)).join()
        : result.findings.map(({ message }) => message).join();
      assert.match(text, outcome);
      if (!result.ok) assert.equal(result.findings[0]?.reason, 'ParametersInvalid');
    });
  }

  it('that are required are missing even where no rule uses them; others are not', () => {
    const spec = { type: 'string' } as const;
    const template = aTemplate({ parameters: new Map([['p', spec]]), rules: [allow('Subscribe', 'x')] });
    assert.match(refusals(aFleet({ templates: [{ ...template, required: ['p'] }] }), aDevice()), /p .* is missing/);
    assert.equal(refusals(aFleet({ templates: [template] }), aDevice()), 'accepted');
  });

  it('that a template does not have are told, whatever their name', () => {
    const device = aDevice('s', {
      templates: [
        aTemplateUse('sensor', JSON.parse('{"__proto__": "x", "constructor": 1}') as object as Record<string, unknown>),
      ],
    });
    assert.match(refusals(aFleet(), device), /__proto__ .* is not a parameter.*\n.*constructor .* is not a parameter/);
  });
});

describe('a device of another namespace', () => {
  const foreign = (overrides: Partial<Device> = {}): Device =>
    aDevice('cam', {
      origin: { namespace: 'yard' },
      identity: 'yard.cam',
      authentication: password,
      templates: [],
      rules: [allow('Publish', 'cams/{device}/#'), allow('Subscribe', '{namespace}/all')],
      ...overrides,
    });
  const admitting = (allowed: Partial<Broker['allowedNamespaces']> = {}, labels: Record<string, string> = {}): Fleet =>
    fleetOf({
      brokers: [
        aBroker({
          allowedNamespaces: {
            from: 'All',
            selector: new Map(),
            topicPrefix: 'tenants/{namespace}',
            roles: ['Device'],
            ...allowed,
          },
        }),
      ],
      namespaces: new Map([['yard', new Map(Object.entries(labels))]]),
      templates: [aTemplate({ origin: { namespace: 'yard', name: 'service' }, role: 'Backend' })],
    });

  it('has all its rules below the prefix of its namespace', () => {
    assert.deepEqual(rights(admitting(), foreign()), [
      'Allow Publish tenants/yard/cams/yard.cam/#',
      'Allow Subscribe tenants/yard/yard/all',
    ]);
  });

  it('shares no pattern with others', () => {
    const { rules } = resolved(resolveDevice(admitting(), foreign()));
    assert.ok(rules.every(({ shared }) => shared === undefined));
  });

  const rows: [what: string, fleet: Fleet, device: Device, outcome: RegExp][] = [
    [
      'is refused by default',
      admitting({ from: 'Same' }),
      foreign(),
      /^MQS046 NotAllowed spec.brokerRef: .* admits no devices of namespace yard/,
    ],
    [
      'is admitted by its labels',
      admitting({ from: 'Selector', selector: new Map([['a', '1']]) }, { a: '1' }),
      foreign(),
      /accepted/,
    ],
    [
      'is refused by its labels',
      admitting({ from: 'Selector', selector: new Map([['a', '1']]) }, { a: '2' }),
      foreign(),
      /MQS046 .* for a=1/,
    ],
    [
      'is admitted by its name',
      admitting({ from: 'Selector', selector: new Map([['kubernetes.io/metadata.name', 'yard']]) }),
      foreign(),
      /accepted/,
    ],
    [
      'is refused where its labels are not known',
      { ...admitting({ from: 'Selector', selector: new Map([['a', '1']]) }), namespaces: new Map() },
      foreign(),
      /labels of yard are not known/,
    ],
    [
      'is refused with a role that is not for others',
      admitting(),
      foreign({ templates: [aTemplateUse('service')] }),
      /MQS046 NotAllowed spec.templateRefs: .* only Device, not Backend/,
    ],
    [
      'may have a role that is for others',
      admitting({ roles: ['Backend'] }),
      foreign({ templates: [aTemplateUse('service')] }),
      /accepted/,
    ],
    ['has role Device without a template', admitting({ roles: ['Backend'] }), foreign(), /only Backend, not Device/],
    ['has no dot in its own name', admitting(), foreign({ identity: 'yard.a.b' }), /MQS048 .* dot/],
    [
      'has the name of its namespace',
      admitting(),
      foreign({ identity: 'plant.cam' }),
      /MQS048 .* does not begin with its namespace, yard\./,
    ],
    [
      'needs a csr for a certificate',
      admitting(),
      foreign({ authentication: { type: 'Certificate', template: aDeviceCertificate().spec } }),
      /^MQS051 NotAllowed/,
    ],
    [
      'may bring a csr',
      admitting(),
      foreign({ authentication: { type: 'Certificate', template: { key: { kind: 'Csr', pem: '' } } } }),
      /accepted/,
    ],
    [
      'is refused without a prefix',
      {
        ...admitting(),
        brokers: new Map([
          ['plant/main', aBroker({ allowedNamespaces: { from: 'All', selector: new Map(), roles: ['Device'] } })],
        ]),
      },
      foreign(),
      /MQS052 .* is missing/,
    ],
  ];
  for (const [what, fleet, device, outcome] of rows) it(what, () => assert.match(refusals(fleet, device), outcome));

  it('makes that names here have no dot either', () => {
    assert.match(refusals(admitting(), aDevice('yard.cam', { templates: [] })), /MQS048 .* dot/);
    assert.equal(refusals(aFleet(), aDevice('yard.cam')), 'accepted');
  });

  const prefixes: [prefix: string, problem: RegExp][] = [
    ['tenants', /does not have {namespace} once/],
    ['{namespace}/{namespace}', /does not have {namespace} once/],
    ['+/{namespace}', /neither literal nor/],
    ['{device}/{namespace}', /neither literal nor/],
    ['{namespace}/#', /neither literal nor/],
    ['$x/{namespace}', /begins with \$/],
    ['x{namespace}', /part of the level/],
  ];
  for (const [topicPrefix, problem] of prefixes) {
    it(`is refused under the prefix ${topicPrefix}, and so is the broker`, () => {
      const fleet = admitting({ topicPrefix });
      assert.match(refusals(fleet, foreign()), problem);
      assert.match(fleetFindings(fleet).map(line).join('\n'), problem);
    });
  }

  it('stays below its prefix when the topic is as long as can be', () => {
    const long = foreign({ rules: [allow('Subscribe', new Array<string>(199).fill('l').join('/'))] });
    assert.match(refusals(admitting(), long), /201 levels/);
  });
});

describe('one identity', () => {
  const old = new Date('2026-01-01T00:00:00Z');
  const young = new Date('2026-02-01T00:00:00Z');
  const twin = aDevice('twin', { identity: 'sensor-1', origin: { createdAt: young } });
  const senior = aDevice('sensor-1', { origin: { createdAt: old } });

  it('belongs to the older device, whose rights are untouched', () => {
    const fleet = aFleet({ devices: [twin, senior] });
    assert.equal(refusals(fleet, senior), 'accepted');
    assert.match(
      refusals(fleet, twin),
      /^MQS047 Conflicted spec.identity: .* belongs to MqttDevice plant\/sensor-1 on this/,
    );
  });

  it('belongs to nobody offline, where no age is known', () => {
    const timeless = [senior, twin].map(({ origin: { createdAt, ...origin }, ...device }) => {
      assert.ok(createdAt);
      return { ...device, origin };
    });
    const fleet = aFleet({ devices: timeless });
    for (const device of timeless) assert.match(refusals(fleet, device), /MQS047/);
  });

  it('is told by name where age is the same', () => {
    const [a, b] = ['a', 'b'].map((name) => aDevice(name, { identity: 'x' }));
    assert.ok(a && b);
    const fleet = aFleet({ devices: [b, a] });
    assert.equal(refusals(fleet, a), 'accepted');
    assert.match(refusals(fleet, b), /MQS047/);
  });

  it('is free again when its device is gone, and is not taken from a device by itself', () => {
    assert.equal(refusals(aFleet({ devices: [twin] }), twin), 'accepted');
    assert.equal(refusals(aFleet({ devices: [senior] }), { ...senior }), 'accepted');
  });

  const second = (overrides: Partial<Broker> = {}, namespace = 'plant'): Broker =>
    aBroker({ ...overrides, origin: { name: 'second', namespace } });
  const there = { ...twin, broker: 'plant/second' } as const;
  const issuer = { name: 'others', kind: 'Issuer', group: 'cert-manager.io' };
  const own = aBroker().clientCertificates;
  assert.ok(own);
  const rows: [what: string, broker: Broker, conflict: boolean][] = [
    ['the same issuer', second(), true],
    ['another issuer, but the same trusted CA', second({ clientCertificates: { ...own, issuer } }), true],
    ['another issuer and other CAs', second({ clientCertificates: { ...own, issuer, trustedCas: [] } }), false],
    ['an issuer of that name in another namespace', second({}, 'elsewhere'), false],
  ];
  for (const [what, broker, conflict] of rows) {
    it(`${conflict ? 'is one' : 'may be two'} on a second broker with ${what}`, () => {
      const key = `${broker.origin.namespace}/second` as const;
      const device = { ...there, origin: { ...there.origin, namespace: broker.origin.namespace }, broker: key };
      const templates = ['plant', 'elsewhere'].map((namespace) => aTemplate({ origin: { namespace } }));
      const fleet = aFleet({ brokers: [aBroker(), broker], devices: [device, senior], templates });
      assert.match(refusals(fleet, device), conflict ? /MQS047 .* plant\/main, which trusts the same CA/ : /accepted/);
    });
  }

  const [ca] = own.trustedCas;
  assert.ok(ca);
  const otherCa = { ...ca, ca: { kind: 'ConfigMap', name: 'copy', key: 'ca.crt' } } as const;
  const byOtherCa = { clientCertificates: { ...own, issuer, trustedCas: [otherCa] } };
  const keyRows: [what: string, broker: Broker, keys: readonly (readonly string[])[], conflict: boolean][] = [
    ['a copy of its CA', second(byOtherCa), [['k'], ['j', 'k']], true],
    ['a reference to another CA', second(byOtherCa), [['k'], ['j']], false],
    ['a reference of which nothing is known', second(byOtherCa), [['k']], false],
    [
      'a reference that was its own, whatever is known',
      second({ clientCertificates: { ...own, issuer } }),
      [['k'], ['j']],
      true,
    ],
    ['a copy of its CA, in a namespace that could be anybody’s', second(byOtherCa, 'elsewhere'), [['k'], ['k']], false],
  ];
  for (const [what, broker, [keys = [], others], conflict] of keyRows) {
    it(`${conflict ? 'is one' : 'may be two'} on a second broker with ${what}`, () => {
      const { namespace } = broker.origin;
      const key = `${namespace}/second` as const;
      const device = { ...there, origin: { ...there.origin, namespace }, broker: key };
      const caKeys = new Map([
        ['plant/main', new Set(keys)] as const,
        ...(others ? [[key, new Set(others)] as const] : []),
      ]);
      const templates = ['plant', 'elsewhere'].map((name) => aTemplate({ origin: { namespace: name } }));
      const fleet = aFleet({ brokers: [aBroker(), broker], devices: [device, senior], templates, caKeys });
      assert.match(refusals(fleet, device), conflict ? /MQS047 .* plant\/main, which trusts the same CA/ : /accepted/);
      assert.equal(refusals(fleet, senior), 'accepted');
    });
  }

  it('is one across namespaces with one ClusterIssuer', () => {
    const clusterWide = { ...own, issuer: { ...issuer, kind: 'ClusterIssuer' }, trustedCas: [] };
    const brokers = [
      aBroker({ clientCertificates: clusterWide }),
      second({ clientCertificates: clusterWide }, 'elsewhere'),
    ];
    const device = {
      ...there,
      origin: { ...there.origin, namespace: 'elsewhere' },
      broker: 'elsewhere/second',
    } as const;
    const fleet = aFleet({
      brokers,
      devices: [device, senior],
      templates: [aTemplate({ origin: { namespace: 'elsewhere' } })],
    });
    assert.match(refusals(fleet, device), /MQS047/);
  });

  it('is not taken by a device that its broker does not admit', () => {
    const squatter = aDevice('cam', { identity: 'yard.cam', origin: { namespace: 'yard', createdAt: old } });
    const local = aDevice('yard.cam', { origin: { createdAt: young } });
    assert.equal(refusals(aFleet({ devices: [squatter, local] }), local), 'accepted');
  });

  it('is followed through changes of the fleet', () => {
    const fleet = withDevice(aFleet({ devices: [twin] }), senior);
    assert.match(refusals(fleet, twin), /MQS047/);
  });
});

describe('fleetFindings', () => {
  it('finds nothing in a sound fleet', () => {
    assert.deepEqual(fleetFindings(aFleet({ certificates: [aDeviceCertificate()] })), []);
  });

  it('warns of a CA whose certificates cannot be taken back', () => {
    const { clientCertificates } = aBroker();
    const [ca] = clientCertificates?.trustedCas ?? [];
    assert.ok(clientCertificates && ca);
    const trustedCas = [ca, { ...ca, name: 'lab', revocation: { type: 'None' } as const }];
    const findings = fleetFindings(
      aFleet({ brokers: [aBroker({ clientCertificates: { ...clientCertificates, trustedCas } })] }),
    );
    assert.deepEqual(
      findings.map(({ code, severity, path }) => [code, severity, path]),
      [['MQS053', 'Warning', 'spec.clientCertificates.trustedCas[1].revocation.type']],
    );
  });

  it('warns of lockouts that start all instances again', () => {
    const lockout = { maxFailures: 20, windowSeconds: 60, blockSeconds: 900 };
    const codes = (strategy: 'Reload' | 'Roll', asked = true) => {
      const update = { strategy, windowMilliseconds: 500 };
      const broker = aBroker({ update, ...(asked && { lockout }) });
      return fleetFindings(aFleet({ brokers: [broker] })).map(({ code, path }) => `${code} ${path}`);
    };
    assert.deepEqual(codes('Roll'), ['MQS054 spec.lockout']);
    assert.deepEqual([codes('Reload'), codes('Roll', false)], [[], []]);
  });

  it('tells a missing default template once, on the broker', () => {
    const broker = aBroker({ acl: { layout: 'PerIdentity', defaultTemplates: [aTemplateUse('none')] } });
    const findings = fleetFindings(aFleet({ brokers: [broker], devices: [aDevice('a'), aDevice('b')] }));
    assert.deepEqual(findings.map(line), [
      'MQS043 TemplateNotFound spec.acl.defaultTemplateRefs[0].name: AclTemplate plant/none does not exist',
    ]);
    assert.equal(findings[0]?.object?.kind, 'MqttBroker');
  });

  it('lets one bad object block only itself (P7)', () => {
    const good = aDevice('good');
    const fleet = aFleet({ devices: [aDevice('bad', { templates: [aTemplateUse('none')] }), good] });
    assert.deepEqual(
      fleetFindings(fleet).map(({ object }) => object?.name),
      ['bad'],
    );
    assert.equal(refusals(fleet, good), 'accepted');
  });

  const certificates: [what: string, fleet: Fleet, outcome: RegExp][] = [
    [
      'no device',
      aFleet({ devices: [], certificates: [aDeviceCertificate()] }),
      /^MQS050 DeviceNotFound spec.deviceRef/,
    ],
    [
      'a device with a password',
      aFleet({ devices: [aDevice('sensor-1', { authentication: password })], certificates: [aDeviceCertificate()] }),
      /^MQS050 Invalid spec.deviceRef: .* by password/,
    ],
  ];
  for (const [what, fleet, outcome] of certificates) {
    it(`tells a DeviceCertificate for ${what}`, () => assert.match(fleetFindings(fleet).map(line).join(), outcome));
  }

  it('tells a generated key for a device of another namespace', () => {
    const broker = aBroker({
      allowedNamespaces: { from: 'All', selector: new Map(), topicPrefix: '{namespace}', roles: ['Device'] },
    });
    const device = aDevice('cam', { origin: { namespace: 'yard' }, identity: 'yard.cam', templates: [] });
    const certificate = aDeviceCertificate('cam', { origin: { namespace: 'yard' }, device: 'yard/cam' });
    const fleet = fleetOf({ brokers: [broker], devices: [device], certificates: [certificate] });
    assert.match(fleetFindings(fleet).map(line).join(), /^MQS051 NotAllowed spec.privateKey: MqttDevice yard\/cam/);
  });
});
