'use strict';
/**
 * The spec reporter, and the counts of the run as JSON in the file named by MQTTSEC_TEST_COUNTS,
 * so that `make test` can add up its tiers in one closing line.
 */
const { appendFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** Milliseconds that a run may take to end by itself after its last test. */
const patience = 30_000;

/** Ends a run that something left open would keep for ever, and says what that is. */
function endLingeringRun() {
  const open = process.getActiveResourcesInfo().filter((kind) => kind !== 'TTYWrap' && kind !== 'PipeWrap');
  console.error(`ended the run 30 s after its last test; still open: ${open.join(', ')}`);
  process.exit();
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
      appendFileSync(file, `${JSON.stringify({ passed: passes, failed: failures, skipped: pending })}\n`);
    });
  }
};
