/** What an agent tells of itself to probes and scrapes; the process around it serves it. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Notice } from '../monitor/notice.ts';
import type { ObservedCounts } from '../monitor/observe.ts';
import { deviceMetrics } from './device-metrics.ts';
import type { DeviceCounts } from './monitoring.ts';
import { observedMetrics } from './observed-metrics.ts';
import type { AgentEvent, AgentFigures } from './state.ts';

/** Part of `/healthz` or `/readyz`. */
interface AgentCheck {
  readonly name: string;
  /** Why not; nothing if all is well. */
  readonly problem: () => string | undefined;
}

export interface AgentHealth {
  readonly live: readonly AgentCheck[];
  /** One check, `proof`: the set that the broker has was proved, and the broker runs. */
  readonly ready: readonly AgentCheck[];
  readonly registry: Registry;
  /** To be given every event of the agent. */
  readonly onEvent: (event: AgentEvent) => void;
  /** To be given all figures and notices of the agent. */
  readonly onFigures: (figures: AgentFigures) => void;
  readonly onNotice: (notice: Notice) => void;
  /** To be told what the agent read of what is published. */
  readonly onObserved: (counts: ObservedCounts) => void;
  /** To be given acts by identity. */
  readonly devices: DeviceCounts;
  /** To be told of each Kubernetes Event that was not written, and why. */
  readonly onEventLoss: (reason: string) => void;
}

/**
 * Follows an agent by its events. From the swap to the end of a proof readiness stays what it was: a reload takes
 * milliseconds, and a broker that is taken out of its Service for them would lose clients for nothing.
 */
export function agentHealth(): AgentHealth {
  const registry = new Registry();
  const count = agentMetrics(registry);
  const watch = watchMetrics(registry);
  const lostEvents = new Counter({
    ...{ name: 'mqttsec_agent_events_lost_total', labelNames: ['reason'], registers: [registry] },
    help: 'Kubernetes Events that were not written.',
  });
  let problem: string | undefined = 'no set was proved yet';
  return {
    live: [],
    ready: [{ name: 'proof', problem: () => problem }],
    registry,
    onEvent(event) {
      if (event.kind === 'Proof') problem = proofProblem(event);
      if (event.kind === 'Drifted') problem = event.what;
      if (event.kind === 'Exited' || event.kind === 'Stopped') problem = 'Mosquitto does not run';
      count(event);
    },
    ...watch,
    onObserved: observedMetrics(registry),
    devices: deviceMetrics(registry),
    onEventLoss: (reason) => lostEvents.inc({ reason }),
  };
}

function proofProblem({ proof }: AgentEvent & { readonly kind: 'Proof' }): string | undefined {
  if (proof.kind === 'Proved') return undefined;
  return proof.kind === 'BrokerGone' ? 'Mosquitto ended' : `${proof.kind}: ${proof.what}`;
}

/** Upper bounds of a proof, seconds: a small set takes some milliseconds, a large one on Mosquitto 2.0 a minute. */
const proofSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

function agentMetrics(registry: Registry): (event: AgentEvent) => void {
  const registers = [registry];
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `mqttsec_agent_${name}_total`, help, labelNames, registers });
  const proofs = counter('proofs', 'Attempts to have a set enforced, by how their proof ended.', 'result');
  const refusals = counter('refusals', 'Bundles that were refused, by the check that did it.', 'check');
  const starts = counter('broker_starts', 'Starts of Mosquitto.');
  const exits = counter('broker_exits', 'Ends of Mosquitto that nobody asked for.');
  const drifts = counter('drifts', 'Times that a broker was found not to enforce any more what was proved.');
  const kicks = counter('kicked_sessions', 'Sessions that were ended because their right to be there ended.');
  const failures = counter('failures', 'Steps that failed and are tried again.');
  const acknowledgements = counter(
    'acknowledgements',
    'Certificates that devices said they use, of those that were asked.',
  );
  const notices = new Gauge({
    ...{ name: 'mqttsec_agent_notices', registers },
    help: 'Devices that are asked to do something about their certificate.',
  });
  const revision = new Gauge({
    ...{ name: 'mqttsec_agent_loaded_revision', registers },
    help: 'Revision whose enforcement was last proved.',
  });
  const seconds = new Histogram({
    ...{ name: 'mqttsec_agent_proof_seconds', registers, buckets: proofSeconds },
    help: 'Time from the reload to the end of a proof that succeeded.',
  });
  return (event) => {
    if (event.kind === 'Started') starts.inc();
    else if (event.kind === 'Exited') exits.inc();
    else if (event.kind === 'Failed') failures.inc();
    else if (event.kind === 'Drifted') drifts.inc();
    else if (event.kind === 'Acknowledged') acknowledgements.inc(event.certificates);
    else if (event.kind === 'Notified') notices.set(event.notices);
    else if (event.kind === 'Kicked') kicks.inc(event.identities.length);
    else if (event.kind === 'Refused') for (const { check } of event.refusals) refusals.inc({ check });
    else if (event.kind === 'Reported') revision.set(event.report.loaded?.revision ?? 0);
    else if (event.kind === 'Proof') {
      proofs.inc({ result: event.proof.kind });
      if (event.proof.kind === 'Proved') seconds.observe(event.proof.milliseconds / 1000);
    }
  };
}

