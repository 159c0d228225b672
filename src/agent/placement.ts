import { isDeepStrictEqual } from 'node:util';
import { serverCertificateFile, serverKeyFile } from '../domain/broker/broker-conf.ts';
import { type Conf, type ConfListener, confText } from '../domain/broker/conf.ts';
import { parseConf } from '../domain/broker/conf-parser.ts';
import type { PartName } from '../domain/bundle/content.ts';
import { imagePlacement, type Placement } from '../domain/bundle/placement.ts';
import { type Parsed, refused } from '../domain/finding.ts';
import { currentLink } from './generation.ts';

/** The directory that the paths of a bundle go through: the image's, where the agent places the files elsewhere. */
export function bundleDirectory(root: string, placement: Placement | undefined): string {
  return placement ? imagePlacement.directory : currentLink(root);
}

/**
 * A configuration that was compiled for the image, for where the broker really runs: directories, user, plugins, address
 * and ports are those of `placement`, all else is as it came. Sessions are saved only where both say so. Refused where a
 * path would not read back as it is meant.
 */
export function placedConf(conf: Conf, placement: Placement): Parsed<Conf> {
  const { directory, user, pluginDirectory, persistenceDirectory } = placement;
  const { persistenceDirectory: former, dialect, ...rest } = conf;
  const placed: Conf = {
    ...rest,
    dialect: dialect.version === '2.1' ? { version: '2.1', pluginDirectory } : dialect,
    user,
    aclFile: `${directory}/${'acl' satisfies PartName}`,
    passwordFile: `${directory}/${'passwords' satisfies PartName}`,
    ...(former !== undefined && persistenceDirectory !== undefined && { persistenceDirectory }),
    listeners: conf.listeners.map((listener) => placedListener(listener, placement)),
  };
  const read = parseConf(confText(placed));
  if (!read.ok || isDeepStrictEqual(read.value, placed)) return read;
  const message = 'mosquitto.conf does not read back as it was meant where the agent runs';
  return refused({ code: 'MQS100', severity: 'Error', message, path: 'mosquitto.conf' });
}

function placedListener(listener: ConfListener, { directory, bindAddress, ports }: Placement): ConfListener {
  if (listener.kind === 'Unix') return listener;
  const port = ports.get(listener.name) ?? listener.port;
  const address = bindAddress === undefined ? {} : { bindAddress };
  const files = { certificateFile: `${directory}/${serverCertificateFile}`, keyFile: `${directory}/${serverKeyFile}` };
  if (listener.authentication === 'Password') {
    const { tls } = listener;
    return { ...listener, ...address, port, ...(tls && { tls: { ...tls, ...files } }) };
  }
  const { tls } = listener;
  const crl = tls.crlFile === undefined ? {} : { crlFile: `${directory}/${'crl' satisfies PartName}` };
  const caFile = `${directory}/${'ca' satisfies PartName}`;
  return { ...listener, ...address, port, tls: { ...tls, ...files, caFile, ...crl } };
}
