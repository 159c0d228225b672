/** Names of what the operator makes for a broker. */
import type { Broker } from '../../domain/fleet.ts';

/** Account, Role and binding of the agents. */
export function agentName(broker: string): string {
  return `${broker}-agent`;
}

/** The Service that gives each pod a name of its own. */
export function headlessName(broker: string): string {
  return `${broker}-pods`;
}

export function serverCertificateName(broker: string): string {
  return `${broker}-server`;
}

/** The Secret with the key pair of the server: one of the user, or the one that cert-manager fills for us. */
export function serverSecretName({ origin, tls: { server } }: Broker): string {
  return server.kind === 'Secret' ? server.name : `${origin.name}-server-tls`;
}

/** Under which the broker is reached within its cluster, its pods one by one included. */
export function serviceNames({ name, namespace }: Broker['origin']): readonly string[] {
  return [
    name,
    `${name}.${namespace}`,
    `${name}.${namespace}.svc`,
    `${name}.${namespace}.svc.cluster.local`,
    `*.${headlessName(name)}.${namespace}.svc`,
  ];
}

/**
 * Why no workload can have this name; a Service needs a label of RFC 1035, and pods of a StatefulSet carry its name with
 * 11 characters more as a label.
 */
export function nameProblem(name: string): string | undefined {
  if (name.length > 52) return `it has ${name.length} characters, the name of a managed broker may have 52`;
  return /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)
    ? undefined
    : 'the name of a managed broker begins with a letter and has no dots';
}
