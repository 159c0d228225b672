import assert from 'node:assert/strict';
import fc from 'fast-check';
import { acquiredTerm, type Election, LostLeadership, type Term } from '../../src/kube/lease.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { MemoryApi, refusal } from './memory-api.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

const key = 'system/leader';
const never = new AbortController().signal;

interface LeaseObject extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

function site() {
  const api = new MemoryApi();
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const election = (identity: string, own: VirtualClock = clock): Election => ({
    ...{ client: api.client, namespace: 'system', name: 'leader', identity, clock: own, monotonic: own.monotonic },
    random: { next: () => 0.5 },
    onError: (error) => errors.push(error),
  });
  const lease = () => api.objects.get(key) as LeaseObject;
  return { api, clock, errors, election, lease };
}

/** Ends quietly, so that its loops do not outlive the test. */
async function ended(clock: VirtualClock, ...terms: Term[]): Promise<void> {
  await Promise.all(terms.map((term) => term.release()));
  await clock.advance(60_000);
  assert.equal(clock.sleeping, 0, 'something goes on after the end');
}

describe('leader election', () => {
  it('makes the lease when there is none', async () => {
    const { clock, election, lease } = site();
    const term = await acquiredTerm(election('one'), never);
    assert.equal(term.epoch, 1);
    assert.deepEqual(lease().spec, {
      holderIdentity: 'one',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 1,
    });
    term.fence();
    await ended(clock, term);
  });

  it('renews every two seconds and stays', async () => {
    const { api, clock, election, lease } = site();
    const term = await acquiredTerm(election('one'), never);
    await clock.advance(600_000);
    term.fence();
    assert.equal(term.lost.aborted, false);
    assert.equal(api.calls.filter(({ verb }) => verb === 'apply').length, 300);
    assert.equal(lease().spec['renewTime'], '2026-01-01T00:10:00.000000Z');
    assert.equal(lease().spec['acquireTime'], '2026-01-01T00:00:00.000000Z');
    await ended(clock, term);
  });

  it('leaves a held lease alone as long as it is renewed, and takes it when that ends, with a greater epoch', async () => {
    const { api, clock, election, lease } = site();
    const first = await acquiredTerm(election('one'), never);
    const seconds: Term[] = [];
    void acquiredTerm(election('two'), never).then((term) => seconds.push(term));
    await clock.advance(120_000);
    assert.equal(seconds.length, 0);
    api.fault = ({ body }) => (holderOf(body) === 'one' ? 'Lost' : 'None');
    await clock.advance(10_000);
    assert.throws(() => first.fence(), LostLeadership);
    assert.equal(seconds.length, 0, 'the holder gives up before another takes the lease');
    await clock.advance(10_000);
    assert.deepEqual(
      seconds.map(({ epoch }) => epoch),
      [2],
    );
    assert.equal(lease().spec['holderIdentity'], 'two');
    await ended(clock, first, ...seconds);
  });

  it('is free at once for the next when it is released', async () => {
    const { clock, election, lease } = site();
    const first = await acquiredTerm(election('one'), never);
    const waiting = acquiredTerm(election('two'), never);
    await settled();
    await first.release();
    assert.equal(lease().spec['holderIdentity'], '');
    assert.throws(() => first.fence(), /it was released/);
    assert.equal(first.lost.aborted, false, 'a release is no loss');
    await clock.advance(2200);
    assert.equal((await waiting).epoch, 2);
    await first.release();
    assert.equal(lease().spec['holderIdentity'], 'two', 'a second release changes nothing');
    await ended(clock, await waiting);
  });

  it('is freed also when a renewal is under way, or was done and its answer lost', async () => {
    const { api, clock, election, lease, errors } = site();
    const answer = Promise.withResolvers<undefined>();
    const slow = async (...args: Parameters<typeof api.client.apply>) => {
      const given = await api.client.apply(...args);
      await answer.promise;
      return given;
    };
    const client = { ...api.client, apply: slow as typeof api.client.apply };
    const slowed = await acquiredTerm({ ...election('one'), client }, never);
    await clock.advance(2000);
    const releasing = slowed.release();
    await settled();
    answer.resolve(undefined);
    await releasing;
    assert.equal(lease().spec['holderIdentity'], '');

    const forgotten = await acquiredTerm(election('two'), never);
    api.fault = ({ verb }) => (verb === 'apply' ? 'AnswerLost' : 'None');
    await clock.advance(2000);
    api.fault = () => 'None';
    await forgotten.release();
    assert.equal(lease().spec['holderIdentity'], '');
    assert.equal(errors.length, 1, 'the lost answer');
    await ended(clock, slowed, forgotten);
  });

  it('outlives failures of the server that are shorter than the deadline', async () => {
    const { api, clock, election, errors } = site();
    const term = await acquiredTerm(election('one'), never);
    for (let outage = 0; outage < 10; outage += 1) {
      api.fault = () => (outage % 2 === 0 ? 'Lost' : refusal(503, 'ServiceUnavailable'));
      await clock.advance(7000);
      api.fault = () => 'None';
      await clock.advance(3000);
      term.fence();
    }
    assert.ok(errors.length >= 30);
    await ended(clock, term);
  });

  it('is lost ten seconds after the last renewal that succeeded, also when a call never ends', async () => {
    const { api, clock, election } = site();
    const term = await acquiredTerm(
      { ...election('one'), client: { ...api.client, apply: () => new Promise(() => undefined) } },
      never,
    );
    await clock.advance(9999);
    term.fence();
    assert.equal(term.lost.aborted, false);
    await clock.advance(1);
    assert.equal(term.lost.aborted, true);
    assert.ok(term.lost.reason instanceof LostLeadership);
    assert.match(term.lost.reason.message, /^hold lease system\/leader: the renew deadline is over$/);
  });

  it('refuses writes after a pause that nobody noticed, before any timer had a chance', async () => {
    const { clock, election } = site();
    const term = await acquiredTerm(election('one'), never);
    await clock.advance(5000);
    clock.stopFor(40_000);
    assert.equal(term.lost.aborted, false, 'no timer ran');
    assert.throws(() => term.fence(), LostLeadership);
    assert.equal(term.lost.aborted, true);
    await ended(clock, term);
  });

  it('refuses writes when the wall clock leapt ahead (the machine slept), and is not fooled by one set back', async () => {
    const { api, clock, election } = site();
    const term = await acquiredTerm(election('one'), never);
    clock.wallOffset -= 3_600_000;
    api.fault = () => 'Lost';
    await clock.advance(10_000);
    assert.throws(() => term.fence(), LostLeadership);
    api.fault = () => 'None';
    const next = await acquiredTerm(election('one'), never);
    clock.wallOffset += 7_200_000;
    assert.throws(() => next.fence(), LostLeadership);
    await ended(clock, term, next);
  });

  it('takes a renewal whose answer came after a pause as old as its sending', async () => {
    const { api, clock, election } = site();
    const answer = Promise.withResolvers<undefined>();
    const slow = async (...args: Parameters<typeof api.client.apply>) => {
      const given = await api.client.apply(...args);
      await answer.promise;
      return given;
    };
    const term = await acquiredTerm(
      { ...election('one'), client: { ...api.client, apply: slow as typeof api.client.apply } },
      never,
    );
    await clock.advance(2000);
    clock.stopFor(60_000);
    answer.resolve(undefined);
    await settled();
    assert.throws(() => term.fence(), LostLeadership);
    await ended(clock, term);
  });

  it('stays after a conflict that was none: an answer that was lost, a label of somebody', async () => {
    const { api, clock, election, lease } = site();
    const term = await acquiredTerm(election('one'), never);
    api.fault = ({ verb }) => (verb === 'apply' ? 'AnswerLost' : 'None');
    await clock.advance(2000);
    api.fault = () => 'None';
    await clock.advance(20_000);
    term.fence();
    api.put({ ...lease(), metadata: { ...lease().metadata, labels: { a: 'b' } } });
    await clock.advance(20_000);
    term.fence();
    await ended(clock, term);
  });

  it('is lost at once when another holder is seen, or no lease', async () => {
    for (const disturb of ['taken', 'deleted'] as const) {
      const { api, clock, election, lease } = site();
      const term = await acquiredTerm(election('one'), never);
      if (disturb === 'taken') api.put({ ...lease(), spec: { holderIdentity: 'two' } } as LeaseObject);
      else api.objects.delete(key);
      await clock.advance(2000);
      assert.equal(term.lost.aborted, true);
      assert.match(String(term.lost.reason), disturb === 'taken' ? /two holds it/ : /it was deleted/);
      await term.release();
      assert.equal(
        (api.objects.get(key) as LeaseObject | undefined)?.spec['holderIdentity'],
        disturb === 'taken' ? 'two' : undefined,
      );
      await ended(clock, term);
    }
  });

  it('takes over its own lease when the answer to taking it was lost', async () => {
    const { api, clock, election } = site();
    api.fault = ({ verb }) => (verb === 'create' ? 'AnswerLost' : 'None');
    const waiting = acquiredTerm(election('one'), never);
    await clock.advance(2200);
    const term = await waiting;
    assert.equal(term.epoch, 2);
    await ended(clock, term);
  });

  it('gives up waiting when it is aborted', async () => {
    const { clock, election } = site();
    const first = await acquiredTerm(election('one'), never);
    const abort = new AbortController();
    const waiting = acquiredTerm(election('two'), abort.signal);
    await clock.advance(5000);
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    await ended(clock, first);
  });

  it('believes what the holder says about its duration, not how its clock stands', async () => {
    const { api, clock, election } = site();
    const spec = { holderIdentity: 'old', leaseDurationSeconds: 60, renewTime: '1999-01-01T00:00:00.000000Z' };
    api.put({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'system', name: 'leader' },
      spec,
    } as LeaseObject);
    let term: Term | undefined;
    void acquiredTerm(election('one'), never).then((acquired) => (term = acquired));
    await clock.advance(59_000);
    assert.equal(term, undefined);
    await clock.advance(5000);
    assert.ok(term);
    await ended(clock, term);
  });
});

