import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connected } from '../../src/agent/client.ts';

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
