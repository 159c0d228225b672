import type { Finding } from '../finding.ts';
import type { Broker } from '../fleet.ts';

/**
 * What goes wrong on this broker when its files change while a device is away, once for each broker. Both are defects of
 * Mosquitto 2.0 that 2.1 does not have (facts 1.4), met at each reload by sessions that were opened with a certificate
 * and stay when their device goes: until it is back, its own rules are forgotten, so what is written for it is not kept;
 * and where a session has an end, it may be ended when the device is already there again. Rules that are patterns
 * are for everybody and stay; a broker that is started again for each set reads no file twice.
 */
export function reloadDefectFindings(broker: Broker): readonly Finding[] {
  const { version, listeners, update, origin } = broker;
  const takesCertificates = listeners.some(({ authentication }) => authentication === 'Certificate');
  if (version !== '2.0' || update.strategy !== 'Reload' || !takesCertificates) return [];
  const harms = harmsOn(broker);
  if (harms.length === 0) return [];
  const message = `when rights change, Mosquitto 2.0 harms sessions of certificate devices that are away: ${harms.join('; ')}`;
  return [{ code: 'MQS220', severity: 'Info', message, path: 'spec.mosquitto.version', object: origin }];
}

function harmsOn({ acl, limits }: Broker): readonly string[] {
  const isForgotten = acl.layout === 'PerIdentity';
  const isEnded = limits.persistentClientExpirationSeconds !== undefined;
  return [
    ...(isForgotten ? ['what is written for them until they are back is not kept'] : []),
    ...(isEnded ? ['the session may be ended when the device is back, for sessions have an end here'] : []),
  ];
}
