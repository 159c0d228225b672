import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connected } from '../../src/agent/client.ts';
import { fakeBroker } from './fake-broker.ts';
import { around, newCa, serverPair } from './site.ts';

/** CONNACK of MQTT 5: accepted, no properties. */
const accepted = Buffer.from([0x20, 3, 0, 0, 0]);

describe('client for probes', () => {
  let directory: string;
  let server: Server;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-client-'));
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true });
  });

  it('closes at once a session whose connection was lost before a publish was answered', async () => {
    server = createServer((socket) => {
      socket.once('data', () => {
        socket.write(accepted);
        socket.once('data', () => socket.destroy());
      });
    });
    const socketPath = path.join(directory, 's');
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    // Far more than the test may take: no step waits for its limit.
    const outcome = await connected({ kind: 'Unix', path: socketPath }, { clientId: 'c' }, 600_000);
    assert.equal(outcome.kind, 'Connected');
    assert.equal((await outcome.session.publish('t')).kind, 'Unanswered');
    await outcome.session.close();
    assert.equal(outcome.session.isOpen(), false);
  });
});

describe('client for probes, over TLS', function () {
  this.timeout(60_000);

  it('never takes silence for a refusal: a revoked certificate would pass for one that was refused', async () => {
    const now = new Date();
    const broker = await fakeBroker({ connack: () => 'Silence' }, serverPair(newCa('client', now), around(now)));
    const kinds = new Set<string>();
    const login = (index: number) => ({ clientId: `c-${index}` });
    const { endpoint } = broker;
    assert.ok(endpoint.kind === 'Network');
    for (let round = 0; round < 4; round += 1) {
      const tries = Array.from({ length: 60 }, (_, index) =>
        connected({ ...endpoint, tls: {} }, login(index), 1_500 + 3 * index),
      );
      for (const { kind } of await Promise.all(tries)) kinds.add(kind);
    }
    await broker.close();
    assert.deepEqual([...kinds], ['Unanswered']);
  });
});
