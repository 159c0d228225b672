/** What a long-running process is made of. */
import type { KubeClient } from '../kube/client.ts';
import type { Lifetime } from '../kube/controller.ts';
import type { HealthCheck } from './health.ts';

export interface RunContext extends Lifetime {
  /** Of a runnable that needs leadership: its writes are refused when the term is over. */
  readonly client: KubeClient;
  /** Of the term; absent without an election. */
  readonly epoch?: number;
}

export interface Runnable {
  /** Appears in logs and in `/readyz/NAME`. */
  readonly name: string;
  /** Runs only while this process leads; else from the start. */
  readonly needsLeadership: boolean;
  /** Runs until it is stopped. One that ends or fails before ends the process: nothing half-alive stays. */
  readonly run: (context: RunContext) => Promise<void>;
  /** Why it is not ready. A runnable that waits for leadership is not asked, for a standby is ready to take over. */
  readonly problem?: HealthCheck['problem'];
  /** Each at `/healthz/NAME`: what only a new process mends. What others can mend, as an API server that is away, is none. */
  readonly live?: readonly HealthCheck[];
}
