import type { Listener } from './world.ts';

/** How a client presents itself. */
export interface Login {
  readonly clientId: string;
  readonly keyPair?: { readonly certificate: string; readonly key: string };
  readonly username?: string;
  readonly password?: string;
  readonly will?: { readonly topic: string; readonly payload: string };
  /** The server need not prove who it is. Only for clients that show nothing worth keeping. */
  readonly trustsAnyServer?: true;
}

export interface Message {
  readonly topic: string;
  readonly payload: string;
}

export type Answer =
  | { readonly kind: 'Taken'; readonly how: string }
  | { readonly kind: 'Refused'; readonly how: string }
  /** Nothing that says yes or no. */
  | { readonly kind: 'Unanswered'; readonly how: string };

export type Entry =
  { readonly kind: 'Entered'; readonly how: string; readonly session: Session } | Exclude<Answer, { kind: 'Taken' }>;

/** An MQTT 5 session with clean start that ends with its connection. Every step is limited in time. */
export interface Session {
  isOpen(): boolean;
  /** Everything that was delivered so far. */
  readonly heard: readonly Message[];
  /** The packet size that the broker announced, bytes (MQTT 5.0 section 3.2.2.3.6). */
  readonly announcedPacketBytes: number | undefined;
  /** Publishes at QoS 1; the reason code of the PUBACK tells. */
  publish(topic: string, options?: { readonly payload?: string; readonly retain?: boolean }): Promise<Answer>;
  /** Asks for deliveries at QoS 0. A broker may grant it and yet deliver nothing. */
  subscribe(filters: readonly string[]): Promise<boolean>;
  /** A round trip: what was routed to the session before has been heard after it. False where there was no answer. */
  settled(): Promise<boolean>;
  /** Sends a QoS 1 PUBLISH packet of this many bytes, whatever the broker announced. */
  sendLarge(topic: string, packetBytes: number): Promise<Answer>;
  /** Loses the connection without DISCONNECT, so that the will is due. */
  drop(): void;
  close(): Promise<void>;
}

/** What a TLS client offers. */
export interface TlsOffer {
  readonly name: string;
  readonly version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2';
  /** OpenSSL cipher list. */
  readonly ciphers: string;
}

export type Handshake =
  { readonly kind: 'Agreed'; readonly how: string } | Answer | { readonly kind: 'NotOffered'; readonly how: string };

/** How the server proves who it is. */
export type ServerProof =
  | { readonly kind: 'Valid'; readonly notAfter: Date }
  | { readonly kind: 'Invalid'; readonly problem: string }
  | { readonly kind: 'Unanswered'; readonly how: string };

/** What the points try things with. */
export interface Prober {
  enter(listener: Listener, login: Login): Promise<Entry>;
  handshake(listener: Listener, offer: TlsOffer): Promise<Handshake>;
  serverProof(listener: Listener): Promise<ServerProof>;
  /** Whether a CONNECT without TLS is answered by MQTT at all, yes or no: `Taken` then. */
  speaksPlain(place: { readonly host: string; readonly port: number }): Promise<Answer>;
  /** Opens connections and says nothing on them; gives what closes them. */
  silentConnections(listener: Listener, count: number): Promise<() => void>;
}
