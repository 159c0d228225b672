import assert from 'node:assert/strict';
import type { Rule } from '../../../src/domain/acl/rule.ts';
import { auditOf } from '../../../src/domain/audit/audit.ts';
import { findingKinds } from '../../../src/domain/findings.ts';
import type { FleetObjects } from '../../../src/domain/fleet.ts';
import { refText } from '../../../src/domain/names.ts';
import { aBroker, aDevice, aDeviceCertificate, aFleet, allow, aTemplate, aTemplateUse, deny } from '../../fixtures.ts';

const now = new Date('2026-11-01T00:00:00Z');
const day = 86_400_000;
const later = (days: number) => new Date(now.getTime() + days * day);

function found(objects: FleetObjects, ends: ReadonlyMap<string, Date> = new Map()): readonly string[] {
  const fleet = aFleet(objects);
  const known = [...fleet.devices.values()].flat().flatMap(({ origin }) => {
    const notAfter = ends.get(origin.name);
    return notAfter ? [[origin, notAfter] as const] : [];
  });
  return auditOf(fleet, new Map(known), now).findings.map(({ code, severity, object, path, message }) => {
    assert.equal(severity, findingKinds[code].severity);
    return `${code} ${object ? refText(object) : ''} ${path}: ${message}`;
  });
}

const sensor = (...rules: readonly Rule[]) => aTemplate({ rules });
const admin = (...rules: readonly Rule[]) => aTemplate({ origin: { name: 'admin' }, role: 'Admin', rules });
const listener = { name: 'plain', port: 1883, authentication: 'Password', tls: false, protocol: 'MQTT' } as const;
const generated = (algorithm: 'ECDSA' | 'RSA', size: number, rotationPolicy: 'Always' | 'Never' = 'Always') =>
  ({ key: { kind: 'Generated', privateKey: { algorithm, size, rotationPolicy } } }) as const;
const own = aBroker();
const foreign = {
  name: 'partner',
  ca: { kind: 'Secret', name: 'partner', key: 'ca.crt' },
  revocation: { type: 'None' },
} as const;
const withCas = (...more: (typeof foreign)[]) => {
  const { clientCertificates } = own;
  assert.ok(clientCertificates);
  return aBroker({
    clientCertificates: { ...clientCertificates, trustedCas: [...clientCertificates.trustedCas, ...more] },
  });
};

