import assert from 'node:assert/strict';
import type { PointResult } from '../../src/verify/point.ts';
import { resultsJson, resultsJunit, resultsTable } from '../../src/verify/report.ts';

const results: readonly PointResult[] = [
  { name: 'A', title: 'a is so', verdict: 'Pass', reason: 'seen', attempts: [] },
  {
    name: 'Bee',
    title: 'b is so',
    verdict: 'Fail',
    reason: 'x: <taken> & "kept" \u001b[31m',
    attempts: [
      { tried: 'x', answer: '<taken> & "kept" \u001b[31m', verdict: 'Fail' },
      { tried: 'y', answer: 'refused', verdict: 'Pass' },
    ],
  },
  { name: 'C', title: 'c is so', verdict: 'NotApplicable', reason: 'nothing given', attempts: [] },
];

describe('reports of verify', () => {
  it('are a table with what was tried where something failed', () => {
    assert.equal(
      resultsTable(results),
      `pass  A    seen
FAIL  Bee  NOT SO: b is so
        FAIL  x: <taken> & "kept" ?[31m
        pass  y: refused
n/a   C    nothing given
1 passed, 1 failed, 1 not applicable
`,
    );
  });

  it('are JSON with everything', () => {
    assert.deepEqual(JSON.parse(resultsJson(results)), { passed: false, points: results });
    assert.equal((JSON.parse(resultsJson(results.slice(0, 1))) as { passed: boolean }).passed, true);
  });

  it('are JUnit in which nothing of a broker becomes markup', () => {
    assert.equal(
      resultsJunit(results),
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" skipped="1">
  <testsuite name="mqttsec verify" tests="3" failures="1" errors="0" skipped="1">
    <testcase classname="mqttsec.verify" name="A: a is so">
    </testcase>
    <testcase classname="mqttsec.verify" name="Bee: b is so">
      <failure message="x: &lt;taken&gt; &amp; &quot;kept&quot; ?[31m"/>
      <system-out>FAIL: x: &lt;taken&gt; &amp; &quot;kept&quot; ?[31m
pass: y: refused</system-out>
    </testcase>
    <testcase classname="mqttsec.verify" name="C: c is so">
      <skipped message="nothing given"/>
    </testcase>
  </testsuite>
</testsuites>
`,
    );
  });
});
