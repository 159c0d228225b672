import type { Counted } from './settings.ts';

/** What a monitor answers with: things worth telling somebody. */
export type NoticeKind = Counted | 'Silent' | 'LockedOut' | 'Released';

export interface Notice {
  readonly kind: NoticeKind;
  /** Who did it, authenticated; absent where nobody is known to have done it. */
  readonly identity?: string;
  /** Names that whoever was refused last gave itself: any text of at most 64 characters, without control characters. */
  readonly claimed?: string;
  /** Of whoever did it last; not told by Mosquitto 2.0 of most who were refused. */
  readonly address?: string;
  /** Of the last publish that was denied, or that was new or large, as `claimed` in its form, at most 256 characters. */
  readonly topic?: string;
  /** Of `SizeUnusual`: payload of the last one. */
  readonly bytes?: number;
  /** Acts that were not told before. */
  readonly count: number;
  readonly at: Date;
  /** Of `LockedOut` and `Released`: the kind of act that led to it, and when it ends or ended. */
  readonly reason?: string;
  readonly until?: Date;
}

/** An identity that is denied everything for a while because of its own acts; times are whole seconds. */
export interface Lockout {
  readonly identity: string;
  /** Kind of act that led to it, a CamelCase word. */
  readonly reason: string;
  readonly since: Date;
  readonly until: Date;
}
