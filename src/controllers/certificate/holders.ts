import type { ObjectKey } from '../../domain/names.ts';
import { type DeclaredDevice, deviceIn } from '../declared.ts';
import type { Reflector } from '../../kube/reflector.ts';

/** What a certificate must fit. */
interface Holder {
  readonly identity: string;
  readonly broker: ObjectKey;
}

/** Devices as they were when they were last good: one that became invalid keeps its certificates. */
export interface Holders {
  readonly get: (device: ObjectKey) => Holder | undefined;
}

export function createHolders(devices: Reflector<DeclaredDevice>, onChange: (device: ObjectKey) => void): Holders {
  const holders = new Map<ObjectKey, Holder>();
  devices.onChange((old, next) => {
    const key = (next ?? old)?.key;
    if (key === undefined) return;
    const former = holders.get(key);
    if (!next) holders.delete(key);
    const device = next && (next.value.ok || !former ? deviceIn(next) : undefined);
    if (device) {
      const { identity, broker } = device;
      if (former?.identity !== identity || former.broker !== broker) holders.set(key, { identity, broker });
    }
    if (holders.get(key) !== former) onChange(key);
  });
  return { get: (device) => holders.get(device) };
}
