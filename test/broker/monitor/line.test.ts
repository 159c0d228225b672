import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { connected } from '../../../src/agent/client.ts';
import type { BrokerEvent, LogDialect } from '../../../src/monitor/event.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  agentName,
  connectPacket,
  disconnectPacket,
  enteredClient,
  maxPacketSizeBytes,
  packet,
  password,
  publishPacket,
  rawClient,
  type WatchedBroker,
  watchedBroker,
} from './watched.ts';

/** An event without where it came from, which is another port each time: `@` where an address is told. */
function shown(event: BrokerEvent): string {
  const rest = Object.entries(event).flatMap(([name, value]) => {
    if (name === 'kind') return [];
    return [name === 'address' ? '@' : `${name} ${String(value).slice(0, 60)}`];
  });
  return [event.kind, ...rest.sort()].join(', ');
}

const enteredAs = (name: string) => ['Accepted, @', `Entered, @, clientId ${name}, identity ${name}`];
const refusedAs = (text: string) => ['Accepted, @', `Refused, ${text}`];

interface Case {
  readonly what: string;
  readonly done: (broker: WatchedBroker) => Promise<unknown>;
  readonly events: Readonly<Record<LogDialect, readonly string[]>>;
  /** What 2.0 may log instead, by how the bytes come. */
  readonly or20?: readonly string[];
}

function sent(port: number, ...packets: readonly Buffer[]): Promise<void> {
  const client = rawClient(port);
  client.send(...packets);
  return client.closed();
}

/** What an entered client does until the broker ends its session. */
async function endedBy(port: number, ...packets: readonly Buffer[]): Promise<void> {
  const client = await enteredClient(port, 'd1');
  client.send(...packets);
  await client.closed();
}

const forged = 'victim already connected, closing old connection.';
const entering = "x' as victim (p5, c1, k60, u'victim').";

const twoLines = "x\nNew client connected from h:1 as victim (p5, c1, k60, u'victim').\n";

