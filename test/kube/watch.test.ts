import assert from 'node:assert/strict';
import type { WatchEvent } from '../../src/kube/client.ts';
import { ApiError, isExpired } from '../../src/kube/errors.ts';
import {
  bookmark,
  type ConfigMap,
  configMap,
  configMaps,
  event,
  eventually,
  json,
  openWatch,
  type ScriptedServer,
  scriptedServer,
  status,
  type Step,
  watch,
} from './scripted-server.ts';
import { VirtualClock } from './virtual-clock.ts';

const added = event('ADDED', configMap('a', '11'));
const modified = event('MODIFIED', configMap('a', '12'));

/** Writes these pieces one by one, each by itself on the wire, then does the last thing. */
function pieces(parts: readonly (string | Buffer)[], last: (response: Parameters<Step>[0]) => void): Step {
  return (response) => {
    response.writeHead(200);
    response.socket?.setNoDelay(true);
    const next = (index: number) => {
      const part = parts[index];
      if (part === undefined) return last(response);
      response.write(part);
      setTimeout(() => next(index + 1), 2);
    };
    next(0);
  };
}

describe('a watch', () => {
  let clock: VirtualClock;
  let server: ScriptedServer;
  beforeEach(async () => {
    clock = new VirtualClock();
    server = await scriptedServer({ clock });
  });
  afterEach(() => server.close());

  /** What came, and how it failed. */
  async function watched(signal?: AbortSignal): Promise<{ events: WatchEvent<ConfigMap>[]; error?: unknown }> {
    const events: WatchEvent<ConfigMap>[] = [];
    const options = { resourceVersion: '10', idleMilliseconds: 60_000, ...(signal && { signal }) };
    try {
      for await (const one of server.client.watch(configMaps, options)) events.push(one);
      return { events };
    } catch (error) {
      return { events, error };
    }
  }
  const typeOf = (result: IteratorResult<WatchEvent<ConfigMap>>) => (result.done ? 'none' : result.value.type);
  const brief = (events: readonly WatchEvent<ConfigMap>[]) =>
    events.map(({ type, object }) => `${type} ${object.metadata.resourceVersion ?? ''}`);

  it('gives events and bookmarks up to its end', async () => {
    server.answers(watch(added, bookmark('12'), event('DELETED', configMap('a', '13'))));
    const { events, error } = await watched();
    assert.deepEqual([brief(events), error], [['ADDED 11', 'BOOKMARK 12', 'DELETED 13'], undefined]);
  });

  it('reads lines and characters that come in pieces', async () => {
    const bytes = Buffer.from(event('ADDED', { ...configMap('a', '11'), data: { name: 'Kühlwasserpumpe 😀' } }));
    const umlaut = bytes.indexOf('ü') + 1;
    const face = bytes.indexOf('😀') + 2;
    server.answers(
      pieces([bytes.subarray(0, umlaut), bytes.subarray(umlaut, face), bytes.subarray(face)], (response) =>
        response.end(),
      ),
    );
    const { events } = await watched();
    assert.equal(events[0]?.object.data?.['name'], 'Kühlwasserpumpe 😀');
  });

  const failures: Record<string, { step: Step; events: string[]; reason: string; status: number }> = {
    'that ends within a line': {
      step: watch(added, modified.slice(0, -9)),
      events: ['ADDED 11'],
      reason: 'ConnectionFailed',
      status: 0,
    },
    'that is reset within a line': {
      step: pieces([added, modified.slice(0, 20)], (response) => response.destroy()),
      events: ['ADDED 11'],
      reason: 'ConnectionFailed',
      status: 0,
    },
    'with a line that is no JSON': {
      step: watch(added, '{"type":"ADDED","object":{"password":"hunter2\n', modified),
      events: ['ADDED 11'],
      reason: 'BadAnswer',
      status: 0,
    },
    'with a line that is no event': { step: watch('{"kind":"Pod"}\n'), events: [], reason: 'BadAnswer', status: 0 },
    'with an object that has no metadata': {
      step: watch(event('ADDED', {})),
      events: [],
      reason: 'BadAnswer',
      status: 0,
    },
    'whose version is gone when it begins': {
      step: json(410, status(410, 'Expired')),
      events: [],
      reason: 'Expired',
      status: 410,
    },
    'whose version is gone as an event': {
      step: watch(added, event('ERROR', status(410, 'Expired')), modified),
      events: ['ADDED 11'],
      reason: 'Expired',
      status: 410,
    },
    'with an error of the server as an event': {
      step: watch(event('ERROR', status(500, 'InternalError'))),
      events: [],
      reason: 'InternalError',
      status: 500,
    },
    'with an error event that says nothing': {
      step: watch(event('ERROR', {})),
      events: [],
      reason: 'InternalError',
      status: 500,
    },
  };
  for (const [what, { step, events, reason, status: code }] of Object.entries(failures)) {
    it(`${what} fails with ${reason}`, async () => {
      server.answers(step);
      const { events: found, error } = await watched();
      assert.deepEqual(brief(found), events);
      assert.ok(error instanceof ApiError, String(error));
      assert.deepEqual([error.reason, error.status], [reason, code]);
      assert.equal(isExpired(error), code === 410);
      assert.match(error.message, /^watch configmaps: /);
      assert.doesNotMatch(error.message + String(error.cause), /hunter2/);
    });
  }

  it('that goes silent is cut; bookmarks keep it alive', async () => {
    const open = openWatch();
    server.answers(open.step);
    const options = { resourceVersion: '10', idleMilliseconds: 60_000 };
    const events = server.client.watch(configMaps, options)[Symbol.asyncIterator]();
    const first = events.next();
    const response = await open.opened;
    await eventually(() => clock.sleeping === 1, 'the guard');
    await clock.advance(50_000);
    response.write(bookmark('11'));
    assert.equal(typeOf(await first), 'BOOKMARK');
    const second = assert.rejects(events.next(), /^ApiError: watch configmaps: Timeout: nothing came for 60 s$/);
    await clock.advance(59_999);
    assert.equal(response.destroyed, false);
    await clock.advance(1);
    await second;
    await eventually(() => response.destroyed, 'the end of the connection');
    assert.equal(clock.sleeping, 0);
  });

  it('is not cut while its reader takes time', async () => {
    const open = openWatch();
    server.answers(open.step);
    const events = server.client
      .watch(configMaps, { resourceVersion: '10', idleMilliseconds: 1000 })
      [Symbol.asyncIterator]();
    const first = events.next();
    (await open.opened).write(added + modified);
    await first;
    await clock.advance(10_000);
    assert.equal(typeOf(await events.next()), 'MODIFIED');
    await events.return?.();
  });

  it('ends its connection when its reader leaves', async () => {
    const open = openWatch();
    server.answers(open.step);
    const reading = (async () => {
      for await (const { type } of server.client.watch(configMaps, { resourceVersion: '10' })) return type;
      return undefined;
    })();
    const response = await open.opened;
    response.write(added);
    assert.equal(await reading, 'ADDED');
    await eventually(() => response.destroyed, 'the end of the connection');
    assert.equal(clock.sleeping, 0);
  });

  it('ends with its signal', async () => {
    const open = openWatch();
    server.answers(open.step);
    const abort = new AbortController();
    const result = watched(abort.signal);
    const response = await open.opened;
    await eventually(() => clock.sleeping === 1, 'the guard');
    abort.abort(new Error('enough'));
    assert.equal((await result).error, abort.signal.reason);
    await eventually(() => response.destroyed, 'the end of the connection');
  });
});
