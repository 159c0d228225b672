/** The lines of a watch on their way through, with what goes wrong on it. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiCall } from './call.ts';
import type { Rules, WatchFault, WatchLine } from './fault.ts';

const newline = 10;

export interface StreamPlan {
  readonly call: ApiCall;
  readonly upstream: AsyncIterable<Buffer>;
  readonly response: ServerResponse;
  readonly rules: Rules<WatchLine, WatchFault>;
  /** Resolves at the next release of what is held. */
  readonly released: () => Promise<unknown>;
}

/** Passes lines on until either side ends; the end of the answer is the server's end, a cut is a cut. */
export async function passLines(plan: StreamPlan): Promise<void> {
  const { upstream, response } = plan;
  try {
    for await (const line of linesOf(upstream)) {
      if ((await passLine(plan, line)) === 'Ended' || response.destroyed) return;
    }
    response.end();
  } catch {
    response.destroy(); // the server, or the client, broke off
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let from = 0;
    const whole = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let end = whole.indexOf(newline); end >= 0; end = whole.indexOf(newline, from)) {
      yield whole.subarray(from, end + 1);
      from = end + 1;
    }
    rest = whole.subarray(from);
  }
  if (rest.length > 0) yield rest;
}

async function passLine({ call, response, rules, released }: StreamPlan, line: Buffer): Promise<'Goes on' | 'Ended'> {
  const { type, object } = JSON.parse(line.toString()) as Pick<WatchLine, 'type' | 'object'>;
  const fault = rules.effectOn({ call, type, object });
  switch (fault?.kind) {
    case undefined:
      response.write(line);
      return 'Goes on';
    case 'Drop':
      return 'Goes on';
    case 'Duplicate':
      response.write(Buffer.concat([line, line]));
      return 'Goes on';
    case 'Hold':
      await released();
      response.write(line);
      return 'Goes on';
    case 'Delay':
      await delay(fault.milliseconds);
      response.write(line);
      return 'Goes on';
    case 'Torn':
      response.end(line.subarray(0, line.length >> 1));
      return 'Ended';
    case 'End':
      response.end();
      return 'Ended';
    case 'Gone':
      response.end(`${JSON.stringify({ type: 'ERROR', object: gone })}\n`);
      return 'Ended';
    case 'Cut':
      response.socket?.destroySoon(); // a reset could take earlier lines with it
      return 'Ended';
  }
}

const gone = {
  ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Expired', code: 410 },
  message: 'too old resource version',
};
