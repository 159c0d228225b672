import assert from 'node:assert/strict';
import { isTrace, logRelay } from '../../src/agent/log-relay.ts';

function site() {
  let now = 0;
  const passed: string[] = [];
  const relay = logRelay({ now: () => new Date(now) }, (line) => passed.push(line));
  return { relay, passed, after: (milliseconds: number) => (now += milliseconds) };
}

describe("the broker's log, for people,", () => {
  for (const [line, isPassed] of [
    ['1795420035: New connection from h:1 on port 8883.', true],
    ['1795420035: Error: out of memory', true],
    ['Opening ipv4 listen socket on port 8883.', true],
    ['1795420035: Client Received PUBLISH disconnected.', true],
    ["1795420035: Received PUBLISH from a (d0, q0, r0, m0, 't', ... (1 bytes))", false],
    ['1795420035: Sending CONNACK to a (0, 0)', false],
    ["1795420035: Denied PUBLISH from a (d0, q1, r0, m1, 't', ... (1 bytes))", false],
    ['1795420035: \tdev/a/# (QoS 1)', false],
    ['1795420035: No will message specified.', false],
  ] as const) {
    it(`${isPassed ? 'has' : 'leaves out'} ${line}`, () => assert.equal(isTrace(line), !isPassed));
  }

  it('is bounded in a flood, and what was left out is counted and said', () => {
    const { relay, passed, after } = site();
    for (let i = 0; i < 10_000; i += 1) relay.pass(`line ${i}`);
    assert.deepEqual([passed.length, passed.at(-1), relay.leftOut()], [2_000, 'line 1999', 8_000]);
    after(10);
    relay.pass('later');
    relay.pass('and more');
    assert.deepEqual(passed.slice(2_000), ['8000 lines left out', 'later', 'and more']);
    relay.pass('too much again');
    assert.deepEqual([passed.length, relay.leftOut()], [2_003, 8_001]);
  });

  it('holds nothing that acts upon a terminal, and no line without end', () => {
    const { relay, passed } = site();
    relay.pass('Client a\u001b]0;x\u0007\u202eb\u009b2J');
    relay.pass('x'.repeat(9_000));
    assert.deepEqual(passed, ['Client a\ufffd]0;x\ufffd\ufffdb\ufffd2J', 'x'.repeat(4_096)]);
  });

  it('goes on when the clock is set back', () => {
    const { relay, passed, after } = site();
    for (let i = 0; i < 2_001; i += 1) relay.pass('x');
    after(-3_600_000);
    relay.pass('y');
    after(1_000);
    relay.pass('z');
    assert.deepEqual(passed.slice(2_000), ['2 lines left out', 'z']);
  });
});
