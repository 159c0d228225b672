import assert from 'node:assert/strict';
import path from 'node:path';
import { alertDesk } from '../../src/agent/alerts.ts';
import type { Notice } from '../../src/monitor/notice.ts';
import { scratchDirectory } from '../broker/mosquitto.ts';
import { realClock } from '../cluster/client.ts';

const notice: Notice = { kind: 'Flood', identity: 'd1', count: 1, at: new Date(0) };

function desk(signal: AbortSignal, failures: string[] = []) {
  return alertDesk({
    endpoint: { kind: 'Unix', path: path.join(scratchDirectory(), 'nobody.sock') },
    login: { clientId: 'agent-alerts', username: 'agent', password: 'x' },
    ...{ answer: 1_000, broker: 'plant/main', instance: 'main-0', clock: realClock, signal },
    onFailure: (what) => failures.push(what),
  });
}

describe('alerts while the broker is away', () => {
  it('wait, 256 at most, and say once what is wrong', async () => {
    const [stop, failures]: [AbortController, string[]] = [new AbortController(), []];
    const alerts = desk(stop.signal, failures);
    alerts.follow('admin/alerts');
    for (let i = 0; i < 300; i += 1) alerts.tell(notice);
    assert.equal(alerts.lost(), 300 - 256);
    while (failures.length === 0) await realClock.sleep(10);
    stop.abort();
    await alerts.ended;
    assert.equal(failures.length, 1);
    assert.match(failures[0] ?? '', /^open a session for alerts: /);
  });

  it('are none where nobody asked for them', async () => {
    const stop = new AbortController();
    const alerts = desk(stop.signal);
    for (let i = 0; i < 300; i += 1) alerts.tell(notice);
    assert.equal(alerts.lost(), 0);
    stop.abort();
    await alerts.ended;
  });
});
