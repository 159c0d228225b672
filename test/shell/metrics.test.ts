import assert from 'node:assert/strict';
import { createMetrics } from '../../src/shell/metrics.ts';

async function lines(metrics: ReturnType<typeof createMetrics>, part: string): Promise<readonly string[]> {
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line.includes(part) && !line.startsWith('#'));
}

describe('metrics', () => {
  it('counts reconciles under the names of controller-runtime, from zero on', async () => {
    const metrics = createMetrics();
    const observer = metrics.controller('broker', 4);
    const failure = { key: 'plant/one', reconcileId: 'x' };
    assert.deepEqual(await lines(metrics, 'reconcile_total'), [
      'controller_runtime_reconcile_total{controller="broker",result="success"} 0',
      'controller_runtime_reconcile_total{controller="broker",result="requeue_after"} 0',
      'controller_runtime_reconcile_total{controller="broker",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="broker",result="error"} 0',
    ]);
    for (const result of ['success', 'success', 'error'] as const) {
      observer.started();
      observer.finished(result, 0.02);
    }
    observer.started();
    observer.failed({ ...failure, kind: 'Backoff', error: new TypeError('x is undefined') });
    observer.failed({ ...failure, kind: 'Permanent', error: new Error('no') });
    observer.failed({ ...failure, kind: 'RetryAfter', error: new Error('later') });
    const expected = [
      'controller_runtime_reconcile_total{controller="broker",result="success"} 2',
      'controller_runtime_reconcile_total{controller="broker",result="error"} 1',
      'controller_runtime_reconcile_errors_total{controller="broker"} 2',
      'controller_runtime_terminal_reconcile_errors_total{controller="broker"} 1',
      'controller_runtime_reconcile_panics_total{controller="broker"} 1',
      'controller_runtime_max_concurrent_reconciles{controller="broker"} 4',
      'controller_runtime_active_workers{controller="broker"} 1',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.025",controller="broker"} 3',
    ];
    const told = new Set(await lines(metrics, 'controller_runtime'));
    assert.deepEqual(
      expected.filter((line) => !told.has(line)),
      [],
    );
  });

  it('tells of queues under the names of client-go', async () => {
    const metrics = createMetrics();
    metrics.watchQueue('broker', { depth: 7, runningSeconds: () => [1, 2.5] });
    const observer = metrics.queue('broker');
    observer.added();
    observer.added();
    observer.retried();
    observer.taken(0.5);
    observer.done(2);
    const told = new Set(await lines(metrics, 'workqueue'));
    const expected = [
      'workqueue_depth{name="broker"} 7',
      'workqueue_adds_total{name="broker"} 2',
      'workqueue_retries_total{name="broker"} 1',
      'workqueue_queue_duration_seconds_sum{name="broker"} 0.5',
      'workqueue_work_duration_seconds_sum{name="broker"} 2',
      'workqueue_unfinished_work_seconds{name="broker"} 3.5',
      'workqueue_longest_running_processor_seconds{name="broker"} 2.5',
    ];
    assert.deepEqual(
      expected.filter((line) => !told.has(line)),
      [],
    );
  });

  it('has no time spent where nothing runs', async () => {
    const metrics = createMetrics();
    metrics.watchQueue('broker', { depth: 0, runningSeconds: () => [] });
    assert.deepEqual(await lines(metrics, 'longest_running'), [
      'workqueue_longest_running_processor_seconds{name="broker"} 0',
    ]);
  });

  it('counts what reflectors report', async () => {
    const metrics = createMetrics();
    const report = metrics.reflector('devices');
    report({ event: 'Listed', objects: 12, changes: 3 });
    report({ event: 'WatchEnded', events: 5 });
    report({ event: 'Failed', error: new Error('no'), retryMilliseconds: 5 });
    report({ event: 'HandlerFailed', key: 'a/b', error: new Error('no') });
    report({ event: 'ProjectionFailed', key: 'a/b', error: new Error('no') });
    assert.deepEqual(
      new Set(await lines(metrics, 'reflector_')),
      new Set([
        'reflector_lists_total{resource="devices"} 1',
        'reflector_watches_total{resource="devices"} 1',
        'reflector_failures_total{resource="devices"} 1',
        'reflector_objects{resource="devices"} 12',
        'reflector_mistakes_total{resource="devices"} 2',
      ]),
    );
  });

  it('tells who leads, and which events were lost', async () => {
    const metrics = createMetrics();
    metrics.leading('operator', true);
    metrics.eventLost('RateLimited');
    assert.deepEqual(await lines(metrics, 'leader_election'), ['leader_election_master_status{name="operator"} 1']);
    metrics.leading('operator', false);
    assert.deepEqual(await lines(metrics, 'leader_election'), ['leader_election_master_status{name="operator"} 0']);
    assert.deepEqual(await lines(metrics, 'event_recorder_lost'), [
      'event_recorder_lost_total{reason="RateLimited"} 1',
    ]);
  });

  it('asks for numbers at each scrape, whoever was asked before', async () => {
    const metrics = createMetrics();
    let value = 1;
    const numbers = { name: 'renewals_due', help: 'Due.', labelNames: ['broker'] };
    metrics.watchNumbers({ ...numbers, read: () => [{ labels: { broker: 'former' }, value: 9 }] });
    metrics.watchNumbers({ ...numbers, read: () => [{ labels: { broker: 'plant' }, value }] });
    assert.deepEqual(await lines(metrics, 'renewals_due'), ['renewals_due{broker="plant"} 1']);
    value = 2;
    assert.deepEqual(await lines(metrics, 'renewals_due'), ['renewals_due{broker="plant"} 2']);
  });

  it('has those of the process too', async () => {
    assert.equal((await lines(createMetrics(), 'nodejs_eventloop_lag_seconds ')).length, 1);
  });
});
