import { addToRecord } from '../local/records.ts';
import { clusterOptions, withCluster } from './cluster-options.ts';
import { commandOf } from './command.ts';
import { deviceNamed, deviceOperand, isLocal, localState, stateOption } from './local-state.ts';

export const command = commandOf({
  synopsis: 'DEVICE [--state DIR]',
  about: `Has a new certificate issued to a device now, or, on a cluster, for devicecertificate/NAME. The present one stays good
until it ends, or until spec.previousCertificate.revokeAfterSeconds is over; 'bundle' then hands out the new one.`,
  options: { ...clusterOptions, state: stateOption },
  run: async ({ options, operands, io }) => {
    const name = deviceOperand(operands);
    if (!isLocal(options)) {
      const { renewOnCluster } = await import('./renew-cluster.ts');
      return withCluster(options, '--state DIR', (cluster) => renewOnCluster(cluster, name, io));
    }
    const state = await localState(options.state, io);
    const { device, authentication } = deviceNamed(state, name);
    if (authentication === 'Token') throw new Error(`renew ${device}: its issuer gives it tokens, not we`);
    if (authentication === 'Password') {
      throw new Error(`renew ${device}: it has a password; raise spec.authentication.password.revision instead`);
    }
    await addToRecord(state.paths.records, device, { renewAt: io.now() });
    const when = state.running === undefined ? "when 'mqttsec dev' runs" : 'now';
    io.out(`MqttDevice ${device} gets a new certificate ${when}\n`);
    return 0;
  },
});
