import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type AgentEvent } from '../agent/state.ts';
import { type Finding } from '../domain/finding.ts';
import { type DevOptions } from '../local/run.ts';
import { stateName } from '../local/state.ts';
import { type LocalStatus } from '../local/status.ts';
import { brokerOption, choiceOf, commandOf } from './command.ts';
import { UsageError, type Io } from './io.ts';
import { isProven, problemsText, statusText, statusWithProblems } from './status-text.ts';

export const command = commandOf({
  synopsis: 'DIR [--once] [--port N] [--enrol-port N] [--state DIR]',
  about: `Runs a Mosquitto from a directory of manifests, without a cluster: compiles them, issues certificates
and passwords, starts the broker, proves that it enforces what they say, and follows every edit.
A mistake leaves the last good set in force. Keys and passwords lie in the state directory (mode 0600).
Ctrl-C stops the broker; the next run comes back into the same state.`,
  options: {
    once: { type: 'boolean', about: 'bring it up, prove it, print the status and stop; exit code 1 when that fails' },
    port: { type: 'string', short: 'p', value: 'N', about: 'the listeners take N, N+1, …; without it free ports' },
    'enrol-port': { type: 'string', value: 'N', about: 'let devices enrol at this port (EST), 0 for a free one' },
    host: { type: 'string', value: 'ADDRESS', about: 'address to listen on (127.0.0.1)' },
    state: { type: 'string', value: 'DIR', about: `state directory (DIR/${stateName})` },
    broker: brokerOption,
    mosquitto: {
      type: 'string',
      multiple: true,
      value: 'PATH',
      about: 'Mosquitto to start; give it again for each word of a command that starts it',
    },
    plugins: { type: 'string', value: 'DIR', about: 'directory of the plugins of Mosquitto 2.1' },
    log: { type: 'boolean', about: "show the broker's log on stderr" },
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'with --once: table (default) or json' },
  },
  run: async ({ options, operands, io }) => {
    const [manifests, ...others] = operands;
    if (manifests === undefined || others.length > 0) throw new UsageError('dev takes one DIR');
    if (options.host === '') throw new UsageError('--host is empty: give an address');
    const format = choiceOf('output', options.output, ['table', 'json']) ?? 'table';
    const once = options.once === true;
    const [{ runDev }, { systemClock, systemRandom }, { systemDirectories }, { downloaderWith }] = await Promise.all([
      import('../local/dev.ts'),
      import('../local/system.ts'),
      import('../local/mosquitto.ts'),
      import('../shell/downloader.ts'),
    ]);
    const stop = io.stopSignal();
    const show = shown(io, once);
    const dev: DevOptions = {
      manifests,
      state: options.state ?? (await stateOf(manifests)),
      host: options.host ?? '127.0.0.1',
      once,
      mosquitto: {
        command: options.mosquitto ?? [],
        searchPath: [...(io.environment['PATH'] ?? '').split(path.delimiter), ...systemDirectories],
        ...(options.plugins !== undefined && { pluginDirectory: options.plugins }),
      },
      ...(options.broker !== undefined && { broker: options.broker }),
      ...(options.port !== undefined && { port: portOf('port', options.port, 1) }),
      ...(options['enrol-port'] !== undefined && { enrolPort: portOf('enrol-port', options['enrol-port'], 0) }),
    };
    const status = await runDev(dev, {
      clock: systemClock(),
      random: systemRandom,
      // Whoever runs this may ask what they like of their own machine.
      download: downloaderWith({ isAllowed: () => true }),
      processes: io.processes,
      stop,
      onFindings: show.findings,
      onStatus: show.status,
      onEvent: show.event,
      onLog: (line) => {
        if (options.log === true) io.err(`mosquitto: ${line}\n`);
      },
    });
    if (!once) return 0;
    io.out(format === 'json' ? `${JSON.stringify(status, undefined, 2)}\n` : statusText(status, io));
    return isProven(status) ? 0 : 1;
  },
});

/** What a whole directory has issued would be taken back if one of its files had the same state. */
async function stateOf(manifests: string): Promise<string> {
  const isFile = await stat(manifests).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) throw new UsageError(`dev takes a directory; for one file, ${manifests}, it needs --state DIR`);
  return path.join(manifests, stateName);
}

