import assert from 'node:assert/strict';
import fc from 'fast-check';
import { brokerConf, checksCrl } from '../../../src/domain/broker/broker-conf.ts';
import { parseConf } from '../../../src/domain/broker/conf-parser.ts';
import { type Conf, confText, linesReadAtStart, withListener } from '../../../src/domain/broker/conf.ts';
import { imagePlacement, type Placement } from '../../../src/domain/bundle/placement.ts';
import type { Broker } from '../../../src/domain/fleet.ts';
import { assertRefused, manyLines, textsAround } from '../mutations.ts';

const broker: Broker = {
  origin: { kind: 'MqttBroker', namespace: 'plant', name: 'plant' },
  version: '2.0',
  listeners: [
    { name: 'devices', port: 8883, authentication: 'Certificate', tls: true, protocol: 'MQTT' },
    { name: 'people', port: 8884, authentication: 'Password', tls: true, protocol: 'WebSockets', maxConnections: 50 },
  ],
  tls: { profile: 'Modern', server: { kind: 'Secret', name: 'plant-server' } },
  acl: { layout: 'PerIdentity', defaultTemplates: [] },
  allowedNamespaces: { from: 'Same', selector: new Map(), roles: ['Device'] },
  update: { strategy: 'Roll', windowMilliseconds: 200 },
  workload: { kind: 'None' },
  limits: { maxPacketSizeBytes: 65536, persistentClientExpirationSeconds: 172800, maxQueuedMessages: 500 },
};

function confOf(changes: Partial<Broker> = {}, placement: Placement = imagePlacement): Conf {
  const conf = brokerConf({ ...broker, ...changes }, placement, true);
  assert.ok(conf.ok, JSON.stringify(conf));
  return conf.value;
}

const golden20 = `# Mosquitto 2.0, written by mqtt-security-operator. Changes are overwritten.
per_listener_settings false
allow_anonymous false
check_retain_source true
set_tcp_nodelay true
connection_messages true
log_dest stderr
log_type error
log_type warning
log_type notice
log_type information
log_timestamp true
user mosquitto
max_packet_size 65536
persistent_client_expiration 48h
max_queued_messages 500
persistence true
persistence_location /mosquitto/data
acl_file /mosquitto/current/acl
password_file /mosquitto/current/passwords

# listener devices
listener 8883
protocol mqtt
use_username_as_clientid true
certfile /mosquitto/current/server.crt
keyfile /mosquitto/current/server.key
tls_version tlsv1.3
cafile /mosquitto/current/ca
crlfile /mosquitto/current/crl
require_certificate true
use_identity_as_username true

# listener people
listener 8884
protocol websockets
use_username_as_clientid true
max_connections 50
certfile /mosquitto/current/server.crt
keyfile /mosquitto/current/server.key
tls_version tlsv1.3
`;

const golden21 = `# Mosquitto 2.1, written by mqtt-security-operator. Changes are overwritten.
allow_anonymous false
check_retain_source true
set_tcp_nodelay true
connection_messages true
log_dest stderr
log_type error
log_type warning
log_type notice
log_type information
log_timestamp true
user nobody
max_packet_size 1048576
persistence false
plugin /opt/plugins/mosquitto_password_file.so
plugin_opt_password_file /run/set/passwords
plugin /opt/plugins/mosquitto_acl_file.so
plugin_opt_acl_file /run/set/acl

# listener devices
listener 40001 127.0.0.1
protocol mqtt
use_username_as_clientid true
certfile /run/set/server.crt
keyfile /run/set/server.key
tls_version tlsv1.2
ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
cafile /run/set/ca
require_certificate true
use_identity_as_username true

# listener lan
listener 1883 127.0.0.1
protocol mqtt
use_username_as_clientid true

listener 0 /run/set/agent.sock
`;

const laptop: Placement = {
  directory: '/run/set',
  user: 'nobody',
  pluginDirectory: '/opt/plugins',
  bindAddress: '127.0.0.1',
  ports: new Map([['devices', 40001]]),
};

const broker21: Broker = {
  ...broker,
  version: '2.1',
  listeners: [
    { name: 'devices', port: 8883, authentication: 'Certificate', tls: true, protocol: 'MQTT' },
    { name: 'lan', port: 1883, authentication: 'Password', tls: false, protocol: 'MQTT' },
  ],
  tls: { ...broker.tls, profile: 'Intermediate' },
  limits: { maxPacketSizeBytes: 1048576 },
};

