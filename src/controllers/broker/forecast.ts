/** Which certificates of a broker's devices are to be renewed when. What did not change is not counted again. */
import type { IdentityState, IdentityStatus } from '../../domain/bundle/compiled-identity.ts';
import type { Compiled } from '../../domain/bundle/compile.ts';
import {
  type CountedCertificate,
  hourMilliseconds,
  hourOf,
  type RenewalCounts,
  renewalCounts,
  type RenewalForecast,
  renewalForecast,
} from '../../domain/pki/forecast.ts';
import { type HeldCertificate, renewalOf } from '../../domain/pki/lineage.ts';
import { type Shard, shardCount, type ShardedMap } from '../../domain/sharded.ts';
import { serialsIn } from '../authority/publication.ts';
import type { ControllerContext, Trust } from '../context.ts';
import type { BrokerMemory } from './states.ts';

/** Everything that a forecast depends on, beside the hour. */
interface ForecastSources {
  readonly statuses: Compiled['statuses'];
  readonly certificates: ShardedMap<readonly HeldCertificate[]>;
  readonly trust: Trust;
}

/** A forecast with what it was made from. */
export interface MadeForecast {
  readonly forecast: RenewalForecast;
  readonly sources: ForecastSources;
  readonly madeAt: Date;
}

interface ForecastStep {
  readonly made: MadeForecast;
  /** When to look again although nothing changes. */
  readonly nextAt: Date;
}

/** What is known of a broker with the renewals that are to come, and when to look again. */
export function withForecast(
  { state: { issued }, clock }: Pick<ControllerContext, 'state' | 'clock'>,
  memory: BrokerMemory,
): { readonly memory: BrokerMemory; readonly nextAt: Date | undefined } {
  const { broker, trust, compiled } = memory.state ?? {};
  if (!broker?.clientCertificates) return { memory: { ...memory, forecast: undefined }, nextAt: undefined };
  if (!trust || !compiled || !issued.isKnown) return { memory, nextAt: undefined };
  const sources = { statuses: compiled.statuses, certificates: issued.byIdentity, trust };
  const { made, nextAt } = forecastStep(memory.forecast, sources, clock.now());
  return { memory: { ...memory, forecast: made }, nextAt };
}

/** A revocation has all counted again, so that this is done no more often, milliseconds. */
const interval = 10_000;

/** The forecast of this hour, or for some seconds the former one. */
function forecastStep(former: MadeForecast | undefined, sources: ForecastSources, now: Date): ForecastStep {
  const hour = hourOf(now);
  const nextHour = new Date(hour + hourMilliseconds);
  if (former && hourOf(former.madeAt) === hour) {
    if (isSame(former.sources, sources)) return { made: former, nextAt: nextHour };
    const dueAt = new Date(former.madeAt.getTime() + interval);
    if (dueAt > now) return { made: former, nextAt: dueAt };
  }
  const parts: RenewalCounts[] = [];
  for (let index = 0; index < shardCount; index += 1) {
    const held = sources.certificates.shard(index);
    if (held.size > 0) parts.push(countsIn(sources, index, hour));
  }
  return { made: { forecast: renewalForecast(parts), sources, madeAt: now }, nextAt: nextHour };
}

function isSame(a: ForecastSources, b: ForecastSources): boolean {
  return a.statuses === b.statuses && a.certificates === b.certificates && a.trust.revocations === b.trust.revocations;
}

interface ShardCounts {
  readonly certificates: Shard<readonly HeldCertificate[]>;
  readonly revocations: Trust['revocations'];
  readonly hour: number;
  readonly counts: RenewalCounts;
}

const counted = new WeakMap<Shard<IdentityStatus>, ShardCounts>();

function countsIn({ statuses, certificates, trust }: ForecastSources, index: number, hour: number): RenewalCounts {
  const [owners, held] = [statuses.shard(index), certificates.shard(index)];
  const { revocations } = trust;
  const known = counted.get(owners);
  if (known?.certificates === held && known.revocations === revocations && known.hour === hour) return known.counts;
  const revoked = serialsIn(trust);
  const counts = renewalCounts(
    [...held].flatMap(([identity, some]) => ownedBy(owners.get(identity), some, revoked)),
    hour,
  );
  counted.set(owners, { certificates: held, revocations, hour, counts });
  return counts;
}

const renewals = new WeakMap<HeldCertificate, Date>();
const served: ReadonlySet<IdentityState> = new Set(['Active', 'Locked']);

function ownedBy(
  owner: IdentityStatus | undefined,
  held: readonly HeldCertificate[],
  revoked: ReadonlySet<string>,
): readonly CountedCertificate[] {
  const own = held.filter(({ device }) => device === owner?.device);
  return own.map((one) => {
    const isOver = one.supersededAt !== undefined || revoked.has(`${one.caKeyId} ${one.serial}`);
    const isServed = owner !== undefined && served.has(owner.state);
    return { issuedAt: one.issuedAt, renewalAt: isServed && !isOver ? renewalAtOf(one) : undefined };
  });
}

function renewalAtOf(held: HeldCertificate): Date {
  const known = renewals.get(held) ?? renewalOf(held);
  renewals.set(held, known);
  return known;
}
