import type { Cluster } from '../cluster/connection.ts';
import { type BrokerDifference, brokerDifferences, type Declared } from '../domain/diff/brokers.ts';
import { fleetDifferences, type IdentityDifference } from '../domain/diff/fleets.ts';
import type { Right } from '../domain/diff/rights.ts';
import { validationFindings } from '../parse/validation.ts';
import { clusterOptions, refuseClusterFlags, withCluster } from './cluster-options.ts';
import { choiceOf, commandOf, nowOption } from './command.ts';
import { clusterInput, fleetInput, type FleetInput, isRefused } from './fleet-input.ts';
import { type ExitCode, type Io, UsageError } from './io.ts';

export const command = commandOf({
  synopsis: 'OLD NEW [-o FORMAT]\nNEW [-o FORMAT]',
  about: `Tells what changes when the manifests NEW take the place of OLD, or of what a namespace of the cluster declares:
rights that identities gain and lose, sessions that end, and whether the broker reloads, starts again or is rolled.
NEW is taken for the whole: what it does not declare goes. Rights are topic filters: something of each is gained or lost,
and nothing outside of them.
Exit code 0: nothing changes. 1: something does. 2: something is invalid or cannot be read.`,
  options: {
    now: nowOption,
    ...clusterOptions,
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'table (default) or json' },
  },
  run: async ({ options, operands, io }) => {
    const format = choiceOf('output', options.output, ['table', 'json']) ?? 'table';
    const [first, second, ...more] = operands;
    if (first === undefined || more.length > 0) throw new UsageError('give the manifests OLD and NEW, or NEW alone');
    if (second === undefined) {
      return withCluster(options, 'OLD', async (cluster) => {
        const after = await manifestsAt(first, io);
        return after ? told(await clusterDeclared(cluster, io), { ...after, values: new Map() }, format, io) : 2;
      });
    }
    if (first === '-' && second === '-') throw new UsageError('only one of OLD and NEW can be -');
    refuseClusterFlags(options, 'OLD');
    const before = await manifestsAt(first, io);
    const after = before && (await manifestsAt(second, io));
    return before && after ? told(before, after, format, io) : 2;
  },
});

/** Undefined, and told, where they are refused. */
async function manifestsAt(path: string, io: Io): Promise<FleetInput | undefined> {
  const input = await fleetInput([path], io);
  return isRefused([...input.unreadable, ...validationFindings(input)], io) ? undefined : input;
}

/** Values of Secrets are not compared: the reader may not have them, nor do manifests hold them. */
async function clusterDeclared(cluster: Cluster, io: Io): Promise<Declared> {
  const { fleet } = await clusterInput({ cluster, broker: undefined }, io);
  return { fleet, values: new Map() };
}

function told(before: Declared, after: Declared, format: 'table' | 'json', io: Io): ExitCode {
  const identities = fleetDifferences(before.fleet, after.fleet, io.now());
  const concerned = new Set(identities.map(({ broker }) => broker));
  const brokers = brokerDifferences(before, after, concerned);
  if (!brokers.ok) {
    isRefused(brokers.findings, io);
    return 2;
  }
  const changed = brokers.value.filter(({ disturbance }) => disturbance !== 'Nothing');
  if (format === 'json') io.out(`${JSON.stringify({ brokers: changed, identities }, null, 2)}\n`);
  else io.out(changed.length > 0 ? changed.map((one) => brokerText(one, identities)).join('\n') : 'nothing changes\n');
  return changed.length > 0 ? 1 : 0;
}

const disturbances: Readonly<Record<BrokerDifference['disturbance'], string>> = {
  Nothing: 'nothing changes',
  Reload: 'reloads',
  Restart: 'starts again, which cuts all sessions',
  Roll: 'is rolled: its pods are replaced one after the other',
  New: 'is new',
  Gone: 'is gone',
};

function brokerText({ broker, disturbance }: BrokerDifference, all: readonly IdentityDifference[]): string {
  const identities = all.filter((one) => one.broker === broker);
  const ended = identities.filter(({ sessionEnds }) => sessionEnds !== undefined).length;
  const sessions = ended > 0 ? `; ${ended === 1 ? '1 session ends' : `${ended} sessions end`} if open` : '';
  return `MqttBroker ${broker} ${disturbances[disturbance]}${sessions}\n${identities.map(identityText).join('')}`;
}

const signs: Readonly<Record<IdentityDifference['change'], string>> = { Added: '+', Removed: '-', Changed: '~' };

function identityText({ identity, change, gained, lost, sessionEnds }: IdentityDifference): string {
  const end = sessionEnds === undefined ? '' : `: its session ends, ${sessionEnds}`;
  const lines = [
    ...lost.map((right) => `    - ${rightText(right)}\n`),
    ...gained.map((right) => `    + ${rightText(right)}\n`),
  ];
  return `  ${signs[change]} ${identity}${end}\n${lines.join('')}`;
}

function rightText({ action, topics }: Right): string {
  return `${action === 'Publish' ? 'publish' : 'receive'} ${topics}`;
}
