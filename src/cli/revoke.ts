import { revocationReasons } from '../domain/fleet.ts';
import { addToRecord, readRecord } from '../local/records.ts';
import { choiceOf, commandOf } from './command.ts';
import { UsageError } from './io.ts';
import { deviceNamed, deviceOperand, localState, stateOption } from './local-state.ts';

export const command = commandOf({
  synopsis: 'DEVICE --reason REASON [--state DIR]',
  about: `Takes a device back for good: its certificates are revoked, its rights end, its session is cut.
The record in the state directory counts as if it were in the manifest; a running 'dev' acts on it at once.
The way back is a new device. For a while there is spec.suspended.
Reasons: ${revocationReasons.join(', ')}.`,
  options: {
    reason: { type: 'string', value: 'REASON', about: 'why, as the revocation list says it' },
    state: stateOption,
  },
  run: async ({ options, operands, io }) => {
    const reason = choiceOf('reason', options.reason, revocationReasons);
    if (!reason) throw new UsageError(`revoke needs --reason, one of ${revocationReasons.join(', ')}`);
    const name = deviceOperand(operands);
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
