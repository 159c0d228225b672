import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import type { ListenerProbe } from '../../../src/agent/prove-listener.ts';
import { defaultProofLimits, proof } from '../../../src/agent/prove.ts';
import { passwordHash, passwordsText } from '../../../src/domain/broker/passwords.ts';
import { systemClock } from '../../../src/local/system.ts';
import { brokers, currentUser, freePorts, type RunningBroker, runningBroker, scratchDirectory } from '../mosquitto.ts';

const [broker] = brokers;

/** A server that takes connections and says nothing. */
function silentServer(): Promise<net.Server> {
  const server = net.createServer((socket) => socket.resume());
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe('proof', () => {
  const login = { clientId: 'probe', username: 'probe', password: 'right' };
  let directory: string;
  let running: RunningBroker;
  let silent: net.Server;
  let port: number;

  before(async () => {
    assert.ok(broker);
    directory = scratchDirectory();
    [port = 0] = await freePorts(1);
    const at = (name: string) => path.join(directory, name);
    await writeFile(at('passwords'), passwordsText(new Map([['probe', passwordHash('right', Buffer.alloc(12, 1))]])));
    await writeFile(at('acl'), 'user probe\ntopic write nonce\ntopic write $CONTROL/dynamic-security/v1\n');
    const lines = [
      `user ${currentUser}`,
      'allow_anonymous false',
      `password_file ${at('passwords')}`,
      `acl_file ${at('acl')}`,
      'log_dest stderr',
      `listener 0 ${at('sock')}`,
      `listener ${String(port)} 127.0.0.1`,
    ];
    running = await runningBroker(broker, directory, `${lines.join('\n')}\n`);
    silent = await silentServer();
  });
  after(async () => {
    await running.stop();
    await new Promise((resolve) => silent.close(resolve));
  });

  const probe = (name: string, at: number, password: string): ListenerProbe => ({
    name,
    endpoint: { kind: 'Network', host: '127.0.0.1', port: at, webSockets: false },
    authentication: 'Password',
    wrongLogin: { ...login, password },
  });
  const proved = async (listeners: readonly ListenerProbe[]) => {
    const local = { endpoint: { kind: 'Unix', path: path.join(directory, 'sock') }, login } as const;
    const plan = { local, nonceTopic: 'nonce', forbiddenTopic: 'forbidden', listeners };
    const limits = { ...defaultProofLimits, answer: 300 };
    const { signal } = new AbortController();
    const { kind } = await proof({
      broker: running.process,
      plan,
      start: 'Started',
      clock: systemClock(),
      limits,
      signal,
    });
    return kind;
  };
  const silentProbe = () => probe('silent', (silent.address() as net.AddressInfo).port, 'wrong');
  // To the proof, a listener that takes what should be a wrong password is open.
  const openProbe = () => probe('open', port, 'right');
  const soundProbe = () => probe('sound', port, 'wrong');

  const rows: readonly [string, () => ListenerProbe[], string][] = [
    ['a sound listener', () => [soundProbe()], 'Proved'],
    ['a listener without an answer beside a sound one', () => [silentProbe(), soundProbe()], 'Unproved'],
    ['an open listener behind one without an answer', () => [silentProbe(), openProbe()], 'FailOpen'],
    ['an open listener before one without an answer', () => [openProbe(), silentProbe()], 'FailOpen'],
  ];
  for (const [what, listeners, kind] of rows) {
    it(`sees ${what}: ${kind}`, async () => assert.equal(await proved(listeners()), kind));
  }
});