function holderOf(body: unknown): unknown {
  return (body as LeaseObject | undefined)?.spec['holderIdentity'];
}

/** What may happen to one of the candidates, each with its own clocks. */
const event = fc.record({
  who: fc.nat(2),
  what: fc.constantFrom('Run', 'Stop', 'Cut', 'Mend', 'WallBack', 'WallAhead'),
  milliseconds: fc.integer({ min: 1, max: 30_000 }),
});

describe('leader election, any pauses, cuts and clock changes of three candidates', () => {
  it('never lets two pass the fence at one time, and epochs grow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (history) => {
        const { api, election } = site();
        const clocks = [new VirtualClock(), new VirtualClock(), new VirtualClock()];
        const terms: (Term | undefined)[] = clocks.map(() => undefined);
        const isCut = clocks.map(() => false);
        const epochs: number[] = [];
        const end = new AbortController();
        const candidates = clocks.map((clock, who) => ({
          ...election(`candidate-${who}`, clock),
          client: cuttable(api.client, () => isCut[who] ?? false),
          onError: () => undefined,
        }));
        const campaign = async (who: number) => {
          for (;;) {
            const term = await acquiredTerm(candidates[who]!, end.signal);
            epochs.push(term.epoch);
            terms[who] = term;
            await aborted(AbortSignal.any([term.lost, end.signal]));
          }
        };
        const campaigns = clocks.map((_, who) => campaign(who).catch(() => undefined));
        const writers = () => terms.filter((term) => term && mayWrite(term)).length;
        for (const { who, what, milliseconds } of history) {
          if (what === 'Cut' || what === 'Mend') isCut[who] = what === 'Cut';
          if (what === 'WallBack') clocks[who]!.wallOffset -= milliseconds;
          if (what === 'WallAhead') clocks[who]!.wallOffset += milliseconds;
          for (let passed = 0; passed < milliseconds; passed += 1000) {
            for (const [index, clock] of clocks.entries()) {
              if (what === 'Stop' && index === who) clock.stopFor(1000);
              else await clock.advance(1000);
            }
            assert.ok(writers() <= 1, `${writers()} may write`);
          }
        }
        assert.deepEqual(
          epochs,
          epochs.toSorted((a, b) => a - b),
        );
        assert.equal(new Set(epochs).size, epochs.length);
        end.abort(new Error('over'));
        await Promise.all([...campaigns, ...terms.map((term) => term?.release())]);
      }),
      { numRuns: 20 },
    );
  });
});

function aborted(signal: AbortSignal): Promise<unknown> {
  return signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', resolve));
}

function mayWrite(term: Term): boolean {
  try {
    term.fence();
    return true;
  } catch {
    return false;
  }
}

function cuttable(client: Election['client'], isCut: () => boolean): Election['client'] {
  const refused = () => Promise.reject(refusal(0, 'ConnectionFailed'));
  return {
    get: (...args) => (isCut() ? refused() : client.get(...args)),
    create: (...args) => (isCut() ? refused() : client.create(...args)),
    apply: (...args) => (isCut() ? refused() : client.apply(...args)),
  };
}
