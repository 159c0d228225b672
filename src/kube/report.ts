import type { Key } from './object.ts';

/** What a reflector tells about itself; for logs and metrics. */
export type ReflectorReport =
  /** Goes to the server for a list or a watch. */
  | { readonly event: 'Asked' }
  | { readonly event: 'Listed'; readonly objects: number; readonly changes: number }
  | { readonly event: 'WatchEnded'; readonly events: number }
  | { readonly event: 'Failed'; readonly error: unknown; readonly retryMilliseconds: number }
  /** A handler threw. The others were told, and it is told of later changes. */
  | { readonly event: 'HandlerFailed'; readonly key: Key; readonly error: unknown }
  /** `project` threw: the last good state stays, if it is of the same object. */
  | { readonly event: 'ProjectionFailed'; readonly key: Key; readonly error: unknown };
