import { objectKey, type ObjectKey } from '../../domain/names.ts';
import type { Clock } from '../../ports.ts';
import type { World } from '../world.ts';

/** When the Certificates of DeviceCertificates went, as far as this process saw it. */
export interface Departures {
  /** Undefined for one that is there, or went so long ago that nobody works at it any more. */
  readonly goneAt: (lineage: ObjectKey) => Date | undefined;
  readonly forget: (lineage: ObjectKey) => void;
}

/** cert-manager may have been about to write the Secret when its Certificate went: how long it may take. */
export const lateSecretMilliseconds = 30_000;

export function createDepartures(
  { certificates, deviceCertificates }: Pick<World, 'certificates' | 'deviceCertificates'>,
  clock: Pick<Clock, 'now'>,
): Departures {
  const departures = new Map<ObjectKey, Date>();
  certificates.onChange((old, next) => {
    const { namespace = '', name = '' } = (next ?? old)?.metadata ?? {};
    const key = objectKey(namespace, name);
    if (next) departures.delete(key);
    else if (deviceCertificates.store.get(key)) departures.set(key, clock.now());
  });
  return {
    goneAt(lineage) {
      const at = departures.get(lineage);
      if (!at || clock.now().getTime() < at.getTime() + lateSecretMilliseconds) return at;
      departures.delete(lineage);
      return undefined;
    },
    forget: (lineage) => void departures.delete(lineage),
  };
}
