import assert from 'node:assert/strict';
import { type EventDraft, type EventLoss, EventRecorder } from '../../src/kube/events.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { MemoryApi, refusal } from './memory-api.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

function broker(name = 'main'): KubeObject {
  return { apiVersion: 'example.org/v1', kind: 'Broker', metadata: { namespace: 'plant', name, uid: `uid-${name}` } };
}

function draft(changes: Partial<EventDraft> = {}): EventDraft {
  return {
    type: 'Normal',
    reason: 'Loaded',
    action: 'Load',
    note: 'loaded revision 5',
    regarding: broker(),
    ...changes,
  };
}

function recording() {
  const api = new MemoryApi();
  const clock = new VirtualClock();
  const losses: EventLoss[] = [];
  let suffix = 0;
  const recorder = new EventRecorder({
    ...{ client: api.client, clock, reportingController: 'example.org/operator', reportingInstance: 'operator-0' },
    newSuffix: () => (suffix += 1).toString(16),
    onLoss: (loss) => losses.push(loss),
  });
  const stop = new AbortController();
  const ended = recorder.run({ stop: stop.signal, abort: new AbortController().signal });
  const end = async () => {
    stop.abort();
    await ended;
    assert.equal(clock.sleeping, 0);
  };
  const verbs = () => api.calls.map(({ verb, key }) => `${verb} ${key}`);
  return { api, clock, losses, recorder, end, verbs };
}

