import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemRandom } from '../../src/local/system.ts';
import { type AgentProcess, runAgentProcess } from '../../src/shell/agent-process.ts';
import { scratchDirectory } from '../broker/mosquitto.ts';

const kubeconfig = `apiVersion: v1
kind: Config
current-context: main
clusters: [{ name: main, cluster: { server: 'https://127.0.0.1:9' } }]
users: [{ name: main, user: { token: t } }]
contexts: [{ name: main, context: { cluster: main, user: main } }]
`;

function processOf(directory: string, log: string[], mosquitto: AgentProcess['mosquitto']): AgentProcess {
  const file = path.join(directory, 'kubeconfig');
  writeFileSync(file, kubeconfig);
  return {
    ...{ broker: 'plant/plant', instance: 'plant-0', serverSecret: 'plant-server-tls', random: systemRandom },
    directory: path.join(directory, 'agent'),
    placement: { user: 'nobody', ports: new Map() },
    ...{ mosquitto, isExternal: false, isRolled: false, kubeConfig: { file }, version: 'test', logLevel: 'info' },
    writeLog: (line) => log.push(line),
  };
}

describe('the process of an agent', () => {
  const directory = scratchDirectory();

  it('ends in order when it is told to while it waits for Mosquitto', async () => {
    const log: string[] = [];
    const stop = new AbortController();
    const waits: AgentProcess['mosquitto'] = async (clock, signal) => {
      setImmediate(() => stop.abort(new Error('SIGTERM')));
      await clock.sleep(3_600_000, signal);
      throw new Error('it was not told');
    };
    await runAgentProcess(processOf(directory, log, waits), stop.signal);
    assert.deepEqual(
      log.map((line) => (JSON.parse(line) as { msg: string }).msg),
      ['started', 'stopped'],
    );
  });

  it('fails with what is wrong, also when it is told to end then', async () => {
    const log: string[] = [];
    const stop = new AbortController();
    const fails: AgentProcess['mosquitto'] = () => {
      stop.abort(new Error('SIGTERM'));
      return Promise.reject(new Error('start mosquitto: there is none'));
    };
    const run = runAgentProcess(processOf(directory, log, fails), stop.signal);
    await assert.rejects(run, /^Error: start mosquitto: there is none$/);
  });
});