/** Acts of devices and of strangers: one counter each, with the number that the agent counted since it began. */
const counted: readonly (readonly [name: string, help: string, of: (figures: AgentFigures) => number])[] = [
  ['connects', 'Sessions that clients opened.', ({ events }) => events.Entered],
  [
    'denied_publishes',
    'Publishes that the rules refused, where they are watched.',
    ({ events }) => events.DeniedPublish,
  ],
  ['oversize_packets', 'Packets and payloads that were too large.', ({ events }) => events.Oversize],
  ['floods', 'Messages, and ends of sessions, that were one too many at a time.', ({ events }) => events.Flood],
  ['takeovers', 'Sessions that another connection of their identity ended.', ({ events }) => events.Takeover],
  ['limit_refusals', 'Connections that were one too many for a listener.', ({ events }) => events.LimitReached],
  ['unknown_log_lines', 'Lines of the broker that tell of nothing that is counted.', ({ events }) => events.Unknown],
  ['log_lines_left_out', 'Lines of the broker that the log of the agent lacks.', ({ linesLeftOut }) => linesLeftOut],
  ['alert_messages_lost', 'Alerts that could not be published on `monitoring.alertTopic`.', (one) => one.alertsLost],
  ['forgotten_identities', 'Identities whose acts were forgotten to make room.', ({ forgotten }) => forgotten],
];

function watchMetrics(registry: Registry): Pick<AgentHealth, 'onFigures' | 'onNotice'> {
  const registers = [registry];
  const counters = counted.map(([name, help, of]) => {
    return { of, counter: new Counter({ name: `mqttsec_agent_${name}_total`, help, registers }) };
  });
  const failures = new Counter({
    ...{ name: 'mqttsec_agent_authentication_failures_total', labelNames: ['reason'] as const, registers },
    help: 'Clients that the broker did not let in, by what was wrong.',
  });
  const notices = new Counter({
    ...{ name: 'mqttsec_agent_alerts_total', labelNames: ['kind'] as const, registers },
    help: 'Audit lines that were written, by their kind.',
  });
  const [lockouts, silent, identities] = [
    new Gauge({ name: 'mqttsec_agent_lockouts', help: 'Identities that are locked out.', registers }),
    new Gauge({
      name: 'mqttsec_agent_silent_identities',
      help: 'Identities that are away for longer than a rule for `Silent` allows.',
      registers,
    }),
    new Gauge({
      name: 'mqttsec_agent_watched_identities',
      help: 'Identities of which acts are remembered.',
      registers,
    }),
  ];
  let former: AgentFigures | undefined;
  return {
    onNotice: ({ kind }) => notices.inc({ kind }),
    onFigures(figures) {
      const grown = (of: (one: AgentFigures) => number) => Math.max(0, of(figures) - (former ? of(former) : 0));
      for (const { counter, of } of counters) counter.inc(grown(of));
      for (const reason of refusalReasons)
        failures.inc(
          { reason },
          grown(({ refusals }) => refusals[reason]),
        );
      lockouts.set(figures.lockouts);
      silent.set(figures.silent);
      identities.set(figures.identities);
      former = figures;
    },
  };
}

/** Who goes without a word is none of them: scanners and probes of load balancers do. */
const refusalReasons = ['NotAuthorised', 'Certificate', 'Tls', 'Protocol', 'Oversize'] as const;
