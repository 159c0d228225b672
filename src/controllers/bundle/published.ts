/** What publishing a set asks and answers. `publisher.ts` does it. */
import type { SetContent, SetIndex } from '../../domain/bundle/set.ts';
import type { Finding } from '../../domain/finding.ts';
import type { SetSite } from './site.ts';

/** An object of somebody else has a name that we need: nothing was written. */
export interface NotOurs {
  readonly kind: 'NotOurs';
  /** `ConfigMap plant/main-acl-00`. */
  readonly object: string;
}

/** `Damaged` says which index or chunk is missing or does not have its hash. */
export type PublishedIndex<P extends string> =
  /** `annex` was written with this very index. */
  | { readonly kind: 'Published'; readonly index: SetIndex<P>; readonly annex?: string }
  | { readonly kind: 'None' }
  | { readonly kind: 'Damaged'; readonly findings: readonly Finding[] }
  | NotOurs;

/** What is there of a set that lacks something. */
export interface FoundChunks<P extends string> {
  readonly index: SetIndex<P>;
  /** Texts of the chunks that were found, by their hash. */
  readonly chunks: ReadonlyMap<string, string>;
}

export type PublishedTexts<P extends string, Q extends P> =
  | Exclude<PublishedIndex<P>, { readonly kind: 'Published' | 'Damaged' }>
  /** `found` is absent when the index is damaged. */
  | { readonly kind: 'Damaged'; readonly findings: readonly Finding[]; readonly found?: FoundChunks<P> }
  | {
      readonly kind: 'Published';
      readonly index: SetIndex<P>;
      /** Verified against the index; whole, chunks joined. */
      readonly texts: Readonly<Record<Q, string>>;
    };

export type PublishResult<P extends string> =
  | {
      readonly kind: 'Published';
      readonly index: SetIndex<P>;
      /** Objects written or deleted; 0 when all was there. */
      readonly writes: number;
    }
  | NotOurs;

export interface PublishOptions {
  /** The highest revision that anybody has loaded: what is published is not lower, what is new is higher. */
  readonly leastRevision?: number;
  /** Reads those Secrets again that are known, too: they cannot be watched. */
  readonly checkSecrets?: boolean;
  /** Small sets of other namespaces go first: for what takes nothing back. */
  readonly givesWay?: boolean;
  /** A text that lies beside a new index, and is written with it, by the revision of that. Readers of the set pass over it. */
  readonly annex?: (revision: number) => string;
  readonly signal?: AbortSignal;
}

/**
 * Sets of chunks in ConfigMaps and Secrets. Chunks are written before the index, an object holds what the present index
 * names beside what is new, and every write of an object that is there names the version that was read: a reader always
 * finds a complete set, a run that was cut off is taken up by the next, and of two writers one gets a 409 (`isConflict`).
 * Calls fail with the `ApiError` of the write that failed. One publish at a time for one set.
 */
export interface Publisher {
  index<P extends string>(site: SetSite<P>, signal?: AbortSignal): Promise<PublishedIndex<P>>;
  /** Only the objects of the parts that are wanted are read. */
  texts<P extends string, Q extends P>(
    site: SetSite<P>,
    parts: readonly Q[],
    signal?: AbortSignal,
  ): Promise<PublishedTexts<P, Q>>;
  /** Content that is published already costs only the repair of what is missing or changed; its revision stays. */
  publish<P extends string>(
    site: SetSite<P>,
    content: SetContent<P>,
    options?: PublishOptions,
  ): Promise<PublishResult<P>>;
  /**
   * Names of the ConfigMaps that lack what the index names, or are gone, the index among them; by what was last seen,
   * without asking the server. Secrets are not looked at.
   */
  damaged<P extends string>(site: SetSite<P>, index: SetIndex<P>): readonly string[];
  /** To be called when the set will not be published any more. */
  forget(site: SetSite<string>): void;
}
