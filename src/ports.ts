/** What the world must provide. Everything that has time, chance or I/O in it comes through one of these. */
import type { Bundle, BundleContent } from './domain/bundle/content.ts';

export interface Clock {
  now(): Date;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it is aborted before. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** What is asked of a web server. */
export interface DownloadRequest {
  readonly url: string;
  /** CA of the server, PEM; absent: those of the system. */
  readonly ca?: string;
  /** What the server called its former answer. */
  readonly entityTag?: string;
}

export type Download =
  { readonly kind: 'Same' } | { readonly kind: 'Content'; readonly bytes: Uint8Array; readonly entityTag?: string };

/** Downloads a small file. Fails for whatever is none of the two answers, within bounds of time and size. */
export type Downloader = (request: DownloadRequest) => Promise<Download>;

export interface Random {
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array;
}

/** Where an agent gets its bundles: a directory or ConfigMaps. */
export interface BundleSource {
  /**
   * Gives the present bundle and then each newer one, as complete sets; a set that cannot be read whole (a chunk is
   * missing or does not have its hash) is given as an error and the source goes on. Ends when the signal is aborted.
   */
  bundles(signal: AbortSignal): AsyncIterable<BundleReading>;
}

export type BundleReading =
  { readonly kind: 'Bundle'; readonly bundle: Bundle } | { readonly kind: 'Unreadable'; readonly reason: string };

export interface PublishedBundle {
  readonly revision: number;
  readonly hash: string;
  /** False when the content was already published: nothing was written. */
  readonly changed: boolean;
}

/** Where compiled content goes: a directory or ConfigMaps. Chunks are written first, the index last. */
export interface BundleSink {
  publish(broker: string, content: BundleContent): Promise<PublishedBundle>;
}

/** How a broker process ended. */
export interface BrokerExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines it logged. */
  readonly tail: readonly string[];
}

/** One running Mosquitto. */
export interface BrokerProcess {
  readonly pid: number;
  readonly exited: Promise<BrokerExit>;
  /** Sends SIGHUP. The caller makes sure that the broker's handlers are in place (facts 1.7). */
  reload(): void;
  stop(): Promise<void>;
}

/** Starts Mosquitto on a configuration file; each line it logs goes to `onLog`. */
export interface BrokerLauncher {
  /** Version that the binary reports, such as `2.0.11`. */
  version(): Promise<string>;
  start(configurationFile: string, onLog: (line: string) => void): Promise<BrokerProcess>;
  /** Ends a broker that a former, killed agent left on the file; `start` does so, too. Absent where none can be left. */
  endFormer?(configurationFile: string): Promise<void>;
}

export interface Refusal {
  readonly check: string;
  readonly reason: string;
}

/** A device said, under its own identity, that it uses the certificate with this fingerprint. */
export interface Acknowledgement {
  readonly identity: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  /** RFC 3339, whole seconds. */
  readonly at: string;
}

/** An identity that is blocked because of its own acts; times in RFC 3339, whole seconds. */
export interface InstanceLockout {
  readonly identity: string;
  /** Kind of act that led to it, a CamelCase word. */
  readonly reason: string;
  readonly since: string;
  readonly until: string;
}

/** What an agent observed of its broker: the one thing that flows back. */
export interface InstanceReport {
  readonly broker: string;
  readonly instance: string;
  readonly mosquittoVersion: string;
  /** The revision whose enforcement was last proved, with the hash of its content. */
  readonly loaded?: {
    readonly revision: number;
    readonly hash: string;
    readonly provedAt: string;
    readonly milliseconds: number;
    /** When the sessions were ended that it does not let on; there need not have been any. */
    readonly sessionsEndedAt: string;
  };
  /** Present while a newer bundle than the loaded one was refused or failed. */
  readonly refused?: { readonly revision?: number; readonly refusals: readonly Refusal[] };
  readonly lastError?: string;
  /** Of the notices that are out, at most 512; absent before the first. */
  readonly acknowledgements?: readonly Acknowledgement[];
  /** At most 256, by identity; absent as long as it is not known what a former agent reported: that stays then. */
  readonly lockouts?: readonly InstanceLockout[];
}

export interface ReportSink {
  report(report: InstanceReport): Promise<void>;
  /**
   * Lockouts that a former agent reported, once that can be known; absent where nothing is kept. Fails when it is aborted,
   * and where it is refused.
   */
  formerLockouts?(signal: AbortSignal): Promise<readonly InstanceLockout[]>;
}
