import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BrokerEvent, LogDialect } from '../../src/monitor/event.ts';
import { brokerEvent } from '../../src/monitor/line.ts';

const unknown: BrokerEvent = { kind: 'Unknown' };
const dialects: readonly LogDialect[] = ['2.0', '2.1'];
const verifyFailed = 'error:0A000086:SSL routines::certificate verify failed';
const denied = (topic: string) => `Denied PUBLISH from d1 (d0, q1, r0, m1, '${topic}', ... (1 bytes))`;

const ofBoth: readonly (readonly [line: string, event: BrokerEvent])[] = [
  ['New connection from 10.0.0.1:4711 on port 8883.', { kind: 'Accepted', address: '10.0.0.1:4711' }],
  ['New connection from ::1:4711 on port 8883.', { kind: 'Accepted', address: '::1:4711' }],
  [
    "New client connected from 10.0.0.1:4711 as d1 (p5, c1, k60, u'd1').",
    { kind: 'Entered', clientId: 'd1', identity: 'd1', address: '10.0.0.1:4711' },
  ],
  [
    "New client connected from /run/b/agent.sock:0 as d1 (p5, c1, k30, u'mqttsec-agent-01').",
    { kind: 'Entered', clientId: 'd1', identity: 'mqttsec-agent-01', address: '/run/b/agent.sock:0' },
  ],
  ['New client connected from 10.0.0.1:4711 as d1 (p2, c1, k60).', unknown],
  ["New client connected from 10.0.0.1:4711 as a b (p2, c1, k60, u'd1').", unknown],
  [denied('a/b'), { kind: 'DeniedPublish', clientId: 'd1', topic: 'a/b' }],
  [denied("', ... (1 bytes))"), { kind: 'DeniedPublish', clientId: 'd1', topic: "', ... (1 bytes))" }],
  [
    `Denied PUBLISH from d1 (d0, q1, r0, m1, '${'t'.repeat(500)}`,
    { kind: 'DeniedPublish', clientId: 'd1', topic: 't'.repeat(500) },
  ],
  ["Denied PUBLISH to d1 (q1, r0, 'a/b', ... (1 bytes))", unknown],
  ["Received PUBLISH from d1 (d0, q1, r0, m1, 'a/b', ... (1 bytes))", unknown],
  [
    "Dropped too large PUBLISH from d1 (d0, q1, r0, m1, 'a', ... (9 bytes))",
    { kind: 'Oversize', clientId: 'd1', isEnd: false },
  ],
  ['Reloading config.', { kind: 'Reloaded' }],
  ['mosquitto version 2.0.11 starting', { kind: 'Started' }],
  ['mosquitto version 2.0.11 running', unknown],
  ['Client connection from 10.0.0.1 denied: max_connections exceeded.', { kind: 'LimitReached', address: '10.0.0.1' }],
  [
    `Client connection from 10.0.0.1 failed: ${verifyFailed}.`,
    { kind: 'Refused', why: 'Certificate', address: '10.0.0.1' },
  ],
  [`OpenSSL Error[1]: ${verifyFailed}`, unknown],
  ['', unknown],
];

