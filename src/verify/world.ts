import type { Rights } from './rights.ts';

/** A certificate with its chain, and its key, in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** A port of the broker, and what its clients are known by. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly webSockets: boolean;
  readonly authentication: 'Certificate' | 'Password';
  /** PEM of the CAs under which the server is known; absent: those that Node.js knows. */
  readonly ca?: string;
}

/** Somebody who is let in, and where. */
export interface Identity {
  readonly name: string;
  readonly listener: Listener;
  readonly keyPair?: KeyPair;
  readonly password?: string;
}

/** A certificate that must not be let in, and why. */
export interface RefusedCertificate {
  readonly name: string;
  readonly why: 'Expired' | 'Revoked' | 'Foreign';
  readonly keyPair: KeyPair;
}

/** What is known of the broker that is looked at. */
export interface World {
  readonly listeners: readonly Listener[];
  readonly identities: readonly Identity[];
  readonly refused: readonly RefusedCertificate[];
  /** Further ports on which nobody may speak MQTT without TLS. */
  readonly plainPorts: readonly { readonly host: string; readonly port: number }[];
  /** Who may do what, where manifests were given. */
  readonly rights?: Rights | undefined;
  /** The largest packet that is to be taken, in bytes; absent: what the broker says itself. */
  readonly maxPacketBytes?: number;
  /** Begins with `mqttsec-verify-` and was used by no other run: client IDs and topics of probes are made of it. */
  readonly probe: string;
  readonly now: Date;
}

/** Such as `localhost:8883`. */
export function placeOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