function portOf(option: string, text: string, least: 0 | 1): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= least && port <= 65_535) return port;
  throw new UsageError(`--${option} '${text}' is not a port number from ${least} to 65535`);
}

interface Show {
  readonly findings: (findings: readonly Finding[]) => void;
  readonly status: (status: LocalStatus) => void;
  readonly event: (event: AgentEvent) => void;
}

/** A live table on a terminal, else a line for each change; with --once only the status at the end. */
function shown(io: Io, once: boolean): Show {
  let told = '';
  const findings: Show['findings'] = (all) => {
    const text = problemsText(all);
    if (text !== told) io.err(text === '' ? 'nothing is wrong any more\n' : text);
    told = text;
  };
  if (once) return { findings, status: () => undefined, event: () => undefined };
  if (io.columns !== undefined) return liveTable(io);
  return { findings, ...plainLines(io) };
}

const clearScreen = '\u001b[H\u001b[2J';

function liveTable(io: Io): Show {
  let isShown = false;
  return {
    // The table has them too; before there is one they are all there is.
    findings: (findings) => {
      if (!isShown) io.err(problemsText(findings));
    },
    status: (status) => {
      isShown = true;
      io.out(`${clearScreen}${statusWithProblems(status, io)}\nCtrl-C stops the broker.\n`);
    },
    event: () => undefined,
  };
}

function plainLines(io: Io): Omit<Show, 'findings'> {
  const former = new Map<string, string>();
  const told = new Set<string>();
  const tellOnce = (line: string) => {
    if (!told.has(line)) io.out(`${line}\n`);
    told.add(line);
  };
  return {
    status: (status) => {
      const isLoaded = status.loaded !== undefined && status.loaded.hash === status.bundle?.hash;
      for (const { name, port, authentication } of isLoaded ? status.listeners : []) {
        tellOnce(`listening ${name} ${status.host}:${String(port)} ${authentication}`);
      }
      if (status.enrolment) tellOnce(`enrolling at https://${status.host}:${String(status.enrolment.port)}`);
      for (const { device, identity, programmed, reason, notAfter = '-' } of status.devices) {
        const line = `${device} identity=${identity} programmed=${String(programmed)} reason=${reason} notAfter=${notAfter}`;
        if (former.get(device) !== line) io.out(`device ${line}\n`);
        former.set(device, line);
      }
    },
    event: (event) => {
      const line = eventText(event);
      if (line !== undefined) io.out(`${line}\n`);
    },
  };
}

function eventText(event: AgentEvent): string | undefined {
  switch (event.kind) {
    case 'Notified':
      return `asked ${event.published} devices to see to their certificates, ${event.cleared} are done`;
    case 'Acknowledged':
      return `${event.certificates} certificates were acknowledged`;
    case 'Proof':
      return proofText(event);
    case 'Refused':
      return `refused ${event.refusals.map(({ check, reason }) => `${check}: ${reason}`).join('; ')}`;
    case 'Kicked':
      return event.identities.length === 0 ? undefined : `disconnected ${event.identities.join(', ')}`;
    case 'Started':
      return `started Mosquitto, process ${String(event.pid)}`;
    case 'Exited':
      return exitText(event);
    case 'Failed':
      return `failed ${event.what}`;
    case 'Drifted':
      return `drifted ${event.what}`;
    case 'Stopped':
      return 'stopped Mosquitto';
    case 'Written':
    case 'Swapped':
    case 'Recorded':
    case 'Reported':
      return undefined;
  }
}

function exitText({ exit }: Extract<AgentEvent, { readonly kind: 'Exited' }>): string {
  return `Mosquitto ended: ${exit.tail.at(-1) ?? 'it said nothing'}`;
}

function proofText({ proof, revision }: Extract<AgentEvent, { readonly kind: 'Proof' }>): string {
  const time = proof.kind === 'Proved' ? ` in ${proof.milliseconds.toFixed(0)} ms` : '';
  return `revision ${String(revision)} ${proof.kind}${time}`;
}
