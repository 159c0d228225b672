/** Runs what may run only once in a cluster. */
import type { KubeClient } from '../kube/client.ts';
import { fencedClient } from '../kube/fence.ts';
import { acquiredTerm, type Election, type Term } from '../kube/lease.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RunContext, Runnable } from './runnable.ts';
import type { Runner } from './runner.ts';

export interface Leading {
  readonly runnables: readonly Runnable[];
  readonly election: Election;
  readonly client: KubeClient;
  readonly runner: Runner;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called when the term began. */
  readonly onLeading: (term: Pick<Term, 'fence' | 'lost'>) => void;
}

/**
 * Waits for leadership, runs what needs it, and frees the lease once all of that has ended. A term that is lost is a
 * failure: the process ends, so that nothing of the old term is left in it.
 */
export async function lead({ runnables, election, client, runner, log, metrics, onLeading }: Leading): Promise<void> {
  metrics.leading(election.name, false);
  const onError = (error: unknown) => log.warn({ lease: election.name, error }, 'lease failed');
  const term = await acquiredTerm({ ...election, onError }, runner.stop).catch((error: unknown) => {
    if (runner.stop.aborted) return undefined;
    throw error;
  });
  if (!term) return;
  const { epoch, lost } = term;
  log.info({ lease: election.name, epoch }, 'leading');
  metrics.leading(election.name, true);
  const onLost = () => {
    log.error({ lease: election.name, epoch, error: lost.reason as unknown }, 'leadership lost');
    runner.fail(lost.reason);
  };
  lost.addEventListener('abort', onLost, { once: true });
  onLeading(term);
  const context: RunContext = { stop: runner.stop, abort: runner.abort, client: fencedClient(client, term), epoch };
  // Each is watched by itself, so that a failure has its name; the lease is kept until the last has ended.
  await Promise.all(runnables.map(({ name, run }) => runner.start(name, () => run(context))));
  metrics.leading(election.name, false);
  await term.release();
}
