import type { DeclaredCertificate } from '../declared.ts';

/** This generation was not ready yet, as far as its status tells. */
export function isFresh({ status, meta }: Pick<DeclaredCertificate, 'status' | 'meta'>): boolean {
  return status.observedGeneration !== meta.generation || status.conditions.get('Ready')?.status !== 'True';
}