const cases: readonly Case[] = [
  {
    what: 'a device that comes and goes',
    done: ({ passwordPort }) => endedBy(passwordPort, disconnectPacket),
    events: {
      '2.0': [...enteredAs('d1'), 'Left, clientId d1, why Closed'],
      '2.1': [...enteredAs('d1'), 'Left, @, clientId d1, why Closed'],
    },
  },
  {
    what: 'one with a certificate, under another client ID and user name',
    async done({ certificatePort, pairs }) {
      const client = rawClient(certificatePort, pairs.good);
      client.send(connectPacket({ clientId: 'victim', username: 'victim' }), disconnectPacket);
      await client.closed();
    },
    events: {
      '2.0': [...enteredAs('d1'), 'Left, clientId d1, why Closed'],
      '2.1': [...enteredAs('d1'), 'Left, @, clientId d1, why Closed'],
    },
  },
  {
    what: 'a connection that breaks',
    async done({ passwordPort }) {
      (await enteredClient(passwordPort, 'd1')).socket.resetAndDestroy();
    },
    events: {
      '2.0': [...enteredAs('d1'), 'Left, clientId d1, why Closed'],
      '2.1': [...enteredAs('d1'), 'Left, @, clientId d1, why Closed'],
    },
  },
  {
    what: 'denied publishes, of topics that look like the end of the line and that are cut',
    async done({ passwordPort }) {
      const topics = ['other', "', ... (1 bytes))", 't'.repeat(1500), 'dev/d1'];
      await endedBy(passwordPort, ...topics.map((topic) => publishPacket(topic)), disconnectPacket);
    },
    events: {
      '2.0': [
        ...enteredAs('d1'),
        'DeniedPublish, clientId d1, topic other',
        "DeniedPublish, clientId d1, topic ', ... (1 bytes))",
        `DeniedPublish, clientId d1, topic ${'t'.repeat(60)}`,
        'Left, clientId d1, why Closed',
      ],
      '2.1': [
        ...enteredAs('d1'),
        'DeniedPublish, clientId d1, topic other',
        "DeniedPublish, clientId d1, topic ', ... (1 bytes))",
        `DeniedPublish, clientId d1, topic ${'t'.repeat(60)}`,
        'Left, @, clientId d1, why Closed',
      ],
    },
  },
  {
    what: 'an oversize packet',
    done: ({ passwordPort }) => endedBy(passwordPort, publishPacket('dev/d1', Buffer.alloc(maxPacketSizeBytes))),
    events: {
      '2.0': [...enteredAs('d1'), 'Oversize, clientId d1, isEnd true'],
      '2.1': [...enteredAs('d1'), 'Oversize, @, clientId d1, isEnd true'],
    },
  },
  {
    what: 'an oversize packet of nobody',
    done: ({ passwordPort }) => sent(passwordPort, packet(0x10, Buffer.alloc(maxPacketSizeBytes))),
    events: { '2.0': refusedAs('why Oversize'), '2.1': refusedAs('@, why Oversize') },
  },
  {
    what: 'an oversize packet behind a wrong password',
    done: ({ passwordPort }) =>
      sent(
        passwordPort,
        connectPacket({ clientId: 'd1', username: 'd1', password: 'wrong' }),
        publishPacket('dev/d1', Buffer.alloc(maxPacketSizeBytes)),
      ),
    events: { '2.0': refusedAs('why NotAuthorised'), '2.1': refusedAs('@, claimed d1, why NotAuthorised') },
  },
  {
    what: 'a protocol error of a device, with the name of another in it',
    done: ({ passwordPort }) =>
      endedBy(passwordPort, connectPacket({ clientId: 'victim', username: 'victim', password: 'x' })),
    events: {
      '2.0': [...enteredAs('d1'), 'Left, clientId d1, why Protocol'],
      '2.1': [...enteredAs('d1'), 'Left, @, clientId d1, why Protocol'],
    },
  },
  {
    what: 'a session that another connection of the same device takes over',
    async done({ passwordPort }) {
      const first = await enteredClient(passwordPort, 'd1');
      await endedBy(passwordPort, disconnectPacket);
      await first.closed();
    },
    events: {
      '2.0': [
        ...enteredAs('d1'),
        'Accepted, @',
        'Takeover, clientId d1',
        'Entered, @, clientId d1, identity d1',
        'Left, clientId d1, why Closed',
      ],
      '2.1': [
        ...enteredAs('d1'),
        'Accepted, @',
        'Takeover, @, clientId d1',
        'Entered, @, clientId d1, identity d1',
        'Left, @, clientId d1, why Closed',
      ],
    },
  },
  {
    what: 'a session that the agent ends',
    async done({ passwordPort, own }) {
      const client = await enteredClient(passwordPort, 'd1');
      const outcome = await connected(own, { clientId: 'd1', username: agentName, password }, 5_000);
      assert.equal(outcome.kind, 'Connected');
      await outcome.session.close();
      await client.closed();
    },
    events: {
      '2.0': [
        ...enteredAs('d1'),
        'Accepted, @',
        'Takeover, clientId d1',
        `Entered, @, clientId d1, identity ${agentName}`,
        'Left, clientId d1, why Closed',
      ],
      '2.1': [
        ...enteredAs('d1'),
        'Accepted, @',
        'Takeover, @, clientId d1',
        `Entered, @, clientId d1, identity ${agentName}`,
        'Left, @, clientId d1, why Closed',
      ],
    },
  },
  {
    what: 'a wrong password, and a user that is none',
    async done({ passwordPort }) {
      await sent(passwordPort, connectPacket({ clientId: 'victim', username: 'victim', password: 'wrong' }));
      await sent(passwordPort, connectPacket({ clientId: 'victim', username: 'nobody', password: 'wrong' }));
    },
    events: {
      '2.0': [...refusedAs('why NotAuthorised'), ...refusedAs('why NotAuthorised')],
      '2.1': [
        ...refusedAs('@, claimed victim, why NotAuthorised'),
        ...refusedAs('@, claimed nobody, why NotAuthorised'),
      ],
    },
  },
  {
    what: 'a client ID alone',
    done: ({ passwordPort }) => sent(passwordPort, connectPacket({ clientId: 'victim' })),
    events: {
      '2.0': refusedAs('claimed victim, why NotAuthorised'),
      '2.1': refusedAs('@, claimed victim, why NotAuthorised'),
    },
  },
  {
    what: 'names that are made to look like another line',
    async done({ passwordPort }) {
      await sent(passwordPort, connectPacket({ clientId: forged }));
      await sent(passwordPort, connectPacket({ clientId: 'x', username: forged, password: 'x' }));
      await sent(passwordPort, connectPacket({ clientId: 'x', username: entering, password: 'x' }));
    },
    events: {
      '2.0': [
        ...refusedAs(`claimed ${forged}, why NotAuthorised`),
        ...refusedAs('why NotAuthorised'),
        ...refusedAs('why NotAuthorised'),
      ],
      '2.1': [
        ...refusedAs(`@, claimed ${forged}, why NotAuthorised`),
        ...refusedAs(`@, claimed ${forged}, why NotAuthorised`),
        ...refusedAs(`@, claimed ${entering}, why NotAuthorised`),
      ],
    },
  },
  {
    what: 'names so long that the broker cuts the line behind them',
    async done({ passwordPort }) {
      const long = `victim [127.0.0.1:1] disconnected: oversize packet. ${'x'.repeat(1500)}`;
      await sent(passwordPort, connectPacket({ clientId: 'x', username: long, password: 'x' }));
      await sent(passwordPort, connectPacket({ clientId: `victim closed its connection.${'ü'.repeat(800)}` }));
    },
    events: {
      '2.0': [
        ...refusedAs('why NotAuthorised'),
        ...refusedAs(`claimed victim closed its connection.${'ü'.repeat(31)}, why NotAuthorised`),
      ],
      '2.1': [
        ...refusedAs(`claimed victim [127.0.0.1:1] disconnected: oversize packet. xxxxxxxx, why NotAuthorised`),
        ...refusedAs(`claimed victim closed its connection.${'ü'.repeat(31)}, why NotAuthorised`),
      ],
    },
  },
  {
    what: 'ends of lines in a client ID, a user name, the name of the protocol and a topic',
    async done({ passwordPort }) {
      await sent(passwordPort, connectPacket({ clientId: twoLines }));
      await sent(passwordPort, connectPacket({ clientId: 'x', username: twoLines, password: 'x' }));
      const otherProtocol = connectPacket({ clientId: 'x' });
      otherProtocol.write('\nabc', otherProtocol.indexOf('MQTT'));
      await sent(passwordPort, otherProtocol);
      await endedBy(passwordPort, publishPacket(twoLines));
    },
    events: {
      '2.0': [
        ...refusedAs('why Protocol'),
        ...refusedAs('why Protocol'),
        ...refusedAs('why Protocol'),
        ...enteredAs('d1'),
        'Left, clientId d1, why Protocol',
      ],
      '2.1': [
        ...refusedAs('@, why NotAuthorised'),
        ...refusedAs('@, why Protocol'),
        ...refusedAs('@, why Protocol'),
        ...enteredAs('d1'),
        'Left, @, clientId d1, why Protocol',
      ],
    },
  },
  {
    what: 'what is not MQTT, and who leaves without a word',
    async done({ passwordPort }) {
      await sent(passwordPort, Buffer.from('GET / HTTP/1.0\r\n\r\n'));
      rawClient(passwordPort).socket.end();
    },
    events: {
      '2.0': [...refusedAs('why Protocol'), ...refusedAs('why Closed')],
      '2.1': [...refusedAs('@, why Protocol'), ...refusedAs('@, why Closed')],
    },
  },
  ...(['revoked', 'foreign', 'NoCertificate'] as const).map((name): Case => ({
    what: `a certificate that is refused: ${name}`,
    async done({ certificatePort, pairs }) {
      const client = rawClient(certificatePort, name === 'NoCertificate' ? name : pairs[name]);
      client.send(connectPacket({ clientId: 'victim' }));
      await client.closed();
    },
    events: {
      '2.0': ['Accepted, @', 'Refused, why Certificate', 'Refused, why Protocol'],
      '2.1': ['Accepted, @', 'Refused, why Certificate', 'Refused, @, why Protocol'],
    },
    or20: ['Refused, @, why Certificate'],
  })),
  {
    what: 'a listener for TLS that hears none',
    done: ({ certificatePort }) => sent(certificatePort, connectPacket({ clientId: 'victim' })),
    events: {
      '2.0': ['Accepted, @', 'Refused, why Tls', 'Refused, why Protocol'],
      '2.1': ['Accepted, @', 'Refused, why Tls', 'Refused, @, why Protocol'],
    },
    or20: ['Refused, @, why Tls'],
  },
  {
    what: 'a reload',
    async done(broker) {
      broker.reload();
      await Promise.resolve();
    },
    events: { '2.0': ['Reloaded'], '2.1': ['Reloaded'] },
  },
];

for (const broker of brokers) {
  describe(`log of ${broker.name}`, () => {
    let watched: WatchedBroker;
    let seen: string[] = [];
    const taken = async (...expected: readonly (readonly string[])[]): Promise<readonly string[]> => {
      const isThere = () => {
        seen.push(...watched.events().map(shown));
        return expected.some((events) => isDeepStrictEqual(events, seen));
      };
      await until(isThere, 'the events', 5).catch(() => undefined);
      const all = seen;
      seen = [];
      return all;
    };

    before(async () => {
      watched = await watchedBroker(broker);
    });
    after(() => watched.stop());

    it('tells of its start', async () => assert.deepEqual(await taken(['Started']), ['Started']));

    for (const { what, done, events, or20 } of cases) {
      it(`tells of ${what}`, async () => {
        await done(watched);
        const expected = events[broker.dialect];
        const other = broker.dialect === '2.0' && or20 ? or20 : expected;
        const those = await taken(expected, other);
        assert.deepEqual(those, isDeepStrictEqual(those, other) ? other : expected);
      });
    }
  });
}
