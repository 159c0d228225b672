/** The floor: a bare broker that gets the same files by hand and SIGHUP, made beforehand and checked by nobody. */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { connected } from '../../src/agent/client.ts';
import { confText, withListener } from '../../src/domain/broker/conf.ts';
import { passwordHash, passwordLine } from '../../src/domain/broker/passwords.ts';
import { type KeyPair, type Site } from '../../test/agent/site.ts';
import { type BrokerUnderTest, runningBroker } from '../../test/broker/mosquitto.ts';

export type BareFiles = Readonly<Partial<Record<'acl' | 'crl' | 'ca' | 'passwords', string>>>;

export interface BareBroker {
  /** Puts files in place and has them read. */
  reload(files: BareFiles): void;
  /** Ends the session of a client by its ID. */
  takeOver(clientId: string): Promise<void>;
  stop(): Promise<void>;
}

const login = { username: 'hand', password: 'made' };
const ownUser = passwordLine(login.username, passwordHash(login.password, Buffer.alloc(12, 7)));

function place(directory: string, files: Readonly<Record<string, string | undefined>>): void {
  for (const [name, text = ''] of Object.entries(files)) {
    writeFileSync(path.join(directory, `.${name}`), text, { mode: 0o600 });
    renameSync(path.join(directory, `.${name}`), path.join(directory, name));
  }
}

export async function bareBroker(
  broker: BrokerUnderTest,
  directory: string,
  { conf, server, ca }: Site,
  files: BareFiles,
): Promise<BareBroker> {
  const keys: KeyPair = server;
  const socket = path.join(directory, 's');
  place(directory, {
    'server.crt': keys.certificate,
    'server.key': keys.key,
    ca: ca.pem,
    passwords: ownUser,
    ...files,
  });
  const text = confText(withListener(conf, { kind: 'Unix', path: socket }));
  const running = await runningBroker(broker, directory, text);
  const takeOver = async (clientId: string): Promise<void> => {
    const outcome = await connected({ kind: 'Unix', path: socket }, { clientId, ...login }, 20_000);
    if (outcome.kind !== 'Connected') throw new Error(`take over ${clientId}: ${JSON.stringify(outcome)}`);
    await outcome.session.close();
  };
  // Its handlers are in place once it answers.
  await takeOver('first');
  return {
    reload(next) {
      place(directory, next);
      running.process.reload();
    },
    takeOver,
    stop: () => running.stop(),
  };
}
