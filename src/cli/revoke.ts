import { revocationReasons } from '../domain/fleet.ts';
import { addToRecord, readRecord } from '../local/records.ts';
import { clusterOptions, withCluster } from './cluster-options.ts';
import { choiceOf, commandOf } from './command.ts';
import { UsageError } from './io.ts';
import { deviceNamed, deviceOperand, isLocal, localState, stateOption } from './local-state.ts';

export const command = commandOf({
  synopsis: 'DEVICE --reason REASON [--yes] [--state DIR]',
  about: `Takes a device back for good: its certificates are revoked, its rights end, its session is cut.
On a cluster it sets spec.revoked and shows what the manifest should say too. In local mode the record in the state
directory counts as if it were in the manifest; a running 'dev' acts on it at once.
The way back is a new device. For a while there is spec.suspended.
Reasons: ${revocationReasons.join(', ')}.`,
  options: {
    reason: { type: 'string', value: 'REASON', about: 'why, as the revocation list says it' },
    yes: { type: 'boolean', short: 'y', about: 'do not ask, on a terminal, whether it is meant (cluster)' },
    ...clusterOptions,
    state: stateOption,
  },
  run: async ({ options, operands, io }) => {
    const reason = choiceOf('reason', options.reason, revocationReasons);
    if (!reason) throw new UsageError(`revoke needs --reason, one of ${revocationReasons.join(', ')}`);
    const name = deviceOperand(operands);
    if (!isLocal(options)) {
      const { revokeOnCluster } = await import('./revoke-cluster.ts');
      const ask = { name, reason, isSure: options.yes === true };
      return withCluster(options, '--state DIR', (cluster) => revokeOnCluster(cluster, ask, io));
    }
    const state = await localState(options.state, io);
    const { device } = deviceNamed(state, name);
    const { revoked: former } = await readRecord(state.paths.records, device);
    if (former) {
      io.out(`MqttDevice ${device} is revoked already (${former.reason}, ${former.at.toISOString()})\n`);
      return 0;
    }
    await addToRecord(state.paths.records, device, { revoked: { reason, at: io.now(), fromManifest: false } });
    const effect =
      state.running === undefined
        ? "it takes effect when 'mqttsec dev' runs"
        : "the running 'mqttsec dev' cuts its session now";
    io.out(`MqttDevice ${device} is revoked (${reason}): ${effect}\n`);
    return 0;
  },
});