describe('event recorder', () => {
  it('writes an event of events.k8s.io/v1', async () => {
    const { api, clock, recorder, end } = recording();
    recorder.record(draft());
    await clock.advance(1000);
    assert.deepEqual(api.calls[0]?.body, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'plant', name: 'main.1' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      type: 'Normal',
      reason: 'Loaded',
      action: 'Load',
      note: 'loaded revision 5',
      reportingController: 'example.org/operator',
      reportingInstance: 'operator-0',
      regarding: { apiVersion: 'example.org/v1', kind: 'Broker', namespace: 'plant', name: 'main', uid: 'uid-main' },
    });
    await end();
  });

  it('puts events about what has no namespace into default', async () => {
    const { clock, recorder, end, verbs } = recording();
    recorder.record(draft({ regarding: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plant' } } }));
    await clock.advance(1000);
    assert.deepEqual(verbs(), ['create default/plant.1']);
    await end();
  });

  it('counts repetitions in one event, written once a minute at most', async () => {
    const { api, clock, recorder, end, verbs } = recording();
    for (let second = 0; second < 180; second += 1) {
      recorder.record(draft());
      await clock.advance(1000);
    }
    assert.deepEqual(verbs(), ['create plant/main.1', 'patch plant/main.1', 'patch plant/main.1']);
    assert.deepEqual(api.calls[1]?.body, [
      { op: 'add', path: '/series', value: { count: 61, lastObservedTime: '2026-01-01T00:01:00.000000Z' } },
    ]);
    await clock.advance(60_000);
    assert.deepEqual(
      (api.calls.at(-1)?.body as [{ value: { count: number } }])[0].value.count,
      180,
      'the last count is told',
    );
    await end();
  });

  it('finishes what it writes when it is stopped, and is cut off only when it is aborted', async () => {
    const clock = new VirtualClock();
    const [stop, abort] = [new AbortController(), new AbortController()];
    const losses: string[] = [];
    const signals: (AbortSignal | undefined)[] = [];
    const answers: (() => void)[] = [];
    const create = (_: unknown, object: KubeObject, call: { signal?: AbortSignal } = {}) =>
      new Promise<never>((resolve, reject) => {
        signals.push(call.signal);
        answers.push(() => resolve(object as never));
        call.signal?.addEventListener('abort', () => reject(new Error('cut off')));
      });
    const recorder = new EventRecorder({
      ...{ client: { ...new MemoryApi().client, create }, clock, newSuffix: () => String(signals.length) },
      ...{ reportingController: 'example.org/operator', reportingInstance: 'operator-0' },
      onLoss: (loss, error) => losses.push(`${loss}: ${(error as Error).message}`),
    });
    const ended = recorder.run({ stop: stop.signal, abort: abort.signal });
    for (const note of ['first', 'second']) recorder.record(draft({ note }));
    await clock.advance(1000);
    stop.abort();
    answers[0]?.();
    await settled();
    assert.deepEqual([signals.length, losses], [2, []]);
    abort.abort();
    await ended;
    assert.deepEqual(losses, ['Failed: cut off']);
  });

  it('says in the first event how often it happened until then', async () => {
    const { api, clock, recorder, end } = recording();
    for (let times = 0; times < 3; times += 1) recorder.record(draft());
    await clock.advance(1000);
    assert.deepEqual((api.calls[0]?.body as { series: unknown }).series, {
      count: 3,
      lastObservedTime: '2026-01-01T00:00:00.000000Z',
    });
    await end();
  });

  it('begins a new series after six minutes of silence', async () => {
    const { clock, recorder, end, verbs } = recording();
    recorder.record(draft());
    await clock.advance(359_000);
    recorder.record(draft());
    await clock.advance(360_000);
    recorder.record(draft());
    await clock.advance(1000);
    assert.deepEqual(verbs(), ['create plant/main.1', 'patch plant/main.1', 'create plant/main.2']);
    await end();
  });

  it('makes an event anew that the server forgot', async () => {
    const { api, clock, recorder, end, verbs } = recording();
    recorder.record(draft());
    await clock.advance(1000);
    api.objects.clear();
    recorder.record(draft());
    await clock.advance(60_000);
    assert.deepEqual(verbs(), ['create plant/main.1', 'patch plant/main.1', 'create plant/main.1']);
    await end();
  });

  it('lets one object have 25 events at once, one more in five minutes, and others theirs', async () => {
    const { clock, recorder, losses, end, verbs } = recording();
    for (let index = 0; index < 30; index += 1) recorder.record(draft({ note: `note ${index}` }));
    recorder.record(draft({ regarding: broker('other') }));
    await clock.advance(5000);
    assert.deepEqual(losses, Array<string>(5).fill('RateLimited'));
    assert.equal(verbs().length, 26);
    assert.equal(verbs().at(-1), 'create plant/other.1a');
    await clock.advance(300_000);
    recorder.record(draft({ note: 'later' }));
    recorder.record(draft({ note: 'too many again' }));
    await clock.advance(1000);
    assert.equal(verbs().length, 27);
    await end();
  });

  it('writes 20 a second and holds 1,000, whatever comes', async () => {
    const { clock, recorder, losses, end, verbs } = recording();
    for (let index = 0; index < 1100; index += 1) recorder.record(draft({ regarding: broker(`b-${index}`) }));
    assert.deepEqual(new Set(losses), new Set(['TooMany']));
    assert.equal(losses.length, 100);
    await clock.advance(3000);
    assert.equal(verbs().length, 60);
    await end();
  });

  it('tries again what may succeed later, thrice', async () => {
    const { api, clock, recorder, losses, end, verbs } = recording();
    api.fault = () => refusal(503, 'ServiceUnavailable');
    recorder.record(draft());
    await clock.advance(10_000);
    assert.deepEqual(verbs(), Array<string>(3).fill('create plant/main.1'));
    assert.deepEqual(losses, ['Failed']);
    await end();
  });

  it('gives up at once what is refused, such as in a namespace that ends, and goes on', async () => {
    const { api, clock, recorder, losses, end } = recording();
    api.fault = ({ key }) => (key.includes('main') ? refusal(403, 'Forbidden') : 'None');
    recorder.record(draft());
    recorder.record(draft({ regarding: broker('other') }));
    await clock.advance(5000);
    assert.deepEqual(losses, ['Failed']);
    assert.deepEqual([...api.objects.keys()], ['plant/other.2']);
    await end();
  });

  it('tells the end of a namespace from a failure', async () => {
    const { api, clock, recorder, losses, end } = recording();
    api.fault = () => refusal(404, 'NotFound');
    recorder.record(draft());
    await clock.advance(5000);
    assert.deepEqual(losses, ['Gone']);
    await end();
  });

  it('takes an event that is there already as its own, whose answer was lost', async () => {
    const { api, clock, recorder, losses, end } = recording();
    api.fault = () => (api.calls.length === 1 ? 'AnswerLost' : 'None');
    recorder.record(draft());
    await clock.advance(5000);
    assert.deepEqual(losses, []);
    assert.equal(api.objects.size, 1);
    await end();
  });

  it('cuts notes and names to what the server takes', async () => {
    const { api, clock, recorder, end } = recording();
    recorder.record(draft({ note: 'ä'.repeat(1000), regarding: broker(`${'a'.repeat(199)}.${'b'.repeat(50)}`) }));
    await clock.advance(1000);
    const { note, metadata } = api.calls[0]?.body as { note: string; metadata: { name: string } };
    assert.equal(note, `${'ä'.repeat(510)}…`);
    assert.ok(Buffer.byteLength(note) <= 1024);
    assert.equal(metadata.name, `${'a'.repeat(199)}.1`);
    await end();
  });

  it('never throws into who records', () => {
    const { recorder, losses } = recording();
    recorder.record({ ...draft(), regarding: undefined as unknown as KubeObject });
    assert.deepEqual(losses, ['Failed']);
  });
});
