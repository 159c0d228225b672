import assert from 'node:assert/strict';
import type { ReflectorReport } from '../../src/kube/report.ts';
import { createReflector, type Reflector, type ReflectorOptions } from '../../src/kube/reflector.ts';
import {
  bookmark,
  type ConfigMap,
  configMap,
  configMaps,
  event,
  eventually,
  json,
  list,
  openWatch,
  type ScriptedServer,
  scriptedServer,
  silence,
  status,
  type Step,
  watch,
} from './scripted-server.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

const expiredEvent = event('ERROR', status(410, 'Expired'));
const versionOf = (object: ConfigMap | undefined) =>
  object && `${object.metadata.name}@${object.metadata.resourceVersion ?? ''}`;

describe('a reflector', () => {
  let clock: VirtualClock;
  let server: ScriptedServer;
  let reflector: Reflector<ConfigMap>;
  let reports: ReflectorReport[];
  /** What the handler was told: `old → next`, and `low` for low priority. */
  let told: string[];
  /** Pauses after failures that are over. */
  let pauses: number;

  beforeEach(async () => {
    clock = new VirtualClock();
    server = await scriptedServer({ clock });
    reports = [];
    told = [];
    pauses = 0;
    reflector = reflecting({});
  });
  afterEach(async () => {
    reflector.stop();
    await server.close();
    assert.equal(server.left, 0, 'a step of the script was not asked for');
  });

  function reflecting(options: Partial<ReflectorOptions<ConfigMap, ConfigMap>>): Reflector<ConfigMap> {
    const made = createReflector<ConfigMap, ConfigMap>({
      client: server.client,
      type: configMaps,
      project: (object) => object,
      clock,
      random: { next: () => 0 },
      report: (report) => reports.push(report),
      ...options,
    });
    made.onChange((old, next, { lowPriority }) => {
      told.push(`${versionOf(old) ?? '-'} → ${versionOf(next) ?? '-'}${lowPriority ? ' low' : ''}`);
    });
    return made;
  }

  const names = () => [...reflector.store.list()].map(({ metadata }) => metadata.name).sort();
  const lists = () => server.asked.filter(({ query }) => query['watch'] === undefined).length;
  const watchedFrom = () => server.asked.flatMap(({ query }) => (query['watch'] ? [query['resourceVersion']] : []));
  const waits = () => reports.flatMap((report) => (report.event === 'Failed' ? [report.retryMilliseconds] : []));
  const asked = (count: number) => eventually(() => server.asked.length >= count, `request ${count}`);

  /** Starts with these objects at version 10 and an open watch. */
  async function started(
    ...objects: readonly ConfigMap[]
  ): Promise<{ write(...events: string[]): void; end(): void; reset(): void }> {
    const { step, opened } = openWatch();
    server.answers(list('10', objects), step);
    reflector.start();
    await reflector.ready;
    const response = await opened;
    told = [];
    return {
      write: (...events) => void response.write(events.join('')),
      end: () => {
        clock.stopFor(1000); // one that ends earlier counts as failed
        response.end();
      },
      reset: () => void response.destroy(),
    };
  }

  /** Waits for the next failure and lets the pause after it pass. */
  async function pauseOver(): Promise<void> {
    const failure = (pauses += 1);
    await eventually(() => waits().length >= failure && clock.sleeping > 0, `failure ${failure}`);
    await clock.advance(waits()[failure - 1]!);
  }

  it('is ready when all of a page is in, however long the objects take to be read', async () => {
    reflector = reflecting({
      project: (object) => {
        for (const end = performance.now() + 1; performance.now() < end;);
        return object;
      },
    });
    const objects = Array.from({ length: 40 }, (_, index) => configMap(`object-${index}`, String(index)));
    server.answers(list('50', objects), silence);
    reflector.start();
    await reflector.ready;
    await asked(2);
    assert.deepEqual([reflector.store.size, told.length], [40, 40]);
  });

  it('tells first sights with low priority, then changes with what was before', async () => {
    server.answers(list('10', [configMap('a', '1'), configMap('b', '2')]), silence);
    reflector.start();
    await reflector.ready;
    assert.ok(reflector.hasSynced);
    assert.deepEqual(told, ['- → a@1 low', '- → b@2 low']);
    await asked(2);
    assert.deepEqual(watchedFrom(), ['10']);
  });

  it('follows its watch', async () => {
    const stream = await started(configMap('a', '1'), configMap('b', '2'));
    stream.write(event('ADDED', configMap('c', '11')), event('MODIFIED', configMap('a', '12')));
    stream.write(event('DELETED', configMap('b', '13')));
    await eventually(() => told.length === 3, 'three changes');
    assert.deepEqual(told, ['- → c@11', 'a@1 → a@12', 'b@2 → -']);
    assert.deepEqual(names(), ['a', 'c']);
    assert.equal(reflector.store.get('plant/a')?.metadata.resourceVersion, '12');
  });

  it('goes on from the last event or bookmark when a watch ends', async () => {
    const stream = await started();
    server.answers(watch(bookmark('40')), silence);
    stream.write(event('ADDED', configMap('a', '11')));
    stream.end();
    await asked(4);
    assert.deepEqual(watchedFrom(), ['10', '11', '40']);
    assert.deepEqual([lists(), waits()], [1, []]);
  });

  it('waits longer each time that a watch fails, at most 30 s, and begins anew after an event', async () => {
    const stream = await started();
    const failing = json(500, status(500, 'InternalError'));
    server.answers(
      failing,
      json(429, status(429, 'TooManyRequests')),
      watch(),
      json(504, status(504, 'Timeout')),
      failing,
    );
    stream.reset();
    for (let failure = 1; failure <= 5; failure += 1) await pauseOver();
    await eventually(() => waits().length === 6, 'the last failure');
    assert.deepEqual(waits(), [200, 400, 800, 1600, 3200, 6400]);
    assert.deepEqual([lists(), new Set(watchedFrom())], [1, new Set(['10'])]);
    server.answers(watch(event('ADDED', configMap('a', '11')), expiredEvent));
    await pauseOver();
    await eventually(() => waits().length === 7, 'the next failure');
    assert.equal(waits().at(-1), 200);
    for (let round = 0; round < 9; round += 1) {
      server.answers(failing);
      await pauseOver();
      await eventually(() => waits().length === 8 + round, 'the failed list');
    }
    assert.deepEqual(waits().slice(-2), [30_000, 30_000]);
  });

  it('does not call it the good end of a watch that one ended at once', async () => {
    server.answers(list('10', []), watch(), silence);
    reflector.start();
    await pauseOver();
    await asked(3);
    assert.deepEqual(
      reports.map(({ event: one }) => one),
      ['Asked', 'Listed', 'Asked', 'Failed', 'Asked'],
    );
  });

  it('waits no longer than it is told to watch', async () => {
    reflector = reflecting({ watchSeconds: 1 });
    const stream = await started();
    const failing = json(500, status(500, 'InternalError'));
    server.answers(failing, failing, failing, failing);
    stream.reset();
    for (let failure = 1; failure <= 4; failure += 1) await pauseOver();
    await eventually(() => waits().length === 5, 'the last failure');
    assert.deepEqual(waits(), [200, 400, 800, 1000, 1000]);
  });

  it('waits as long as a busy server asks, if that is longer', async () => {
    const stream = await started();
    server.answers(json(429, status(429, 'TooManyRequests'), { 'retry-after': '60' }));
    stream.reset();
    await pauseOver();
    await eventually(() => waits().length === 2, 'the second failure');
    assert.deepEqual(waits(), [200, 60_000]);
  });

  const gone: Record<string, Step> = {
    'as the answer': json(410, status(410, 'Expired')),
    'as an event': watch(expiredEvent),
    'as an event after others': watch(event('ADDED', configMap('c', '11')), expiredEvent),
  };
  for (const [how, step] of Object.entries(gone)) {
    it(`lists again when its version is gone, ${how}: missed changes are told, deletions with the last known object`, async () => {
      const stream = await started(configMap('a', '1'), configMap('b', '2'), configMap('same', '3'));
      server.answers(step, list('30', [configMap('same', '3'), configMap('a', '20'), configMap('d', '21')]), silence);
      const seen: string[][] = [];
      reflector.onChange(() => seen.push(names()));
      seen.length = 0;
      stream.end();
      await pauseOver();
      await asked(5);
      const missed = how === 'as an event after others' ? ['- → c@11', 'b@2 → -', 'c@11 → -'] : ['b@2 → -'];
      assert.deepEqual(told, [...missed, 'a@1 → a@20', '- → d@21']);
      assert.deepEqual(seen.at(-3), ['a', 'd', 'same'], 'the whole list is there before its first change is told');
      assert.deepEqual(watchedFrom().at(-1), '30');
    });
  }

  describe('of a kind that the server does not have', () => {
    let served: boolean[];
    const absent = json(404, status(404, 'NotFound'));

    beforeEach(() => {
      served = [];
      reflector.onServed(() => served.push(reflector.isServed()));
    });

    it('says so until it was listed, and is ready then', async () => {
      server.answers(absent, absent, list('10', [configMap('a', '1')]), silence);
      reflector.start();
      await pauseOver();
      await pauseOver();
      await reflector.ready;
      await asked(4);
      assert.deepEqual([served, reflector.isServed()], [[false, true], true]);
    });

    it('any more says so, keeps what it had until it knows what is there now, and says when it is back', async () => {
      const stream = await started(configMap('a', '1'), configMap('b', '2'));
      server.answers(absent, absent, list('30', [configMap('b', '20')]), silence);
      stream.reset();
      await pauseOver();
      await pauseOver();
      assert.deepEqual([served, reflector.isServed()], [[false], false]);
      assert.deepEqual([told, names(), reflector.hasSynced], [[], ['a', 'b'], true]);
      await pauseOver();
      await asked(6);
      assert.deepEqual([served, reflector.isServed()], [[false, true], true]);
      assert.deepEqual(told, ['a@1 → -', 'b@2 → b@20']);
    });

    it('is told from one that cannot be had for now', async () => {
      const stream = await started(configMap('a', '1'));
      server.answers(json(503, status(503, 'ServiceUnavailable')), json(403, status(403, 'Forbidden')), silence);
      stream.reset();
      await pauseOver();
      await pauseOver();
      await pauseOver();
      assert.deepEqual([served, reflector.isServed()], [[], true]);
    });
  });

  it('lists again when the server does not let it watch any more', async () => {
    const stream = await started();
    server.answers(json(403, status(403, 'Forbidden')), json(403, status(403, 'Forbidden')));
    stream.end();
    await pauseOver();
    await eventually(() => waits().length === 2, 'the refused list');
    assert.equal(lists(), 2);
    assert.ok(reflector.hasSynced);
  });

  const recreated = configMap('a', '20', { uid: 'another' });
  it('tells another object under one name as deleted and added, found by a list', async () => {
    const stream = await started(configMap('a', '1'));
    server.answers(watch(expiredEvent), list('30', [recreated]), silence);
    stream.end();
    await pauseOver();
    await asked(5);
    assert.deepEqual(told, ['a@1 → -', '- → a@20']);
  });

  it('tells another object under one name as deleted and added, found by an event', async () => {
    const stream = await started(configMap('a', '1'));
    stream.write(event('MODIFIED', recreated));
    await eventually(() => told.length === 2, 'both changes');
    assert.deepEqual(told, ['a@1 → -', '- → a@20']);
    assert.equal(reflector.store.get('plant/a')?.metadata.uid, 'another');
  });

  it('passes over events that come twice', async () => {
    const stream = await started(configMap('a', '1'));
    const events = [event('ADDED', configMap('b', '11')), event('MODIFIED', configMap('a', '12'))];
    const deleted = event('DELETED', configMap('b', '13'));
    stream.write(
      ...events.flatMap((one) => [one, one]),
      deleted,
      deleted,
      bookmark('13'),
      event('ADDED', configMap('c', '14')),
    );
    await eventually(() => told.length === 4, 'four changes');
    assert.deepEqual(told, ['- → b@11', 'a@1 → a@12', 'b@11 → -', '- → c@14']);
    assert.equal(lists(), 1);
  });

  const backwards: Record<string, string> = {
    'an older state': event('MODIFIED', configMap('a', '1')),
    'an object that was deleted': event('ADDED', configMap('b', '11')),
    'the deletion of an older object': event('DELETED', configMap('a', '5', { uid: 'older' })),
    'an older bookmark, as after the restoration of a backup': bookmark('9'),
  };
  for (const [what, line] of Object.entries(backwards)) {
    it(`does not believe ${what}, and lists again`, async () => {
      const stream = await started(configMap('a', '1'), configMap('b', '2'));
      server.answers(list('30', [configMap('a', '12')]), silence);
      stream.write(event('MODIFIED', configMap('a', '12')), event('DELETED', configMap('b', '13')), line);
      await pauseOver();
      await asked(4);
      assert.deepEqual(told, ['a@1 → a@12', 'b@2 → -']);
      assert.equal(lists(), 2);
    });
  }

  it('cuts a watch that is silent and goes on from its version', async () => {
    await started(configMap('a', '1'));
    server.answers(silence);
    await eventually(() => clock.sleeping === 1, 'the guard');
    await clock.advance(100_000);
    await pauseOver();
    await asked(3);
    assert.deepEqual(watchedFrom(), ['10', '10']);
  });

  it('cuts a watch that is silent however far the clock is set back meanwhile', async () => {
    await started(configMap('a', '1'));
    server.answers(silence);
    await eventually(() => clock.sleeping === 1, 'the guard');
    clock.wallOffset -= 3_600_000;
    await clock.advance(200_000);
    await eventually(() => waits().length === 1, 'the cut');
    await pauseOver();
    await asked(3);
  });

  it('is ready when a list succeeds, however many fail before', async () => {
    server.answers(
      json(503, status(503, 'ServiceUnavailable')),
      json(500, {}),
      list('10', [configMap('a', '1')]),
      silence,
    );
    reflector.start();
    await pauseOver();
    assert.equal(reflector.hasSynced, false);
    await pauseOver();
    await reflector.ready;
    assert.deepEqual(names(), ['a']);
    await asked(4);
  });

  it('survives handlers that throw, and tells the others', async () => {
    reflector = reflecting({});
    const others: string[] = [];
    reflector.onChange(() => {
      throw new Error('a bug');
    });
    reflector.onChange((_, next) => others.push(versionOf(next) ?? '-'));
    const stream = await started(configMap('a', '1'));
    stream.write(event('ADDED', configMap('b', '11')));
    await eventually(() => others.length === 2, 'both changes');
    const failed = reports.flatMap((report) => (report.event === 'HandlerFailed' ? [report.key] : []));
    assert.deepEqual(
      [failed, others],
      [
        ['plant/a', 'plant/b'],
        ['a@1', 'b@11'],
      ],
    );
  });

  it('keeps the last good state of what cannot be projected, and leaves out what never could', async () => {
    reflector = reflecting({
      project: (object) => {
        if (object.data?.['bad']) throw new Error('unreadable');
        return object;
      },
    });
    const bad = (object: ConfigMap): ConfigMap => ({ ...object, data: { bad: 'yes' } });
    const stream = await started(configMap('a', '1'), bad(configMap('b', '2')));
    assert.deepEqual(names(), ['a']);
    stream.write(
      event('MODIFIED', bad(configMap('a', '11'))),
      event('ADDED', configMap('c', '12')),
      event('DELETED', configMap('b', '13')),
    );
    await eventually(() => told.length === 1, 'the change after it');
    assert.deepEqual([told, names()], [['- → c@12'], ['a', 'c']]);
    const failed = reports.flatMap((report) => (report.event === 'ProjectionFailed' ? [report.key] : []));
    assert.deepEqual(failed, ['plant/b', 'plant/a']);
    stream.write(event('MODIFIED', bad(configMap('a', '14', { uid: 'another' }))));
    await eventually(() => told.length === 2, 'the deletion');
    assert.deepEqual(told.at(-1), 'a@1 → -');
  });

  it('gives to the projection what is kept of an earlier version of that object, and of no other one', async () => {
    const formers: unknown[] = [];
    reflector = reflecting({
      project: (object, _key, former) => {
        formers.push(former?.metadata.resourceVersion);
        return object;
      },
    });
    const stream = await started(configMap('a', '1'));
    stream.write(event('MODIFIED', configMap('a', '11')), event('MODIFIED', configMap('a', '12', { uid: 'another' })));
    await eventually(() => formers.length === 3, 'both changes');
    assert.deepEqual(formers, [undefined, '1', undefined]);
  });

  it('keeps objects without what says who wrote them', async () => {
    const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
    const annotations = { [lastApplied]: '{"secret":"hunter2"}', kept: 'yes' };
    const object = configMap('a', '1', { annotations, ...{ managedFields: [{ manager: 'kubectl' }] } });
    await started(object);
    const kept = configMap('a', '1', { annotations: { kept: 'yes' }, ...{ managedFields: undefined } });
    assert.deepEqual(reflector.store.get('plant/a'), kept);
  });

  it('tells a late handler of all that is there', async () => {
    await started(configMap('a', '1'), configMap('b', '2'));
    const late: string[] = [];
    reflector.onChange((old, next, { lowPriority }) =>
      late.push(`${versionOf(old) ?? '-'} → ${versionOf(next) ?? '-'} ${lowPriority}`),
    );
    assert.deepEqual(late, ['- → a@1 true', '- → b@2 true']);
  });

  it('lists again from time to time, and tells with low priority what is as it was', async () => {
    reflector = reflecting({ relistSeconds: 60 });
    const stream = await started(configMap('a', '1'), configMap('lost', '2'));
    assert.equal(server.asked[1]?.query['timeoutSeconds'], '60', 'the watch ends when the list is due');
    server.answers(list('30', [configMap('a', '1'), configMap('b', '20')]), silence);
    await clock.advance(60_000);
    stream.end();
    await asked(4);
    assert.deepEqual(told, ['lost@2 → -', 'a@1 → a@1 low', '- → b@20']);
  });

  it('watches for no longer than it is told to', async () => {
    reflector = reflecting({ watchSeconds: 15 });
    await started(configMap('a', '1'));
    assert.equal(server.asked[1]?.query['timeoutSeconds'], '15');
  });

  describe('that is stopped tells nothing any more', () => {
    async function isQuiet(): Promise<void> {
      const before = [told.length, server.asked.length];
      await clock.advance(100_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await settled();
      assert.deepEqual([told.length, server.asked.length], before);
      assert.equal(clock.sleeping, 0, 'nothing waits');
    }

    it('before it was started', async () => {
      reflector.stop();
      reflector.start();
      await assert.rejects(reflector.ready, /reflect configmaps: stopped/);
      await isQuiet();
    });

    it('between the pages of its list', async () => {
      const { step, opened } = openWatch();
      server.answers(list('10', [configMap('a', '1')], 'more'), step);
      reflector.start();
      const response = await opened;
      reflector.stop();
      await assert.rejects(reflector.ready, /reflect configmaps: stopped/);
      response.end(JSON.stringify({ metadata: { resourceVersion: '10' }, items: [configMap('b', '2')] }));
      await isQuiet();
      assert.deepEqual([told, reflector.store.size, reflector.hasSynced], [[], 0, false]);
    });

    it('during a watch', async () => {
      const stream = await started(configMap('a', '1'));
      reflector.stop();
      stream.write(event('ADDED', configMap('b', '11')));
      await isQuiet();
      assert.deepEqual([told, names()], [[], ['a']]);
    });

    it('during the pause after a failure', async () => {
      server.answers(json(500, status(500, 'InternalError')));
      reflector.start();
      await eventually(() => clock.sleeping === 1, 'the pause');
      reflector.stop();
      await isQuiet();
    });

    it('by one of its handlers, in the middle of a list', async () => {
      server.answers(list('10', [configMap('a', '1'), configMap('b', '2')]));
      reflector.onChange(() => reflector.stop());
      reflector.onChange(() => told.push('a handler behind the one that stopped'));
      reflector.start();
      await assert.rejects(reflector.ready, /reflect configmaps: stopped/);
      await isQuiet();
      assert.deepEqual(told, ['- → a@1 low']);
    });

    it('by one of its handlers, in the middle of a chunk of events', async () => {
      const stream = await started();
      reflector.onChange(() => reflector.stop());
      stream.write(event('ADDED', configMap('a', '11')) + event('ADDED', configMap('b', '12')));
      await eventually(() => told.length === 1, 'the first');
      await isQuiet();
      assert.deepEqual(told, ['- → a@11']);
    });
  });
});
