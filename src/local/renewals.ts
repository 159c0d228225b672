import type { Compiled } from '../domain/bundle/compile.ts';
import { hourOf, renewalCounts, type RenewalForecast, renewalForecast } from '../domain/pki/forecast.ts';
import { type HeldCertificate, renewalOf } from '../domain/pki/lineage.ts';
import { currentCertificates } from './plan.ts';
import type { Store } from './store.ts';

/** The renewals that are to come, as on a cluster. */
export function renewalsOf(
  store: Pick<Store, 'held' | 'ledger'>,
  statuses: Compiled['statuses'],
  now: Date,
): RenewalForecast {
  const current = currentCertificates(store);
  const isServed = ({ identity, device }: HeldCertificate) => {
    const status = statuses.get(identity);
    return status?.device === device && (status.state === 'Active' || status.state === 'Locked');
  };
  const counted = store.held.map((one) => {
    const isDue = current.get(one.lineage) === one && isServed(one);
    return { issuedAt: one.issuedAt, renewalAt: isDue ? renewalOf(one) : undefined };
  });
  return renewalForecast([renewalCounts(counted, hourOf(now))]);
}