const of20: typeof ofBoth = [
  ['Client d1 disconnected, not authorised.', { kind: 'Refused', why: 'NotAuthorised', claimed: 'd1' }],
  ['Client <unknown> disconnected, not authorised.', { kind: 'Refused', why: 'NotAuthorised' }],
  ['Client d1 already connected, closing old connection.', { kind: 'Takeover', clientId: 'd1' }],
  ['Client d1 disconnected due to oversize packet.', { kind: 'Oversize', clientId: 'd1', isEnd: true }],
  ['Client <unknown> disconnected due to oversize packet.', { kind: 'Refused', why: 'Oversize' }],
  ['Client d1 has exceeded timeout, disconnecting.', { kind: 'Left', clientId: 'd1', why: 'Timeout' }],
  ['Client <unknown> has exceeded timeout, disconnecting.', { kind: 'Refused', why: 'Timeout' }],
  ['Client d1 closed its connection.', { kind: 'Left', clientId: 'd1', why: 'Closed' }],
  ['Client d1 disconnected.', { kind: 'Left', clientId: 'd1', why: 'Closed' }],
  ['Client d1 disconnected due to protocol error.', { kind: 'Left', clientId: 'd1', why: 'Protocol' }],
  ['Client <unknown> disconnected: Protocol error.', { kind: 'Refused', why: 'Protocol' }],
  ['Client d1 disconnected: Out of memory.', { kind: 'Left', clientId: 'd1', why: 'Other' }],
  ['Bad socket read/write on client d1: Broken pipe', { kind: 'Left', clientId: 'd1', why: 'Other' }],
  [
    'Bad socket read/write on client <unknown>: Invalid function arguments provided.',
    { kind: 'Refused', why: 'Protocol' },
  ],
  [`OpenSSL Error[0]: ${verifyFailed}`, { kind: 'Refused', why: 'Certificate' }],
  ['OpenSSL Error[0]: error:0A00010B:SSL routines::wrong version number', { kind: 'Refused', why: 'Tls' }],
];

const of21: typeof ofBoth = [
  [
    'Client d1 has exceeded its receive-maximum quota. This behaviour must be fixed on the client.',
    { kind: 'Flood', clientId: 'd1', isEnd: false },
  ],
  [
    'Client d1 [10.0.0.1:4711] disconnected: not authorised.',
    { kind: 'Refused', why: 'NotAuthorised', claimed: 'd1', address: '10.0.0.1:4711' },
  ],
  [
    'Client d1 [10.0.0.1:4711] disconnected: session taken over.',
    { kind: 'Takeover', clientId: 'd1', address: '10.0.0.1:4711' },
  ],
  [
    'Client d1 [10.0.0.1:4711] disconnected: oversize packet.',
    { kind: 'Oversize', clientId: 'd1', address: '10.0.0.1:4711', isEnd: true },
  ],
  [
    'Client d1 [10.0.0.1:4711] disconnected: receive maximum exceeded.',
    { kind: 'Flood', clientId: 'd1', address: '10.0.0.1:4711', isEnd: true },
  ],
  [
    'Client d1 [10.0.0.1:4711] disconnected.',
    { kind: 'Left', clientId: 'd1', why: 'Closed', address: '10.0.0.1:4711' },
  ],
  [
    'Client d1 [10.0.0.1:4711] disconnected: exceeded timeout.',
    { kind: 'Left', clientId: 'd1', why: 'Timeout', address: '10.0.0.1:4711' },
  ],
  [
    'Client d1 [10.0.0.1:4711] disconnected: bad socket read/write: Connection reset by peer',
    { kind: 'Left', clientId: 'd1', why: 'Other', address: '10.0.0.1:4711' },
  ],
  [
    'Client 10.0.0.1 [10.0.0.1:4711] disconnected: Protocol error.',
    { kind: 'Refused', why: 'Protocol', address: '10.0.0.1:4711' },
  ],
  [
    'Client 10.0.0.1 [10.0.0.1:4711] disconnected: oversize packet.',
    { kind: 'Refused', why: 'Oversize', address: '10.0.0.1:4711' },
  ],
  [`OpenSSL Error while trying to get the error[0]: ${verifyFailed}`, { kind: 'Refused', why: 'Certificate' }],
];

const tables: readonly (readonly [dialect: LogDialect, rows: typeof ofBoth])[] = [
  ['2.0', [...ofBoth, ...of20]],
  ['2.1', [...ofBoth, ...of21]],
];

/** Text that a client may choose: a client ID, a topic, a user name. No line end is among it. */
const chosen = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom(
      "x' as victim (p5, c1, k60, u'victim').",
      "victim (p5, c1, k60, u'victim').",
      'victim already connected, closing old connection.',
      'victim disconnected due to oversize packet.',
      'victim [10.0.0.9:1] disconnected: session taken over.',
      'victim [10.0.0.9:1] disconnected: oversize packet.',
      'victim closed its connection.',
      "victim (d0, q1, r0, m1, 'a', ... (1 bytes))",
      "', ... (1 bytes))",
      '\u0000\u001b[2J\r\t\u2028\u202e',
      '\ud800\udfff\udc00',
      'victim',
      '<unknown>',
    ),
  )
  .map((text) => text.replaceAll('\n', ''));

