import path from 'node:path';
import { stateName } from '../local/state.ts';
import { allNamespacesOption, clusterOptions, withCluster } from './cluster-options.ts';
import { choiceOf, commandOf } from './command.ts';
import { UsageError, type ExitCode, type Io } from './io.ts';
import { isLocal, localState, stateOption } from './local-state.ts';
import { isProven, statusWithProblems } from './status-text.ts';

export const command = commandOf({
  synopsis: '[[KIND/]NAME…] [-o FORMAT]\n[DIR] --state DIR [-o FORMAT]',
  about: `On a cluster: all brokers and devices of a namespace; of a NAME (a device, its identity, or KIND/NAME of any of our
kinds) also all that its state depends on: templates, certificates, broker, instances, and the last events. Without a
NAME also which of the admission policies are not in force, as far as you may read them.
Exit code 0: all of them are ready. 1: they are not.
In local mode (--state, or where the present directory or DIR holds the state of 'dev'): what the broker enforces,
each device, and what is wrong with the manifests. Exit code 0: it runs and all is proved. 1: it does not.`,
  options: {
    broker: {
      type: 'string',
      value: 'NAME',
      about: 'this MqttBroker, its instances and its devices that are not ready',
    },
    ...clusterOptions,
    'all-namespaces': allNamespacesOption,
    state: stateOption,
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'table (default), json, yaml (cluster) or name' },
  },
  run: async ({ options, operands, io }) => {
    const format = choiceOf('output', options.output, ['table', 'json', 'yaml', 'name']) ?? 'table';
    const { broker } = options;
    const directory = operands.length === 1 && isLocal(options, operands[0]) ? operands[0] : undefined;
    if (directory !== undefined || (operands.length === 0 && isLocal(options))) {
      if (format === 'yaml' || broker !== undefined) throw new UsageError('-o yaml and --broker are about a cluster');
      return localStatus(options.state ?? path.join(directory ?? '.', stateName), format, io);
    }
    if (options.state !== undefined) throw new UsageError('status takes one DIR with --state');
    if (operands.length > 0 && options['all-namespaces'] === true) {
      throw new UsageError('a name is in one namespace: give -n, NAMESPACE/NAME, or -A without names');
    }
    const { clusterStatus } = await import('./status-cluster.ts');
    return withCluster(options, '--state DIR', (cluster) =>
      clusterStatus(cluster, { names: operands, broker, format }, io),
    );
  },
});

async function localStatus(directory: string, format: 'table' | 'json' | 'name', io: Io): Promise<ExitCode> {
  const { status, running } = await localState(directory, io);
  const stopped = running === undefined ? "not running: this is the last that 'mqttsec dev' saw\n" : '';
  if (format === 'json') io.out(`${JSON.stringify({ running: running !== undefined, ...status }, undefined, 2)}\n`);
  else if (format === 'name') io.out(status.devices.map(({ device }) => `mqttdevice/${device}\n`).join(''));
  else io.out(`${stopped}${statusWithProblems(status, io)}`);
  return running !== undefined && isProven(status) ? 0 : 1;
}