const rows: Readonly<Record<string, readonly [FleetObjects, readonly RegExp[], ReadonlyMap<string, Date>?]>> = {
  'a sound fleet': [{}, []],
  'a rule that another one denies': [
    { templates: [sensor(allow('Publish', 'a/{device}/x'), allow('Subscribe', 'b/{device}'), deny('a/{device}/#'))] },
    [
      /^MQS240 AclTemplate plant\/sensor spec\.rules\[0\]\.topic: rule 0, .* 1 device: all of it is denied by rule 2, Deny/,
    ],
  ],
  'a rule that is denied in parts by several': [
    { templates: [sensor(allow('Subscribe', 'a/{device}/#'), deny('a/+'), deny('a/+/+/#'))] },
    [/^MQS240 .*denied by several rules together$/],
  ],
  'a rule that is denied to one of two': [
    { devices: [aDevice('d1'), aDevice('d2', { rules: [deny('sensors/#')] })] },
    [],
  ],
  'a rule of which the others give all': [
    { templates: [sensor(allow('Publish', 'a/{device}/#'), allow('Publish', 'a/{device}/x'))] },
    [/^MQS241 .*rules\[1\].*given by rule 0/],
  ],
  'the same rule twice: the second is told': [
    { templates: [sensor(allow('Publish', 'a/{device}'), allow('Publish', 'a/{device}'))] },
    [/^MQS241 .*rules\[1\]/],
  ],
  'a rule of which others give one action alone': [
    { templates: [sensor(allow(['Publish', 'Subscribe'], 'a/{device}'), allow('Publish', 'a/{device}/#'))] },
    [],
  ],
  'a deny of what nobody has': [
    { templates: [sensor(allow('Publish', 'a/{device}'), deny('b/#'))] },
    [/^MQS242 AclTemplate plant\/sensor spec\.rules\[1\]\.topic: rule 1, Deny "b\/#"/],
  ],
  'a rule that has ended': [
    { devices: [aDevice('d1', { rules: [allow('Publish', 'a/{device}', { expiresAt: now })] })] },
    [/^MQS245 MqttDevice plant\/d1 .*it ended at 2026-11-01/],
  ],
  'a device that receives what is of others': [
    {
      templates: [sensor(allow('Publish', 'a/{device}'), allow('Subscribe', 'a/+'))],
      devices: [aDevice('d1'), aDevice('d2'), aDevice('d3')],
    },
    [
      /^MQS243 AclTemplate plant\/sensor spec\.rules\[1\]\.topic: .*lets 3 devices receive topics of up to 2 others, as d\d those of d\d: a\/d\d$/,
    ],
  ],
  'everything, for an administrator': [
    {
      templates: [aTemplate(), admin(allow(['Publish', 'Subscribe'], '#'))],
      devices: [aDevice('ada', { templates: [aTemplateUse('admin')] }), aDevice('d1')],
    },
    [
      /^MQS244 AclTemplate plant\/admin .*gives 1 device every topic/,
      /^MQS247 MqttBroker plant\/main : 1 device with role Admin: ada/,
    ],
  ],
  'many administrators are counted, and some named': [
    {
      templates: [aTemplate(), admin(allow('Subscribe', 'a/#'))],
      devices: [
        aDevice(),
        ...Array.from({ length: 12 }, (_, at) => aDevice(`ada-${at + 10}`, { templates: [aTemplateUse('admin')] })),
      ],
    },
    [/^MQS247 .*12 devices with role Admin: ada-10, .*ada-19 and 2 more$/],
  ],
  'a template that nobody uses': [
    { templates: [aTemplate(), aTemplate({ origin: { name: 'spare' } })] },
    [/^MQS246 AclTemplate plant\/spare : no device and no broker uses it/],
  ],
  'a template that a broker alone uses': [
    {
      brokers: [aBroker({ acl: { layout: 'PerIdentity', defaultTemplates: [aTemplateUse('sensor')] } })],
      devices: [aDevice('d1', { templates: [] })],
    },
    [],
  ],
  'a device without rights': [
    { devices: [aDevice(), aDevice('d1', { templates: [] }), aDevice('d2', { templates: [], suspended: true })] },
    [/^MQS253 MqttDevice plant\/d1 spec: d1 may come in and do nothing/],
  ],
  'a device that was revoked: of no account': [
    { devices: [aDevice(), aDevice('d1', { templates: [], revoked: { reason: 'Unspecified' } })] },
    [],
  ],
  'long lives': [
    {
      certificates: [
        aDeviceCertificate('sensor-1', { spec: { ...generated('ECDSA', 256), durationSeconds: 399 * 24 * 3600 } }),
      ],
    },
    [/^MQS248 DeviceCertificate plant\/sensor-1 spec\.duration: certificates live 399 days/],
  ],
  'lives of 398 days': [
    {
      certificates: [
        aDeviceCertificate('sensor-1', { spec: { ...generated('ECDSA', 256), durationSeconds: 398 * 24 * 3600 } }),
      ],
    },
    [],
  ],
  'weak keys': [
    {
      devices: [aDevice('d1', { authentication: { type: 'Certificate', template: generated('RSA', 2048) } })],
      certificates: [aDeviceCertificate('sensor-1', { spec: generated('RSA', 3072, 'Never') })],
    },
    [
      /^MQS249 MqttDevice plant\/d1 spec\.authentication\.certificate\.template\.privateKey: RSA with 2048/,
      /^MQS249 DeviceCertificate plant\/sensor-1 spec\.privateKey: its key stays the same/,
    ],
  ],
  'a CA of somebody else beside ours': [
    { brokers: [withCas(foreign)] },
    [/^MQS250 MqttBroker plant\/main spec\.clientCertificates\.trustedCas\[1\]: trusted CA partner/],
  ],
  'passwords without TLS': [
    {
      brokers: [aBroker({ listeners: [listener] })],
      devices: [aDevice('d1', { authentication: { type: 'Password', password: { kind: 'Generate', revision: 1 } } })],
    },
    [/^MQS251 MqttBroker plant\/main spec\.listeners\[0\]\.tls: listener plain/],
  ],
  'certificates at their end': [
    { devices: [aDevice('d1'), aDevice('d2'), aDevice('d3')] },
    [/^MQS252 MqttDevice plant\/d1 .*ended at 2026-10-31/, /^MQS252 MqttDevice plant\/d2 .*ends at 2026-11-07/],
    new Map([
      ['d1', later(-1)],
      ['d2', later(6)],
      ['d3', later(8)],
    ]),
  ],
};

describe('the audit of a fleet', () => {
  for (const [name, [objects, wanted, ends]] of Object.entries(rows)) {
    it(`${name}: ${wanted.length} findings`, () => {
      const lines = [...found(objects, ends)].sort();
      assert.equal(lines.length, wanted.length, lines.join('\n'));
      for (const pattern of wanted)
        assert.ok(
          lines.some((line) => pattern.test(line)),
          `${pattern}\n${lines.join('\n')}`,
        );
    });
  }
});
