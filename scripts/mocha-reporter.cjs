'use strict';
/**
 * The spec reporter, and the counts and failures of the run as JSON in the file named by MQTTSEC_TEST_COUNTS,
 * so that `make test` can say at its end what failed, and add up its tiers in one closing line.
 */
const { appendFileSync } = require('node:fs');
const path = require('node:path');
const { reporters, Runner } = require('mocha');

/** Milliseconds that a run may take to end by itself after its last test. */
const patience = 30_000;

/** Ends a run that something left open would keep for ever, and says what that is. */
function endLingeringRun() {
  const open = process.getActiveResourcesInfo().filter((kind) => kind !== 'TTYWrap' && kind !== 'PipeWrap');
  console.error(`ended the run 30 s after its last test; still open: ${open.join(', ')}`);
  process.exit();
}

/** How errors begin that say no more than that time ran out: those of mocha, and of what tests wait for states with. */
const limits = [/^Timeout of \d+ms exceeded\./, /^waited [\d.]+ s for: /];

/** What to print again of a failure when all tiers have ended. */
function failureOf(test) {
  const { err } = test;
  const text = err?.stack ?? err?.message ?? String(err);
  const file = test.file ? path.relative(process.cwd(), test.file) : '';
  return { test: test.fullTitle(), file, text, ranOutOfTime: limits.some((limit) => limit.test(err?.message ?? '')) };
}

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.MQTTSEC_TEST_COUNTS;
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      setTimeout(endLingeringRun, patience).unref();
      // Left to itself Node 24 may spin for ever in its last cleanup: over sockets that were given up before they connected.
      process.once('beforeExit', () => process.exit());
      if (!file) return;
      const { passes, failures, pending } = this.stats;
      const counts = { passed: passes, failed: failures, skipped: pending, failures: this.failures.map(failureOf) };
      appendFileSync(file, `${JSON.stringify(counts)}\n`);
    });
  }
};
