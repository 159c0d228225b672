import { addToRecord } from '../local/records.ts';
import { clusterOptions, withCluster } from './cluster-options.ts';
import { commandOf } from './command.ts';
import { deviceNamed, deviceOperand, isLocal, localState, stateOption } from './local-state.ts';

export const command = commandOf({
  synopsis: 'DEVICE [--state DIR]',
  about: `Ends the lockout of a device before its time: what it did until now is over. It is locked out again when it goes on as
before; spec.lockout of its MqttBroker says when that is. 'status' shows who is locked out, and until when.`,
  options: { ...clusterOptions, state: stateOption },
  run: async ({ options, operands, io }) => {
    const name = deviceOperand(operands);
    if (!isLocal(options)) {
      const { unlockOnCluster } = await import('./unlock-cluster.ts');
      return withCluster(options, '--state DIR', (cluster) => unlockOnCluster(cluster, name, io));
    }
    const state = await localState(options.state, io);
    const { device, lockout } = deviceNamed(state, name);
    await addToRecord(state.paths.records, device, { unlockAt: io.now() });
    const when = state.running === undefined ? "when 'mqttsec dev' runs" : 'now';
    const effect = lockout ? `is released ${when}` : 'is not locked out; a lockout that began until now does not count';
    io.out(`MqttDevice ${device} ${effect}\n`);
    return 0;
  },
});