describe('mosquitto.conf', () => {
  it('for 2.0 uses the global files, and is the same bytes every time', () => {
    assert.equal(confText(confOf()), golden20);
  });

  it('for 2.1 uses the plugins; placement decides paths, address and ports; the agent adds its own listener', () => {
    const conf = brokerConf(broker21, laptop, false);
    assert.ok(conf.ok);
    assert.equal(confText(withListener(conf.value, { kind: 'Unix', path: '/run/set/agent.sock' })), golden21);
  });

  const lockout = { maxFailures: 20, windowSeconds: 60, blockSeconds: 900 };
  const watching = { monitoring: { aclViolations: 'Enabled', observe: 'Disabled' }, lockout } as const;
  for (const [name, changed, golden] of [
    ['2.0', broker, golden20],
    ['2.1', broker21, golden21],
  ] as const) {
    it(`for ${name} has the debug log where denied publishes are watched, and tells the agent when to lock out`, () => {
      const placement = name === '2.0' ? imagePlacement : laptop;
      const conf = brokerConf({ ...changed, ...watching }, placement, name === '2.0');
      assert.ok(conf.ok);
      const full =
        name === '2.0' ? conf.value : withListener(conf.value, { kind: 'Unix', path: '/run/set/agent.sock' });
      const expected = golden
        .replace('overwritten.\n', 'overwritten.\n# lockout maxFailures 20 windowSeconds 60 blockSeconds 900\n')
        .replace('log_timestamp true\n', 'log_timestamp true\nlog_type debug\n');
      assert.equal(confText(full), expected);
      assert.equal(linesReadAtStart(expected), golden);
    });
  }

  it('tells the agent where to publish alerts, for which no broker is started again', () => {
    const monitoring = { aclViolations: 'Disabled', observe: 'Disabled', alertTopic: 'admin/alerts' } as const;
    const text = confText(confOf({ monitoring }));
    assert.equal(text, golden20.replace('overwritten.\n', 'overwritten.\n# alerts admin/alerts\n'));
    assert.equal(linesReadAtStart(text), golden20);
  });

  it('tells the agent when to tell of something, for which no broker is started again', () => {
    const rules = [
      { event: 'Silent', role: 'Device', alert: 'Enabled', windowSeconds: 600 },
      { event: 'PublishDenied', role: 'Any', alert: 'Disabled' },
      { event: 'Takeover', role: 'Admin', alert: 'Enabled', threshold: 5 },
      { event: 'TopicUnseen', role: 'Device', alert: 'Enabled', threshold: 9, windowSeconds: 30 },
      { event: 'SizeUnusual', role: 'Any', alert: 'Disabled' },
    ] as const;
    const text = confText(confOf({ monitoring: { aclViolations: 'Disabled', observe: 'Disabled', rules } }));
    const lines = ['Silent Device Enabled - 600', 'PublishDenied Any Disabled - -', 'Takeover Admin Enabled 5 -'];
    const observed = ['TopicUnseen Device Enabled 9 30', 'SizeUnusual Any Disabled - -'];
    const comments = [...lines, ...observed].map((line) => `# watch ${line}\n`).join('');
    assert.equal(text, golden20.replace('overwritten.\n', `overwritten.\n${comments}`));
    assert.equal(linesReadAtStart(text), golden20);
  });

  it('tells the agent to read what is published, for which no broker is started again', () => {
    const text = confText(confOf({ monitoring: { aclViolations: 'Disabled', observe: 'Enabled' } }));
    assert.equal(text, golden20.replace('overwritten.\n', 'overwritten.\n# observe topics\n'));
    assert.equal(linesReadAtStart(text), golden20);
  });

  it('asks the agent for metrics by device, for which no broker is started again', () => {
    const monitoring = { aclViolations: 'Disabled', observe: 'Disabled' } as const;
    const text = confText(confOf({ monitoring: { ...monitoring, deviceMetrics: 'Enabled' } }));
    assert.equal(text, golden20.replace('overwritten.\n', 'overwritten.\n# metrics by device\n'));
    assert.equal(linesReadAtStart(text), golden20);
    assert.equal(confText(confOf({ monitoring: { ...monitoring, deviceMetrics: 'Disabled' } })), golden20);
  });

  it('has no debug log unless denied publishes are watched', () => {
    const monitoring = { aclViolations: 'Disabled', observe: 'Disabled' } as const;
    assert.equal(confText(confOf({ monitoring })), golden20);
  });

  it('tells which listeners there are, with what authentication', () => {
    const read = parseConf(golden21);
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.listeners.map((listener) =>
        listener.kind === 'Unix'
          ? listener.path
          : [listener.name, listener.port, listener.authentication, !!listener.tls],
      ),
      [['devices', 40001, 'Certificate', true], ['lan', 1883, 'Password', false], '/run/set/agent.sock'],
    );
  });

  it('has a crlfile exactly where a CA publishes a CRL', () => {
    assert.equal(checksCrl([{ revocation: 'None' }]), false);
    assert.equal(checksCrl([{ revocation: 'None' }, { revocation: 'ExternalCrl' }]), true);
    assert.equal(checksCrl([]), false);
  });

  const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);
  const path = fc.array(word, { minLength: 1, maxLength: 3 }).map((levels) => `/${levels.join('/')}`);
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const count = fc.integer({ min: 1, max: 2 ** 31 - 1 });
  const listener = fc.record(
    {
      name: word,
      port: fc.integer({ min: 1, max: 65535 }),
      authentication: fc.constantFrom('Certificate' as const, 'Password' as const),
      tls: fc.boolean(),
      protocol: fc.constantFrom('MQTT' as const, 'WebSockets' as const),
      maxConnections: count,
    },
    { requiredKeys: ['name', 'port', 'authentication', 'tls', 'protocol'] },
  );
  const anyBroker = fc
    .record({
      version: fc.constantFrom('2.0' as const, '2.1' as const),
      listeners: fc.array(listener, { minLength: 1, maxLength: 4 }),
      profile: fc.constantFrom('Modern' as const, 'Intermediate' as const),
      limits: fc.record(
        {
          maxPacketSizeBytes: count,
          maxKeepaliveSeconds: count,
          persistentClientExpirationSeconds: fc.integer({ min: 1, max: 9999 }).map((hours) => hours * 3600),
          maxQueuedMessages: count,
          maxQueuedBytes: count,
          maxInflightMessages: count,
          messageSizeLimitBytes: count,
        },
        { requiredKeys: ['maxPacketSizeBytes'] },
      ),
      aclViolations: fc.constantFrom('Disabled' as const, 'Enabled' as const),
      observe: fc.constantFrom('Disabled' as const, 'Enabled' as const),
      alertTopic: optional(fc.stringMatching(/^[A-Za-z0-9._:@-]{1,20}(\/[A-Za-z0-9._:@-]{1,9}){0,9}$/)),
      lockout: optional(
        fc.record({
          maxFailures: fc.integer({ min: 1, max: 100_000 }),
          windowSeconds: fc.integer({ min: 1, max: 86_400 }),
          blockSeconds: fc.integer({ min: 1, max: 604_800 }),
        }),
      ),
    })
    .map(({ profile, aclViolations, observe, lockout, alertTopic, ...rest }): Broker => ({
      ...{ ...broker, ...rest, tls: { ...broker.tls, profile } },
      monitoring: { aclViolations, observe, ...(alertTopic !== undefined && { alertTopic }) },
      ...(lockout && { lockout }),
    }));
  const anyPlacement = fc
    .record({ directory: path, user: word, plugins: path, persistence: optional(path), address: optional(fc.ipV4()) })
    .map(({ directory, user, plugins, persistence, address }): Placement => ({
      directory,
      user,
      pluginDirectory: plugins,
      ...(persistence !== undefined && { persistenceDirectory: persistence }),
      ...(address !== undefined && { bindAddress: address }),
      ports: new Map(),
    }));

  it('reads back as what was written, whatever the broker', () => {
    fc.assert(
      fc.property(anyBroker, anyPlacement, fc.boolean(), (some, placement, crl) => {
        const conf = brokerConf(some, placement, crl);
        assert.ok(conf.ok, JSON.stringify(conf));
        const full = withListener(conf.value, { kind: 'Unix', path: '/run/agent.sock' });
        assert.deepEqual(parseConf(confText(full)), { ok: true, value: full });
      }),
      { numRuns: 300 },
    );
  });

  const badPlacements: Record<string, Partial<Placement>> = {
    'a line feed in the directory': { directory: '/a\ninclude_dir /evil' },
    'a carriage return in the user': { user: 'mosquitto\r' },
    'a trailing space in the user': { user: 'mosquitto ' },
    'a space in the address': { bindAddress: '127.0.0.1 x' },
    'no user': { user: '' },
  };
  for (const [name, placement] of Object.entries(badPlacements)) {
    it(`is refused with ${name}`, () => {
      assert.equal(brokerConf(broker, { ...imagePlacement, ...placement }, true).ok, false);
    });
  }

  it('is refused when a listener name smuggles a directive in', () => {
    const listeners = [{ ...broker.listeners[0]!, name: 'x\nallow_anonymous true' }];
    assert.equal(brokerConf({ ...broker, listeners }, imagePlacement, true).ok, false);
  });

  it('is refused when a port is none', () => {
    const listeners = [{ ...broker.listeners[0]!, port: 70000 }];
    assert.equal(brokerConf({ ...broker, listeners }, imagePlacement, true).ok, false);
  });
});