/** As the broker puts it into a line about one whom it did not let in. */
const refusedLines: Readonly<Record<LogDialect, (name: string) => string>> = {
  '2.0': (name) => `1795420035: Client ${name} disconnected, not authorised.`,
  '2.1': (name) => `1795420035: Client ${name} [10.0.0.1:4711] disconnected: not authorised.`,
};

describe('monitor/line', () => {
  for (const [dialect, rows] of tables) {
    for (const [line, event] of rows) {
      it(`${dialect}: ${line.slice(0, 70) || 'nothing'} is ${event.kind}`, () => {
        assert.deepEqual(brokerEvent(line, dialect), event);
        assert.deepEqual(brokerEvent(`1795420035: ${line}`, dialect), event, 'with the time before it');
      });
    }
  }

  for (const dialect of dialects) {
    it(`${dialect}: whoever was refused stays refused, whatever is claimed`, () => {
      fc.assert(
        fc.property(fc.array(chosen, { minLength: 1, maxLength: 3 }), (names) => {
          const name = names.join(' ');
          const event = brokerEvent(refusedLines[dialect](name), dialect);
          assert.equal(event.kind, 'Refused');
          assert.equal(event.why, 'NotAuthorised');
          if (name !== '<unknown>' && name !== '10.0.0.1') assert.equal(event.claimed, name);
        }),
      );
    });

    it(`${dialect}: a name that is so long that the broker cuts its line is of one who was refused`, () => {
      fc.assert(
        fc.property(chosen, (name) => {
          const cut = Buffer.from(`Client ${name} ${'ü'.repeat(300)}`)
            .subarray(0, 520)
            .toString('utf8');
          assert.equal(brokerEvent(cut, dialect).kind, 'Refused');
        }),
      );
    });

    it(`${dialect}: what was denied is denied to whoever asked, whatever the topic`, () => {
      fc.assert(
        fc.property(chosen, (topic) => {
          assert.deepEqual(brokerEvent(denied(topic), dialect), { kind: 'DeniedPublish', clientId: 'd1', topic });
        }),
      );
    });

    it(`${dialect}: who enters under a strange name enters under that name, or is not known`, () => {
      fc.assert(
        fc.property(chosen, (name) => {
          const event = brokerEvent(`New client connected from h:1 as ${name} (p5, c1, k60, u'${name}').`, dialect);
          if (event.kind === 'Entered') assert.deepEqual([event.clientId, event.identity], [name, name]);
          else assert.equal(event.kind, 'Unknown');
        }),
      );
    });

    it(`${dialect}: what a session did is told of names alone that can be identities`, () => {
      const acts = fc.constantFrom<(name: string) => string>(
        (name) => `Client ${name} disconnected.`,
        (name) => `Client ${name} disconnected due to oversize packet.`,
        (name) => `Client ${name} [h:1] disconnected: oversize packet.`,
        (name) => `Client ${name} [h:1] disconnected: session taken over.`,
        (name) => `Denied PUBLISH from ${name} (d0, q1, r0, m1, 'a', ... (1 bytes))`,
        (name) => `Dropped too large PUBLISH from ${name} (d0, q1, r0, m1, 'a', ... (1 bytes))`,
      );
      fc.assert(
        fc.property(acts, fc.oneof(chosen, fc.constantFrom('$SYS', 'a/b', '.x', '-', "d1'")), (line, name) => {
          const event = brokerEvent(line(name), dialect);
          if ('clientId' in event) assert.match(event.clientId, /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/);
        }),
        { numRuns: 500 },
      );
    });

    it(`${dialect}: takes any bytes, of any length`, () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 5000 }),
          fc.constantFrom('', 'Client ', 'Denied PUBLISH from '),
          (bytes, begin) => {
            const line = `${begin}${Buffer.from(bytes).toString('utf8')}`;
            assert.equal(typeof brokerEvent(line, dialect).kind, 'string');
          },
        ),
      );
    });
  }
});
