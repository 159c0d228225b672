/** What devices see of a broker, measured on a thread of their own. */
import { hrtime } from 'node:process';
import { Worker } from 'node:worker_threads';
import type { KeyPair } from '../../test/agent/site.ts';

export interface WitnessDevice {
  readonly identity: string;
  readonly pair: KeyPair;
}

export type WitnessRequest =
  | {
      readonly op: 'open';
      readonly port: number;
      readonly bystander: WitnessDevice;
      readonly writer: WitnessDevice;
    }
  | { readonly op: 'hold'; readonly port: number; readonly device: WitnessDevice }
  | { readonly op: 'accepted'; readonly topic: string }
  | { readonly op: 'ping' | 'longest' | 'cut' };

/** Milliseconds of a clock that all threads share. */
export function monotonic(): number {
  return Number(hrtime.bigint()) / 1e6;
}

/** Asks, and gives the number that is answered. */
export interface Witness {
  ask(request: WitnessRequest): Promise<number>;
  stop(): Promise<void>;
}

interface Answer {
  readonly id: number;
  readonly value?: number;
  readonly failure?: string;
}

export function startedWitness(): Witness {
  const worker = new Worker(new URL('witness-thread.ts', import.meta.url));
  const waiting = new Map<number, { resolve: (value: number) => void; reject: (error: Error) => void }>();
  worker.on('message', ({ id, value = NaN, failure }: Answer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (failure === undefined) asked?.resolve(value);
    else asked?.reject(new Error(`ask a device: ${failure}`));
  });
  worker.on('error', (error: Error) => waiting.forEach(({ reject }) => reject(error)));
  let requests = 0;
  return {
    ask(request) {
      const id = (requests += 1);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, request });
      });
    },
    async stop() {
      await worker.terminate();
    },
  };
}