describe('a mosquitto.conf from outside', () => {
  for (const [version, golden] of [
    ['2.0', golden20],
    ['2.1', golden21],
  ] as const) {
    it(`for ${version} is read as what it says, or refused`, () => {
      let taken = 0;
      fc.assert(
        fc.property(textsAround(golden), (text) => {
          const read = parseConf(text);
          if (!read.ok) return read.findings.forEach(({ code }) => assert.match(code, /^MQS(101|221)$/));
          taken += 1;
          assert.deepEqual(parseConf(confText(read.value)), read);
          const directives = (all: string) =>
            all
              .split('\n')
              .filter((line) => line !== '' && !line.startsWith('#'))
              .sort();
          assert.deepEqual(directives(confText(read.value)), directives(text));
        }),
        { numRuns: 2000 },
      );
      assert.ok(taken > 0, 'none was taken');
    });
  }

  it('of very many lines is refused', () => {
    for (const line of [
      'x',
      'a b',
      'listener 1',
      'plugin /a/mosquitto_acl_file.so',
      '# listener x',
      `plugin /usr/lib/mosquitto_dynamic_security.so`,
    ]) {
      assertRefused(parseConf(manyLines(line)));
    }
  });
});

describe('the gate for mosquitto.conf', () => {
  const line = (text: string) => new RegExp(`^${text.replaceAll('/', '\\/')}\\n`, 'm');
  const edits: Record<string, (text: string) => string> = {
    'an empty file': () => '',
    'anonymous access': (text) => text.replace('allow_anonymous false', 'allow_anonymous true'),
    'a directive of another kind': (text) => `include_dir /etc/evil\n${text}`,
    'a bridge': (text) => `${text}connection evil\naddress evil:1883\n`,
    'a directive twice': (text) => `max_packet_size 1\n${text}`,
    'a second ACL file under a listener': (text) => `${text}acl_file /tmp/x\n`,
    'a directive without a value': (text) => text.replace('user mosquitto', 'user'),
    'a tab': (text) => text.replace('user mosquitto', 'user\tmosquitto'),
    'a NUL': (text) => text.replace('# listener devices', '# listener dev\0ices'),
    'an unknown protocol': (text) => text.replace('protocol mqtt', 'protocol http_api'),
    'weaker TLS': (text) => text.replace('tls_version tlsv1.3', 'tls_version tlsv1.1'),
    'ciphers of its own': (text) => text.replace('tls_version tlsv1.3', 'tls_version tlsv1.3\nciphers ALL'),
    'a limit that is no number': (text) => text.replace('max_packet_size 65536', 'max_packet_size 0x10'),
    'an expiry in another unit': (text) => text.replace('48h', '2d'),
    'a relative socket': (text) => `${text}listener 0 agent.sock\n`,
    'all log types at once': (text) => text.replace('log_type error', 'log_type error\nlog_type all'),
    'the debug log twice': (text) => text.replace('log_type error', 'log_type error\nlog_type debug\nlog_type debug'),
    'a lockout without numbers': (text) => `# lockout never\n${text}`,
    'a lockout after no failures': (text) => `# lockout maxFailures 0 windowSeconds 1 blockSeconds 1\n${text}`,
    'alerts on a topic with a wildcard': (text) => `# alerts admin/+\n${text}`,
    'alerts on a topic of the broker': (text) => `# alerts $SYS/alerts\n${text}`,
    'a rule for no event': (text) => `# watch Nothing Any Enabled - -\n${text}`,
    'a rule after no acts': (text) => `# watch Flood Any Enabled 0 -\n${text}`,
    'two rules for one event and role': (text) => `${'# watch Flood Any Enabled - -\n'.repeat(2)}${text}`,
    'alerts on two topics': (text) => `# alerts a\n# alerts b\n${text}`,
    'two lockouts': (text) => `${'# lockout maxFailures 1 windowSeconds 1 blockSeconds 1\n'.repeat(2)}${text}`,
    'a plugin beside the two': (text) => `plugin /evil.so\n${text}`,
    ...Object.fromEntries(
      [
        'per_listener_settings false',
        'check_retain_source true',
        'log_type error',
        'user mosquitto',
        'max_packet_size 65536',
        'persistence true',
        'acl_file /mosquitto/current/acl',
        'password_file /mosquitto/current/passwords',
        '# listener devices',
        'use_username_as_clientid true',
        'keyfile /mosquitto/current/server.key',
        'cafile /mosquitto/current/ca',
        'require_certificate true',
        'use_identity_as_username true',
      ].map((directive) => [`${directive} left out`, (text: string) => text.replace(line(directive), '')]),
    ),
  };
  for (const [name, edit] of Object.entries(edits)) {
    it(`refuses ${name}`, () => {
      assert.notEqual(edit(golden20), golden20);
      assert.equal(parseConf(edit(golden20)).ok, false);
    });
  }

  const edits21: Record<string, (text: string) => string> = {
    'another plugin': (text) => text.replace('mosquitto_acl_file.so', 'mosquitto_dynamic_security.so'),
    'plugins of two directories': (text) => text.replace('/opt/plugins/mosquitto_acl', '/tmp/mosquitto_acl'),
    'an option under the wrong plugin': (text) =>
      text.replace('plugin_opt_acl_file', 'plugin_opt_x').replace('plugin_opt_password_file', 'plugin_opt_acl_file'),
    'a third plugin': (text) => text.replace('plugin_opt_acl_file', 'plugin /evil.so\nplugin_opt_acl_file'),
  };
  for (const [name, edit] of Object.entries(edits21)) {
    it(`refuses ${name} in dialect 2.1`, () => {
      assert.notEqual(edit(golden21), golden21);
      assert.equal(parseConf(edit(golden21)).ok, false);
    });
  }

  const second: Record<string, string> = {
    'in the way of 2.0': `${golden20}plugin /usr/lib/mosquitto_dynamic_security.so\nplugin_opt_config_file /d.json\n`,
    'in an older way': `${golden20}auth_plugin /usr/lib/mosquitto_dynamic_security.so\n`,
    'beside the plugins of 2.1': `${golden21}global_plugin /opt/plugins/mosquitto_dynamic_security.so\n`,
    'by name, for a listener': `plugin_load dynsec /opt/mosquitto_dynamic_security.so\n${golden21}plugin_use dynsec\n`,
  };
  for (const [name, text] of Object.entries(second)) {
    it(`says what to do about dynamic security that is loaded ${name}`, () => {
      const read = parseConf(text);
      assert.ok(!read.ok);
      assert.deepEqual(
        read.findings.map(({ code, reason }) => [code, reason]),
        [['MQS221', 'DynamicSecurity']],
      );
      const line = text.split('\n').findIndex((one) => one.includes('dynamic_security')) + 1;
      assert.equal(read.findings[0]?.position?.line, line);
      assert.match(read.findings[0].message, /take it out/);
    });
  }

  it('says where', () => {
    const read = parseConf(`${golden20}bridge_insecure true\n`);
    assert.ok(!read.ok);
    assert.deepEqual(
      read.findings.map(({ message, position }) => [position?.line, message]),
      [[golden20.split('\n').length, 'bridge_insecure is not allowed here, or is given twice']],
    );
  });
});
