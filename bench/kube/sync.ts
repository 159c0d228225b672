/** First list and watch of many devices, in a process of its own, where nothing is warm and the heap is its own. */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Agent } from 'undici';
import type { ListOptions } from '../../src/kube/client.ts';
import { createReflector, type Reflector } from '../../src/kube/reflector.ts';
import { type DeviceObject, devices, keptDevice, type KeptDevice, pageSize } from './device.ts';
import { clientFor, clock, random } from './client.ts';
import { devicesPath } from './address.ts';

/** Milliseconds, bytes and events per second; floors are of the same bytes in the same process. */
export interface SyncFigures {
  readonly sync: number;
  readonly syncFloor: number;
  readonly stall: number;
  readonly wholeStall: number;
  readonly bytesPerObject: number;
  readonly bareBytesPerObject: number;
  readonly events: number;
  readonly eventsFloor: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** How long the event loop let the longest of others wait while `run` ran, milliseconds. */
async function longestStall(run: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  await run();
  clearInterval(timer);
  return Math.max(longest, performance.now() - last);
}

/** Every page as the server sends it; the server has them ready from here on. */
async function pageBytes(agent: Agent, origin: string): Promise<readonly Buffer[]> {
  const pages: Buffer[] = [];
  for (let token: string | undefined = ''; token !== undefined;) {
    const path: string = `${devicesPath}?limit=${pageSize}${token && `&continue=${token}`}`;
    const { body } = await agent.request({ origin, path, method: 'GET' });
    const page = Buffer.from(await body.arrayBuffer());
    pages.push(page);
    token = (JSON.parse(page.toString()) as { metadata: { continue?: string } }).metadata.continue;
  }
  return pages;
}

/** What anybody must do who wants the objects. */
function parseMilliseconds(pages: readonly Buffer[]): number {
  const begun = performance.now();
  let objects = 0;
  for (const page of pages) objects += (JSON.parse(page.toString()) as { items: unknown[] }).items.length;
  if (objects === 0) throw new Error('measure list: no objects');
  return performance.now() - begun;
}

/** Bytes of a stream, cut into lines and parsed. */
async function parsedEventsPerSecond(agent: Agent, origin: string, count: number): Promise<number> {
  const { body } = await agent.request({ origin, path: `${devicesPath}?watch=true`, method: 'GET' });
  const begun = performance.now();
  let [rest, events] = ['', 0];
  for await (const chunk of body) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) events += typeof JSON.parse(line) === 'object' ? 1 : 0;
    if (events >= count) break;
  }
  return events / ((performance.now() - begun) / 1000);
}

async function measured(url: string, ca: string, count: number): Promise<SyncFigures> {
  const agent = new Agent({ allowH2: false, connect: { ca } });
  const client = clientFor({ url, ca });
  const syncFloor = parseMilliseconds(await pageBytes(agent, url));

  const before = heapBytes();
  const begun = performance.now();
  let [sync, events] = [0, 0];
  const reflector: Reflector<KeptDevice> = createReflector<DeviceObject, KeptDevice>({
    ...{ client, type: devices, project: keptDevice, clock, random },
    indexes: { group: ({ group }) => [group] },
  });
  const { promise: watched, resolve } = Promise.withResolvers<number>();
  let eventsBegun = 0;
  reflector.onChange((old) => {
    if (!old) return;
    events += 1;
    if (events === 1) eventsBegun = performance.now();
    if (events === count) resolve(performance.now());
  });
  const stall = await longestStall(async () => {
    reflector.start();
    await reflector.ready;
    sync = performance.now() - begun;
  });
  const eventsPerSecond = count / (((await watched) - eventsBegun) / 1000);
  reflector.stop();
  await delay(50);
  const bytesPerObject = (heapBytes() - before) / reflector.store.size;
  const bare = bareBytes([...reflector.store.list()]);

  const options: ListOptions = { limit: 0 };
  const wholeStall = await longestStall(async () => {
    let objects = 0;
    for await (const { items } of client.list(devices, options)) objects += items.length;
    if (objects !== count) throw new Error(`measure list: ${objects} objects`);
  });
  const eventsFloor = await parsedEventsPerSecond(agent, url, count);
  return {
    sync,
    syncFloor,
    stall,
    wholeStall,
    bytesPerObject,
    bareBytesPerObject: bare,
    events: eventsPerSecond,
    eventsFloor,
  };
}

/** The same values once more, in a bare Map under the same keys. */
function bareBytes(values: readonly KeptDevice[]): number {
  const before = heapBytes();
  const copies = new Map(
    values.map((value) => [`${value.namespace}/${value.name}`, { ...value, templates: [...value.templates] }]),
  );
  return (heapBytes() - before) / copies.size;
}

const [url = '', ca = '', count = '0'] = process.argv.slice(2);
const figures = await measured(url, ca, Number(count));
process.stdout.write(JSON.stringify(figures), () => process.exit());
