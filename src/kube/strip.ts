import type { KubeObject } from './object.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

interface Written {
  managedFields?: unknown;
  annotations?: Record<string, string>;
}

/** Takes away what says who wrote the object, two thirds of its memory, which nobody reads. Gives the same object. */
export function stripped<T extends KubeObject>(object: T): T {
  const metadata = object.metadata as Written;
  // Not deleted: that would make the object a slow one.
  if (metadata.managedFields !== undefined) metadata.managedFields = undefined;
  if (metadata.annotations && lastApplied in metadata.annotations) {
    const kept = Object.entries(metadata.annotations).filter(([name]) => name !== lastApplied);
    metadata.annotations = Object.fromEntries(kept);
  }
  return object;
}
