import { isDeepStrictEqual } from 'node:util';
import type { PartName } from '../bundle/content.ts';
import type { Placement } from '../bundle/placement.ts';
import { type Finding, type Parsed, refused } from '../finding.ts';
import type { Broker, Listener } from '../fleet.ts';
import { parseConf } from './conf-parser.ts';
import {
  type Conf,
  confText,
  type Dialect,
  type NetworkEndpoint,
  type NetworkListener,
  type ServerTls,
  type TlsProfile,
} from './conf.ts';

/** Names of the server's key pair beside the parts in a generation directory. */
export const serverCertificateFile = 'server.crt';
export const serverKeyFile = 'server.key';

/** True if a client certificate of this broker is looked up in a CRL. */
export function checksCrl(cas: readonly { readonly revocation: string }[]): boolean {
  return cas.some(({ revocation }) => revocation !== 'None');
}

/**
 * The configuration of a broker. `crl` says whether its CAs publish CRLs (`checksCrl`). Refused is what Mosquitto would
 * read otherwise than it is meant: a control character or a space in a path, for example.
 */
export function brokerConf(broker: Broker, placement: Placement, crl: boolean): Parsed<Conf> {
  const { directory, pluginDirectory, persistenceDirectory, user } = placement;
  const dialect: Dialect = broker.version === '2.1' ? { version: '2.1', pluginDirectory } : { version: '2.0' };
  const conf: Conf = {
    dialect,
    user,
    aclFile: partFile(directory, 'acl'),
    passwordFile: partFile(directory, 'passwords'),
    ...(persistenceDirectory !== undefined && { persistenceDirectory }),
    limits: { ...broker.limits },
    ...(broker.lockout && { lockout: { ...broker.lockout } }),
    ...watching(broker.monitoring),
    listeners: broker.listeners.map((listener) => networkListener(listener, broker.tls.profile, placement, crl)),
  };
  const read = parseConf(confText(conf));
  if (!read.ok) return refused(...read.findings.map((finding) => ({ ...finding, object: broker.origin })));
  return isDeepStrictEqual(read.value, conf) ? read : refused(unfaithful(broker));
}

function unfaithful(broker: Broker): Finding {
  return {
    code: 'MQS100',
    severity: 'Error',
    message: 'mosquitto.conf does not read back as it was meant',
    path: 'spec',
    object: broker.origin,
  };
}

function partFile(directory: string, part: PartName): string {
  return `${directory}/${part}`;
}

function networkListener(listener: Listener, profile: TlsProfile, placement: Placement, crl: boolean): NetworkListener {
  const { directory, bindAddress } = placement;
  const { name, protocol, maxConnections } = listener;
  const endpoint: NetworkEndpoint = {
    kind: 'Network',
    name,
    port: placement.ports.get(name) ?? listener.port,
    ...(bindAddress !== undefined && { bindAddress }),
    protocol,
    ...(maxConnections !== undefined && { maxConnections }),
  };
  const server: ServerTls = {
    profile,
    certificateFile: `${directory}/${serverCertificateFile}`,
    keyFile: `${directory}/${serverKeyFile}`,
  };
  if (listener.authentication === 'Password') {
    return { ...endpoint, authentication: 'Password', ...(listener.tls && { tls: server }) };
  }
  const client = { caFile: partFile(directory, 'ca'), ...(crl && { crlFile: partFile(directory, 'crl') }) };
  return { ...endpoint, authentication: 'Certificate', tls: { ...server, ...client } };
}

/** What there is to be watched, and told. */
function watching(
  monitoring: Broker['monitoring'],
): Pick<Conf, 'logsDenials' | 'watchRules' | 'alertTopic' | 'observes' | 'countsDevices'> {
  const { aclViolations, rules = [], alertTopic, observe, deviceMetrics } = monitoring ?? {};
  return {
    ...(aclViolations === 'Enabled' && { logsDenials: true }),
    ...(rules.length > 0 && { watchRules: rules }),
    ...(alertTopic !== undefined && { alertTopic }),
    ...(observe === 'Enabled' && { observes: true }),
    ...(deviceMetrics === 'Enabled' && { countsDevices: true }),
  };
}
