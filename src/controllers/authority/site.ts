/** What all of the authorities share: what is known of brokers and of CA keys. */
import type { ObjectKey } from '../../domain/names.ts';
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { mostSkewMilliseconds } from '../../domain/pki/time.ts';
import type { Publisher } from '../bundle/published.ts';
import type { ControllerContext } from '../context.ts';
import type { Downloader } from '../../ports.ts';
import type { World } from '../world.ts';
import type { Authority } from './authority.ts';
import type { HandedIn } from './handed-in.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { Member } from './members.ts';
import type { PublishedRevocations } from './published.ts';
import type { Downloads } from '../../shell/downloads.ts';
import type { Readings } from './readings.ts';

/** What of the context the authorities use. The states are read when they are needed, not before. */
export interface AuthorityContext extends Pick<
  ControllerContext,
  'client' | 'options' | 'clock' | 'clockSkew' | 'wake' | 'record'
> {
  readonly download: Downloader;
  /** From 0 to below 1. */
  readonly jitter: () => number;
  readonly world: Pick<World, 'brokers' | 'devices' | 'deviceCertificates' | 'requests' | 'configMaps'>;
  readonly state: Pick<ControllerContext['state'], 'fleet' | 'issued' | 'brokers'>;
}

export interface Site {
  readonly context: AuthorityContext;
  readonly publisher: Publisher;
  readonly readings: Readings;
  readonly downloads: Downloads;
  readonly store: LedgerStore;
  readonly handedIn: HandedIn;
  readonly members: Map<ObjectKey, Member>;
  readonly authorities: Map<CaKeyId, Authority>;
  /** What was published to brokers that cannot be read, and of which no version is remembered that could. */
  readonly unread: Map<ObjectKey, PublishedRevocations>;
  /** What was published to brokers whose CAs could not be had since the start. */
  readonly ungathered: Map<ObjectKey, PublishedRevocations>;
  /** Brokers that were looked at since the start, with whatever result. */
  readonly looked: Set<ObjectKey>;
  readonly progress: { isComplete: boolean };
  /** Entries of which somebody was told that they are not published yet. */
  readonly awaited: Map<string, Awaited>;
  /** Unexpired certificates of suspended devices. */
  readonly suspended: () => readonly HeldCertificate[];
  /** Identities of devices that cannot be read. */
  readonly unreadable: () => ReadonlySet<string>;
}

/** `lineage`: of the certificate, where it was asked about. */
interface Awaited {
  readonly entry: RevocationEntry;
  readonly lineage: ObjectKey | undefined;
}

/** Every broker was looked at once since the start, so that all is known that was published before. */
export function isComplete({ context, looked, progress }: Site): boolean {
  progress.isComplete ||= [...context.world.brokers.store.list()].every(({ key }) => looked.has(key));
  return progress.isComplete;
}

/** What is wrong with the clock; undefined as long as it is good enough to sign by. */
export function clockProblem({ context: { clockSkew } }: Site): string | undefined {
  const skew = clockSkew?.() ?? 0;
  if (Math.abs(skew) <= mostSkewMilliseconds) return undefined;
  const side = skew > 0 ? 'ahead of' : 'behind';
  const seconds = mostSkewMilliseconds / 1000;
  return `the clock of the operator is more than ${seconds} s ${side} that of the API server: no list is signed`;
}

export function wakeHolder({ context: { wake } }: Site, { device, lineage }: HeldCertificate): void {
  wake.device(device);
  wake.certificate(lineage);
}
