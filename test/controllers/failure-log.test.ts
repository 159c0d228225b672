import assert from 'node:assert/strict';
import { loggingObserver } from '../../src/controllers/failure-log.ts';
import { ApiError } from '../../src/kube/errors.ts';
import type { ReconcileFailure } from '../../src/kube/observer.ts';
import { createLog } from '../../src/shell/log.ts';

const conflict = new ApiError('apply it: Conflict', { status: 409, reason: 'Conflict' });
const refusal = new ApiError('apply it: Forbidden', { status: 403, reason: 'Forbidden' });
const going = new ApiError('create it: Forbidden: unable to create it because it is being terminated', {
  ...{ status: 403, reason: 'Forbidden' },
});

const rows: readonly (Pick<ReconcileFailure, 'kind' | 'error' | 'retryMilliseconds'> & { readonly level: string })[] = [
  { kind: 'Backoff', error: refusal, retryMilliseconds: 5, level: 'warn' },
  { kind: 'Permanent', error: refusal, level: 'warn' },
  { kind: 'RetryAfter', error: refusal, retryMilliseconds: 5_000, level: 'debug' },
  { kind: 'Backoff', error: conflict, retryMilliseconds: 5, level: 'debug' },
  { kind: 'Backoff', error: new Error('write it', { cause: conflict }), retryMilliseconds: 5, level: 'debug' },
  { kind: 'Backoff', error: going, retryMilliseconds: 5, level: 'debug' },
  { kind: 'Backoff', error: conflict, retryMilliseconds: 2_000, level: 'warn' },
];

function lineOf(failure: Omit<ReconcileFailure, 'key' | 'reconcileId'>): Record<string, unknown> {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', now: () => new Date(0), write: (line) => lines.push(line) });
  const deaf = { started: () => undefined, finished: () => undefined, failed: () => undefined };
  loggingObserver(deaf, 'device', log).failed({ key: 'plant/d1', reconcileId: 'r1', ...failure });
  return JSON.parse(lines.join('')) as Record<string, unknown>;
}

describe('log of failed reconciles', () => {
  it('names the object in plain text', () => {
    assert.equal(lineOf({ kind: 'Backoff', error: refusal })['object'], 'plant/d1');
  });

  for (const { level, ...failure } of rows) {
    const { kind, error, retryMilliseconds = 0 } = failure;
    it(`${kind} after ${String(error)}, again in ${retryMilliseconds} ms: ${level}`, () => {
      assert.equal(lineOf(failure)['level'], level);
    });
  }
});
