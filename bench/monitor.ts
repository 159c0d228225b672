/** Reading the log of a broker and watching it, beside splitting the same text into lines; and what is kept of very many. */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lineSplitter } from '../src/agent/process.ts';
import type { BrokerEvent, LogDialect } from '../src/monitor/event.ts';
import { brokerEvent } from '../src/monitor/line.ts';
import { createObserver } from '../src/monitor/observe.ts';
import { defaultRules } from '../src/monitor/settings.ts';
import { createMonitor, type Monitor } from '../src/monitor/watch.ts';
import { brokers } from '../test/broker/mosquitto.ts';
import { throughputRows } from './monitor/throughput.ts';
import { type BenchRow, median } from './row.ts';

export const name = "Monitor: a broker's log";
export const facts = brokers.map((broker) => broker.name);

const rounds = 7;
const sessions = 40_000;
const identities = 10_000;
const many = 1_000_000;
const bytesOfPart = 65_536;
const now = new Date('2026-06-01T00:00:00Z');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What the log of 2.1 tells of one session; each fourth publishes one message, in the debug log, that is denied. */
function sessionLines(index: number): readonly string[] {
  const device = `device-${index % identities}`;
  const address = `10.0.${(index >> 8) & 255}.${index & 255}:${20_000 + (index % 40_000)}`;
  return [
    `New connection from ${address} on port 8883.`,
    `New client connected from ${address} as ${device} (p5, c1, k60, u'${device}').`,
    `Client ${device} negotiated TLSv1.3 cipher TLS_AES_256_GCM_SHA384`,
    index % 4 === 0
      ? `Denied PUBLISH from ${device} (d0, q1, r0, m1, 'site/north/line-4/${device}/state', ... (64 bytes))`
      : `Received PUBLISH from ${device} (d0, q1, r0, m1, 'site/north/line-4/${device}/state', ... (64 bytes))`,
    `Client ${device} [${address}] disconnected: connection closed by client.`,
  ];
}

function refusedLines(index: number): readonly string[] {
  const address = `10.1.${(index >> 8) & 255}.${index & 255}:${20_000 + (index % 40_000)}`;
  return [
    `New connection from ${address} on port 1883.`,
    `Client guess-${index} [${address}] disconnected: not authorised.`,
  ];
}

function textOf(lines: (index: number) => readonly string[]): string {
  const all = Array.from({ length: sessions }, (_, index) => lines(index)).flat();
  return all.map((line) => `1795436034: ${line}\n`).join('');
}

/** Lines per second, median of some runs; the text comes in parts, as from a pipe, and is split as the agent does it. */
function linesPerSecond(text: string, newRun: () => (line: string) => void): number {
  const figures = Array.from({ length: rounds }, () => {
    const run = newRun();
    let lines = 0;
    const { write, end } = lineSplitter((line) => {
      lines += 1;
      run(line);
    });
    const start = performance.now();
    for (let at = 0; at < text.length; at += bytesOfPart) write(text.slice(at, at + bytesOfPart));
    end();
    return (1000 * lines) / (performance.now() - start);
  });
  return median(figures);
}

function newMonitor(): Monitor {
  const lockout = { maxFailures: 20, windowSeconds: 60, blockSeconds: 900 };
  return createMonitor({ isListed: () => true, rules: defaultRules, silentAfterSeconds: 3600, lockout });
}

function speedRows(what: string, text: string, target: string): readonly BenchRow[] {
  const dialect: LogDialect = '2.1';
  let kinds = 0;
  const floor = linesPerSecond(text, () => (line) => (kinds += line.length));
  const read = linesPerSecond(text, () => (line) => (kinds += brokerEvent(line, dialect).kind.length));
  const watched = linesPerSecond(text, () => {
    const monitor = newMonitor();
    return (line) => (kinds += monitor.note(brokerEvent(line, dialect), now).length);
  });
  if (kinds === 0) throw new Error('measure monitor: nothing was read');
  const row = (how: string, value: number): BenchRow => {
    return { measure: `${how}: ${what}`, value, unit: 'lines/s', floor, ratio: value / floor, target };
  };
  return [row('read', read), row('read and watch', watched)];
}

function megabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

/** Each identity comes, is denied a publish and goes; the floor are bare names of as many as are kept. */
function memoryRow(): BenchRow {
  const before = megabytes();
  const monitor = newMonitor();
  for (let index = 0; index < many; index += 1) {
    const [clientId, address] = [`device-${index}`, `10.0.0.1:${index % 65_536}`];
    monitor.note({ kind: 'Entered', clientId, identity: clientId, address }, now);
    monitor.note({ kind: 'DeniedPublish', clientId, topic: 'site/north/line-4/state' }, now);
    monitor.note({ kind: 'Left', clientId, why: 'Closed', address }, now);
  }
  const value = megabytes() - before;
  const { identities: kept, forgotten } = monitor.counts();
  if (kept >= many || forgotten === 0) throw new Error('measure monitor: nobody was forgotten');
  const beforeNames = megabytes();
  const names = new Set(Array.from({ length: kept }, (_, index) => `device-${index}`));
  const floor = megabytes() - beforeNames;
  if (names.size !== kept) throw new Error('measure monitor: names were lost');
  const measure = `memory after ${many.toLocaleString('en')} identities, of which ${kept.toLocaleString('en')} are kept`;
  return { measure, value, unit: 'MB', floor, ratio: value / floor, target: '≤ 150 MB' };
}

/** Messages of very many identities on a few topics each; the floor takes their topics apart. */
function observerRow(): BenchRow {
  const listed = new Set(Array.from({ length: identities }, (_, index) => `device-${index}`));
  const topics = Array.from(listed, (name) =>
    ['state', 'battery', 'alarm'].map((last) => `site/north/${name}/${last}`),
  );
  const published = topics.flat();
  const perSecond = (newRun: () => (topic: string) => number): number => {
    const figures = Array.from({ length: rounds }, () => {
      const take = newRun();
      let sum = 0;
      const start = performance.now();
      for (let index = 0; index < many; index += 1) sum += take(published[(index * 7) % published.length] ?? '');
      if (sum < 0) throw new Error('measure monitor: nothing was published');
      return (1000 * many) / (performance.now() - start);
    });
    return median(figures);
  };
  const floor = perSecond(() => (topic) => topic.split('/').length);
  const value = perSecond(() => {
    const observer = createObserver({ isListed: (name) => listed.has(name) });
    return (topic) => observer.note({ topic, bytes: 64 }, now).length;
  });
  const measure = 'observe: messages of 10,000 devices on three topics each';
  return { measure, value, unit: 'messages/s', floor, ratio: value / floor, target: '≥ 200,000 messages/s' };
}

export async function run(): Promise<readonly BenchRow[]> {
  const rows = [
    ...speedRows('sessions of 10,000 devices, debug log', textOf(sessionLines), '≥ 200,000 lines/s'),
    ...speedRows('refused logins under ever other names', textOf(refusedLines), '≥ 200,000 lines/s'),
    memoryRow(),
    observerRow(),
  ];
  for (const broker of brokers) {
    const newNote = () => {
      const monitor = newMonitor();
      return (event: BrokerEvent) => void monitor.note(event, now);
    };
    rows.push(...(await throughputRows(broker, newNote)));
  }
  return rows;
}
