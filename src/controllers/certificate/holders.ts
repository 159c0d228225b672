import type { Device } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { Reflector } from '../../kube/reflector.ts';
import type { DeclaredDevice } from '../declared.ts';

type DeviceOf = (device: ObjectKey) => Device | undefined;

/**
 * Tells of devices that may have become the holders of other certificates: by their identity or their broker. `deviceOf`
 * knows of each change before: those that became invalid are in it as they were when they were last good.
 */
export function followHolders(
  devices: Pick<Reflector<DeclaredDevice>, 'onChange'>,
  deviceOf: DeviceOf,
  onChange: (device: ObjectKey) => void,
): void {
  devices.onChange((old, next) => {
    const key = (next ?? old)?.key;
    if (key === undefined) return;
    // What one that was invalid stood for until now is not known any more.
    const former = old?.value.ok === true ? old.value.value : undefined;
    const present = deviceOf(key);
    const isSame = former?.identity === present?.identity && former?.broker === present?.broker;
    if (!isSame || old?.value.ok === false) onChange(key);
  });
}
