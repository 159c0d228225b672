/** What the metrics say of brokers, beside their statuses. */
import { keyParts } from '../../kube/object.ts';
import type { AskedNumbers } from '../../shell/metrics.ts';
import type { CaKeyId } from '../../domain/pki/certificate.ts';
import type { RenewalForecast } from '../../domain/pki/forecast.ts';
import { type LineageNotice, overdueAt } from '../../domain/pki/notice.ts';
import type { Clock } from '../../ports.ts';
import type { Trust } from '../context.ts';
import { entriesPerCa } from './figures.ts';
import type { BrokerMemories } from './states.ts';

const byBroker = ['namespace', 'broker'] as const;

/** The same numbers of renewals as in `status.renewals`. */
export function renewalNumbers(brokers: Pick<BrokerMemories, 'all'>): readonly AskedNumbers[] {
  const read = function* (pick: (forecast: RenewalForecast) => readonly (readonly [number, object])[]) {
    for (const [key, { forecast }] of brokers.all()) {
      if (!forecast) continue;
      const { namespace = '', name } = keyParts(key);
      for (const [value, labels] of pick(forecast.forecast)) {
        yield { value, labels: { namespace, broker: name, ...labels } };
      }
    }
  };
  return [
    {
      ...{ name: 'mqttsec_renewals_due', labelNames: [...byBroker, 'within'] },
      help: 'Certificates to be renewed within so long from the last full hour; each number counts those before it.',
      read: () =>
        read(({ nextHour, nextDay, nextWeek }) => [
          [nextHour, { within: '1h' }],
          [nextDay, { within: '24h' }],
          [nextWeek, { within: '168h' }],
        ]),
    },
    {
      ...{ name: 'mqttsec_renewals_overdue', labelNames: byBroker },
      help: 'Certificates whose renewal was due before the last full hour.',
      read: () => read(({ overdue }) => [[overdue, {}]]),
    },
    {
      ...{ name: 'mqttsec_certificates_issued_per_hour_max', labelNames: byBroker },
      help: 'Most certificates that were issued in one of the hours of the last 7 days.',
      read: () => read(({ mostIssuedPerHour }) => [[mostIssuedPerHour, {}]]),
    },
  ];
}

/** Ends and sizes of the revocation lists that brokers were told last. */
export function listNumbers(brokers: Pick<BrokerMemories, 'all'>): readonly AskedNumbers[] {
  const labelNames = [...byBroker, 'ca'];
  const read = function* (numberOf: (trust: Trust, keyId: CaKeyId) => number | undefined) {
    for (const [key, { state }] of brokers.all()) {
      const { namespace = '', name } = keyParts(key);
      for (const { name: ca, keyId } of state?.trust?.cas ?? []) {
        const value = state?.trust && numberOf(state.trust, keyId);
        if (value !== undefined) yield { value, labels: { namespace, broker: name, ca } };
      }
    }
  };
  return [
    {
      ...{ name: 'mqttsec_revocation_list_end_timestamp_seconds', labelNames },
      help: 'When the revocation list ends, Unix time: from then on all devices of its CA are refused.',
      read: () =>
        read(({ crls }, keyId) => {
          const crl = crls.find(({ caKeyId }) => caKeyId === keyId);
          return crl && crl.nextUpdate.getTime() / 1000;
        }),
    },
    {
      ...{ name: 'mqttsec_revocation_list_entries', labelNames },
      help: 'Entries of a revocation list that the operator signs; from 10,000 on handshakes cost more.',
      read: () =>
        read(({ cas, revocations }, keyId) => {
          const isOurs = cas.some((ca) => ca.keyId === keyId && ca.revocation === 'SignedCrl');
          return isOurs ? (entriesPerCa(revocations).get(keyId) ?? 0) : undefined;
        }),
    },
  ];
}

/** How many devices are asked to see to their certificates, and how many of them have let half of their time pass. */
export function noticeNumbers(
  brokers: Pick<BrokerMemories, 'all'>,
  clock: Pick<Clock, 'now'>,
): readonly AskedNumbers[] {
  const read = function* () {
    const now = clock.now();
    for (const [key, { state }] of brokers.all()) {
      const { namespace = '', name: broker } = keyParts(key);
      const counts = noticeCounts(state?.compiled.notices ?? [], now);
      for (const [text, value] of state ? counts : []) {
        const [action = '', overdue = ''] = text.split(' ');
        yield { value, labels: { namespace, broker, action, overdue } };
      }
    }
  };
  return [
    {
      ...{ name: 'mqttsec_certificate_notices', labelNames: [...byBroker, 'action', 'overdue'], read },
      help: 'Devices that are asked to see to their certificate, and whether half of their time is over.',
    },
  ];
}

/** By action and whether it is overdue, those that are 0 too. */
function noticeCounts(notices: readonly LineageNotice[], now: Date): ReadonlyMap<string, number> {
  const counts = new Map(['Renew false', 'Renew true', 'Fetch false', 'Fetch true'].map((text) => [text, 0]));
  for (const notice of notices) {
    const text = `${notice.action} ${overdueAt(notice) <= now}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}
