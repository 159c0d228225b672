import assert from 'node:assert/strict';
import { agentHealth } from '../../src/agent/http.ts';
import type { AgentEvent, AgentFigures } from '../../src/agent/state.ts';

const proved: AgentEvent = { kind: 'Proof', revision: 1, proof: { kind: 'Proved', milliseconds: 20 } };
const failed: AgentEvent = { kind: 'Proof', revision: 2, proof: { kind: 'Failed', what: 'the nonce was refused' } };
const exited: AgentEvent = { kind: 'Exited', exit: { code: 1, signal: null, tail: [] } };
const swapped: AgentEvent = { kind: 'Swapped', revision: 2, generation: '2' };
const refused: AgentEvent = { kind: 'Refused', revision: 2, refusals: [{ check: 'Readable', reason: 'no' }] };

function problemAfter(...events: readonly AgentEvent[]): string | undefined {
  const { ready, onEvent } = agentHealth();
  for (const event of events) onEvent(event);
  return ready[0]?.problem();
}

describe('readiness of an agent', () => {
  const cases: readonly (readonly [name: string, events: readonly AgentEvent[], problem: string | undefined])[] = [
    ['nothing happened yet', [], 'no set was proved yet'],
    ['the broker runs, and nothing is proved', [{ kind: 'Started', pid: 1 }], 'no set was proved yet'],
    ['a set is proved', [proved], undefined],
    ['the next one is on its way', [proved, swapped], undefined],
    ['the next one was refused, and the last good one stays', [proved, refused], undefined],
    ['the next one is in place and failed', [proved, swapped, failed], 'Failed: the nonce was refused'],
    ['the last good one is back', [proved, swapped, failed, proved], undefined],
    ['the broker ended', [proved, exited], 'Mosquitto does not run'],
    ['the broker was stopped', [proved, { kind: 'Stopped' }], 'Mosquitto does not run'],
    ['the broker is back, and proved', [proved, exited, { kind: 'Started', pid: 2 }, proved], undefined],
  ];
  for (const [name, events, problem] of cases) {
    it(`${problem === undefined ? 'yes' : 'no'}: ${name}`, () => assert.equal(problemAfter(...events), problem));
  }
});

describe('metrics of an agent', () => {
  it('count what it did', async () => {
    const { onEvent, registry } = agentHealth();
    const at = '2026-01-01T00:00:00Z';
    const loaded = { revision: 7, hash: 'a', provedAt: at, milliseconds: 20, sessionsEndedAt: at };
    const report = { broker: 'plant', instance: 'one', mosquittoVersion: '2.0.11', loaded };
    const kicked: AgentEvent = { kind: 'Kicked', identities: ['a', 'b'] };
    for (const event of [proved, failed, exited, refused, kicked, { kind: 'Reported', report } as const])
      onEvent(event);
    const text = await registry.metrics();
    for (const line of [
      'mqttsec_agent_proofs_total{result="Proved"} 1',
      'mqttsec_agent_proofs_total{result="Failed"} 1',
      'mqttsec_agent_refusals_total{check="Readable"} 1',
      'mqttsec_agent_broker_exits_total 1',
      'mqttsec_agent_kicked_sessions_total 2',
      'mqttsec_agent_loaded_revision 7',
      'mqttsec_agent_proof_seconds_count 1',
    ]) {
      assert.ok(text.includes(`${line}\n`), `${line} in\n${text}`);
    }
  });

  it('count what others did, whatever they call themselves, in a bounded number of series', async () => {
    const { onFigures, onNotice, registry } = agentHealth();
    const events = {
      Accepted: 9,
      Entered: 3,
      Refused: 5,
      DeniedPublish: 4,
      Oversize: 1,
      Flood: 0,
      Takeover: 2,
      Left: 1,
    };
    const refusals = { NotAuthorised: 2, Certificate: 1, Tls: 0, Protocol: 0, Oversize: 0, Closed: 9, Timeout: 9 };
    const figures: AgentFigures = {
      events: { ...events, Reloaded: 1, Started: 1, LimitReached: 0, Unknown: 6 },
      ...{ refusals, identities: 3, silent: 2, forgotten: 0, lockouts: 1, linesLeftOut: 7, alertsLost: 8 },
    };
    onFigures(figures);
    onFigures({ ...figures, events: { ...figures.events, Entered: 5, Takeover: 1 }, lockouts: 0 });
    for (let i = 0; i < 1_000; i += 1) {
      onNotice({ kind: 'AuthenticationFailed', claimed: `x${i}"} 1`, address: `h:${i}`, count: 1, at: new Date(0) });
    }
    const text = await registry.metrics();
    for (const line of [
      'mqttsec_agent_connects_total 5',
      'mqttsec_agent_takeovers_total 2',
      'mqttsec_agent_denied_publishes_total 4',
      'mqttsec_agent_oversize_packets_total 1',
      'mqttsec_agent_authentication_failures_total{reason="NotAuthorised"} 2',
      'mqttsec_agent_authentication_failures_total{reason="Certificate"} 1',
      'mqttsec_agent_unknown_log_lines_total 6',
      'mqttsec_agent_log_lines_left_out_total 7',
      'mqttsec_agent_alert_messages_lost_total 8',
      'mqttsec_agent_forgotten_identities_total 0',
      'mqttsec_agent_lockouts 0',
      'mqttsec_agent_silent_identities 2',
      'mqttsec_agent_alerts_total{kind="AuthenticationFailed"} 1000',
    ]) {
      assert.ok(text.includes(`${line}\n`), `${line} in\n${text}`);
    }
    assert.ok(text.split('\n').length < 150);
  });
});
