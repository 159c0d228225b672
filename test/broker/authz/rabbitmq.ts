/** A real RabbitMQ of one node, as `scripts/rabbitmq.sh` provides it. With CI=true one that is missing fails the run. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../cli/program.ts';
import { freePorts, scratchDirectory, until } from '../mosquitto.ts';

export interface RabbitMq {
  readonly mqttPort: number;
  /** Of its management API, with the users in it. */
  readonly management: { readonly url: URL; readonly administrator: string; readonly password: string };
  /** All that it logged. */
  readonly log: () => string;
  /** Ends the sessions of a user, as an administrator does. */
  readonly endSessions: (user: string) => void;
  readonly stop: () => Promise<void>;
}

const provided = spawnSync(path.join(root, 'scripts/rabbitmq.sh'), { encoding: 'utf8' });
const [version = '', programs = ''] = provided.stdout.trim().split('\t');

/** Version of the RabbitMQ that is there; undefined where none is. */
export const rabbitVersion: string | undefined = provided.status === 0 ? version : undefined;
if (rabbitVersion === undefined) {
  if (process.env['CI'] === 'true') throw new Error(`provide RabbitMQ: ${provided.stderr.trim()}`);
  console.warn(`no RabbitMQ, its tests do not run: ${provided.stderr.trim()}`);
}

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
});

/** In a group of its own, for it starts helpers. */
function started(file: string, args: readonly string[], env: NodeJS.ProcessEnv, onText: (text: string) => void) {
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  alive.add(child);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onText);
  const exited = new Promise<void>((resolve) => child.once('close', () => (alive.delete(child), resolve())));
  return {
    child,
    exited,
    end: async (signal: NodeJS.Signals) => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, signal);
      await exited;
    },
  };
}

/** Starts a node that asks `authzUrl` (`http://HOST:PORT/SECRET`) about everything. Nothing of it listens beyond loopback. */
export async function runningRabbit(authzUrl: string): Promise<RabbitMq> {
  const directory = scratchDirectory();
  const at = (name: string) => path.join(directory, name);
  const [mqttPort = 0, managementPort = 0, distributionPort = 0, epmdPort = 0] = await freePorts(4);
  const [administrator, password] = ['administrator', 'a password of a test'];
  for (const name of ['home', 'data', 'log']) mkdirSync(at(name));
  writeFileSync(at('home/.erlang.cookie'), 'COOKIEOFTHETESTS');
  chmodSync(at('home/.erlang.cookie'), 0o400);
  writeFileSync(at('plugins'), '[rabbitmq_mqtt,rabbitmq_auth_backend_http,rabbitmq_management].\n');
  const paths = ['user', 'vhost', 'resource', 'topic'].map((call) => `auth_http.${call}_path = ${authzUrl}/${call}`);
  const conf = [
    'listeners.tcp = none',
    `mqtt.listeners.tcp.1 = 127.0.0.1:${String(mqttPort)}`,
    'mqtt.allow_anonymous = false',
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${String(managementPort)}`,
    // For the management API alone: no device is called like this user.
    'auth_backends.1 = internal',
    'auth_backends.2 = http',
    `default_user = ${administrator}`,
    `default_pass = ${password}`,
    'default_user_tags.administrator = true',
    'auth_http.http_method = post',
    ...paths,
    'log.console = true',
    'log.console.level = info',
    '',
  ];
  writeFileSync(at('rabbitmq.conf'), conf.join('\n'));
  const env = {
    PATH: process.env['PATH'],
    HOME: at('home'),
    LANG: 'C.UTF-8',
    RABBITMQ_NODENAME: `tests-${String(mqttPort)}@localhost`,
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_MNESIA_BASE: at('data'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_PID_FILE: at('pid'),
    RABBITMQ_CONF_ENV_FILE: at('none'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
  let log = '';
  const onText = (text: string) => void (log += text);
  // Else the node would start one that stays when it is gone.
  const epmd = started('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], env, onText);
  const node = started(path.join(programs, 'rabbitmq-server'), [], env, onText);
  const stop = async () => {
    await node.end('SIGTERM');
    await epmd.end('SIGTERM');
  };
  const ended = node.exited.then(() => Promise.reject(new Error(`start RabbitMQ: it ended:\n${log}`)));
  ended.catch(() => undefined);
  try {
    await Promise.race([
      until(
        () => /Server startup complete/.test(log),
        () => `RabbitMQ runs:\n${log}`,
        180,
      ),
      ended,
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    mqttPort,
    management: { url: new URL(`http://127.0.0.1:${String(managementPort)}`), administrator, password },
    log: () => log,
    endSessions(user) {
      // `close_all_user_connections` finds no session of MQTT on a node of 3.10 alone.
      const sessions = `rabbit_connection_tracking:list_of_user(<<"${user}">>)`;
      const words = ['eval', `rabbit_connection_tracking:close_connections(${sessions}, "revoked", 0).`];
      const run = spawnSync(path.join(programs, 'rabbitmqctl'), words, { env, encoding: 'utf8' });
      if (run.status !== 0) throw new Error(`end sessions of ${user}: ${run.stderr}${run.stdout}`);
    },
    stop,
  };
}
