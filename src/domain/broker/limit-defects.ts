import type { Finding } from '../finding.ts';
import type { Broker } from '../fleet.ts';

/**
 * Limits that this broker does not keep to although it is told them. Both are defects of Mosquitto 2.0 that 2.1 does not
 * have, seen on 2.0.11 (test/broker/limits.test.ts): over WebSockets packets of any size are taken, and a client of MQTT
 * 3.1.1 that asks for a longer keepalive than is allowed, or for none, gets it.
 */
export function limitDefectFindings({ version, listeners, limits, origin }: Broker): readonly Finding[] {
  if (version !== '2.0') return [];
  const found: Finding[] = [];
  for (const [index, { name, protocol }] of listeners.entries()) {
    if (protocol !== 'WebSockets') continue;
    const message = `Mosquitto 2.0 takes packets of any size on listener ${name}: over WebSockets it does not keep to limits.maxPacketSizeBytes`;
    found.push({
      code: 'MQS110',
      severity: 'Warning',
      message,
      path: `spec.listeners[${index}].protocol`,
      object: origin,
    });
  }
  if (limits.maxKeepaliveSeconds !== undefined) {
    const message =
      'Mosquitto 2.0 holds clients of MQTT 5.0 alone to it: one of 3.1.1 gets the keepalive that it asks for';
    found.push({ code: 'MQS111', severity: 'Info', message, path: 'spec.limits.maxKeepaliveSeconds', object: origin });
  }
  return found;
}
