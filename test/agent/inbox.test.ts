import assert from 'node:assert/strict';
import { inboxOf } from '../../src/agent/inbox.ts';
import type { BundleReading, Clock } from '../../src/ports.ts';

const now: Clock = { now: () => new Date(0), sleep: () => Promise.resolve() };
const reading = (reason: string): BundleReading => ({ kind: 'Unreadable', reason });

describe('inbox', () => {
  it('keeps the newest reading only', async () => {
    const stop = new AbortController();
    const bundles = async function* () {
      yield* [reading('a'), reading('b')];
      await new Promise(() => undefined);
    };
    const inbox = inboxOf({ bundles }, now, stop.signal);
    await inbox.heard();
    await new Promise(setImmediate);
    assert.deepEqual(inbox.take(), reading('b'));
    assert.equal(inbox.take(), undefined);
    stop.abort();
  });

  it('reads a source again that failed, and says why meanwhile', async () => {
    const stop = new AbortController();
    let tries = 0;
    const seen: (string | undefined)[] = [];
    const bundles = async function* () {
      seen.push(failure());
      tries += 1;
      if (tries < 3) throw new Error(`no ${tries}`);
      yield reading('a');
      await new Promise(() => undefined);
    };
    let failure = (): string | undefined => undefined;
    const inbox = inboxOf({ bundles }, now, stop.signal);
    failure = () => inbox.failure();
    await new Promise(setImmediate);
    assert.deepEqual(seen, [undefined, 'no 1', 'no 2']);
    assert.equal(inbox.failure(), undefined);
    assert.deepEqual(inbox.take(), reading('a'));
    stop.abort();
  });

  it('does not lose a ring that comes between a look and the wait', async () => {
    const stop = new AbortController();
    const inbox = inboxOf(
      { bundles: async function* () {} },
      { ...now, sleep: () => new Promise(() => undefined) },
      stop.signal,
    );
    await inbox.heard();
    const abandoned = inbox.heard();
    inbox.take();
    inbox.ring();
    await inbox.heard();
    await abandoned;
    stop.abort();
  });
});
