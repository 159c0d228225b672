import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createLog } from '../../src/shell/log.ts';
import { type Ending, Runner } from '../../src/shell/runner.ts';
import { onStopSignal } from '../../src/shell/signals.ts';
import { settled, VirtualClock } from '../kube/virtual-clock.ts';

function runnerWith() {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const log = createLog({ level: 'info', now: () => clock.now(), write: (line) => lines.push(line) });
  const runner = new Runner({ clock, log, drainSeconds: 25 });
  const endings: Ending[] = [];
  void runner.ended.then((ending) => endings.push(ending));
  return { clock, runner, endings, lines };
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

describe('runner', () => {
  it('ends well when it is stopped and all end', async () => {
    const { runner, endings, clock } = runnerWith();
    void runner.start('one', () => until(runner.stop));
    void runner.start('two', () => until(runner.stop));
    await settled();
    assert.deepEqual(endings, []);
    runner.requestStop();
    await settled();
    assert.deepEqual(endings, [{ exitCode: 0 }]);
    assert.equal(clock.sleeping, 0);
  });

  it('ends well when nothing runs', async () => {
    const { runner, endings } = runnerWith();
    runner.requestStop();
    await settled();
    assert.deepEqual(endings, [{ exitCode: 0 }]);
  });

  it('ends all when one fails, with its error', async () => {
    const { runner, endings, lines } = runnerWith();
    const error = new Error('listen: no');
    let isAborted = false;
    void runner.start('good', () => until(runner.abort).then(() => void (isAborted = true)));
    void runner.start('bad', () => Promise.reject(error));
    await settled();
    assert.equal(isAborted, true);
    assert.deepEqual(endings, [{ exitCode: 1, error }]);
    assert.match(lines.join(''), /"runnable":"bad".*"msg":"failed"/);
  });

  it('takes the end of one that nobody asked for as a failure', async () => {
    const { runner, endings } = runnerWith();
    void runner.start('short', () => Promise.resolve());
    await settled();
    assert.equal(endings[0]?.exitCode, 1);
    assert.match(String(endings[0].error), /run short: it ended by itself/);
  });

  it('takes a rejection with the reason of the stop as an end, another one as a failure', async () => {
    for (const isOwn of [true, false]) {
      const { runner, endings } = runnerWith();
      void runner.start('one', async () => {
        await until(runner.stop);
        throw isOwn ? runner.stop.reason : new Error('save: no');
      });
      runner.requestStop();
      await settled();
      assert.equal(endings[0]?.exitCode, isOwn ? 0 : 1);
    }
  });

  it('aborts what has not finished in time, and waits for it', async () => {
    const { runner, endings, clock } = runnerWith();
    void runner.start('slow', () => until(runner.abort));
    runner.requestStop();
    await clock.advance(24_999);
    assert.deepEqual(endings, []);
    await clock.advance(1);
    assert.deepEqual(endings, [{ exitCode: 0 }]);
  });

  it('leaves behind what does not end at all, and says what', async () => {
    const { runner, endings, clock, lines } = runnerWith();
    void runner.start('deaf', () => new Promise(() => undefined));
    runner.requestStop();
    await clock.advance(30_000);
    assert.equal(endings[0]?.exitCode, 1);
    assert.match(String(endings[0].error), /stop deaf: still running/);
    assert.match(lines.join(''), /"runnables":\["deaf"\]/);
  });

  it('aborts at once when it is asked twice', async () => {
    const { runner, endings } = runnerWith();
    void runner.start('slow', () => until(runner.abort));
    runner.requestStop();
    await settled();
    assert.deepEqual(endings, []);
    runner.requestStop();
    await settled();
    assert.deepEqual(endings, [{ exitCode: 0 }]);
  });

  it('starts nothing any more when it is stopped, and no two of one name', async () => {
    const { runner } = runnerWith();
    void runner.start('one', () => until(runner.stop));
    assert.throws(() => void runner.start('one', () => until(runner.stop)), /there is one of this name/);
    runner.requestStop();
    let isStarted = false;
    await runner.start('late', () => Promise.resolve(void (isStarted = true)));
    assert.equal(isStarted, false);
  });
});

describe('stop signals', () => {
  it('are told, each time, until nobody listens', () => {
    const source = new EventEmitter();
    const told: string[] = [];
    const release = onStopSignal((signal) => told.push(signal), source);
    source.emit('SIGTERM', 'SIGTERM');
    source.emit('SIGINT', 'SIGINT');
    release();
    source.emit('SIGTERM', 'SIGTERM');
    assert.deepEqual(told, ['SIGTERM', 'SIGINT']);
    assert.equal(source.listenerCount('SIGTERM'), 0);
  });
});
