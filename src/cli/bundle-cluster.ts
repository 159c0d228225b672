import type { Cluster } from '../cluster/connection.ts';
import { deviceCredentials } from '../cluster/credentials.ts';
import { foundDevice } from '../cluster/targets.ts';
import { tellNotes } from './cluster-options.ts';
import { type Io } from './io.ts';
import { certificateKit, passwordKit, type Kit, type Reach } from './kit.ts';

/** The connection kit of a device of a cluster; `host` stands before the one that is found. */
export async function clusterKit(cluster: Cluster, name: string, host: string | undefined, io: Io): Promise<Kit> {
  const device = await foundDevice(cluster, name);
  const { identity, listener, login, notes, ca, ...found } = await deviceCredentials(cluster.client, device);
  tellNotes(notes, io);
  const { port, protocol, tls } = listener;
  const reach: Reach = { host: host ?? found.host, port, protocol, tls, identity, ca };
  return login.kind === 'Password'
    ? passwordKit(reach, login.password)
    : certificateKit(reach, login.certificate, login.key);
}
