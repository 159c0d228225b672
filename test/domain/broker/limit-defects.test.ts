import assert from 'node:assert/strict';
import { limitDefectFindings } from '../../../src/domain/broker/limit-defects.ts';
import type { Broker, Listener } from '../../../src/domain/fleet.ts';
import { aBroker } from '../../fixtures.ts';

const mqtt: Listener = { name: 'mqtt', port: 1883, authentication: 'Password', tls: true, protocol: 'MQTT' };
const webSockets: Listener = { ...mqtt, name: 'web', port: 8080, protocol: 'WebSockets' };
const keepalive = { maxPacketSizeBytes: 131_072, maxKeepaliveSeconds: 600 };

describe('limits that Mosquitto does not keep to', () => {
  const cases: Record<string, [changes: Partial<Broker>, told: readonly (readonly [string, string])[]]> = {
    'packets over WebSockets, on 2.0': [{ listeners: [mqtt, webSockets] }, [['MQS110', 'spec.listeners[1].protocol']]],
    'keepalive of clients of MQTT 3.1.1, on 2.0': [
      { limits: keepalive },
      [['MQS111', 'spec.limits.maxKeepaliveSeconds']],
    ],
    'none: on 2.0 without either': [{ listeners: [mqtt] }, []],
    'none: on 2.1': [{ version: '2.1', listeners: [webSockets], limits: keepalive }, []],
  };
  for (const [name, [changes, told]] of Object.entries(cases)) {
    it(name, () => {
      const findings = limitDefectFindings(aBroker(changes));
      assert.deepEqual(
        findings.map(({ code, path }) => [code, path]),
        told,
      );
    });
  }
});
