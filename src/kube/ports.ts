/** What the API machinery needs of the world beside a network; any object of this shape serves. */
export interface Clock {
  now(): Date;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it is aborted before. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** A number in [0, 1), for jitter: it need not be unpredictable. */
  next(): number;
}
