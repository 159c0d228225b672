import { lateSecretMilliseconds } from './departures.ts';
import type { CertificateFacts } from './facts.ts';

/** How long after its Certificate a Secret is looked for once more before the object goes. */
const soonMilliseconds = 2000;

/** Until then the object stays, for nobody would look for the Secret after it. */
export function soonestEnd({ goneAt }: Pick<CertificateFacts, 'goneAt'>): Date | undefined {
  return goneAt && new Date(goneAt.getTime() + soonMilliseconds);
}

/** When a Secret is looked for that cert-manager wrote after its Certificate had gone. */
export function lateSecretTimes(facts: Pick<CertificateFacts, 'goneAt'>): readonly Date[] {
  const { goneAt } = facts;
  const soon = soonestEnd(facts);
  return goneAt && soon ? [soon, new Date(goneAt.getTime() + lateSecretMilliseconds - 1000)] : [];
}
