import type { Broker, BrokerLimits, Listener, LockoutLimits, WatchRule } from '../fleet.ts';

export type TlsProfile = Broker['tls']['profile'];

/** The server's side of TLS; all are paths. */
export interface ServerTls {
  readonly profile: TlsProfile;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** What a client certificate is checked against. `crlFile` is absent where no CA of the broker publishes a CRL. */
interface ClientTls extends ServerTls {
  readonly caFile: string;
  readonly crlFile?: string;
}

export interface NetworkEndpoint {
  readonly kind: 'Network';
  readonly name: string;
  readonly port: number;
  readonly bindAddress?: string;
  readonly protocol: Listener['protocol'];
  readonly maxConnections?: number;
}

/** A listener for devices. Identity, user name and client ID are one on each of them (facts 3.4). */
export type NetworkListener = NetworkEndpoint &
  (
    | { readonly authentication: 'Certificate'; readonly tls: ClientTls }
    | { readonly authentication: 'Password'; readonly tls?: ServerTls }
  );

/** A local socket for the agent: by password, with free client IDs, for that is how it takes sessions over. */
interface UnixListener {
  readonly kind: 'Unix';
  /** At most 107 bytes, without spaces. */
  readonly path: string;
}

export type ConfListener = NetworkListener | UnixListener;

/**
 * How Mosquitto is told to use the ACL and password files. 2.0 has global options; 2.1 deprecates them in favour of two
 * plugins, which serve all listeners when they are loaded before the first one and follow SIGHUP (tried on 2.1.2).
 */
export type Dialect = { readonly version: '2.0' } | { readonly version: '2.1'; readonly pluginDirectory: string };

/** A mosquitto.conf: all that differs between brokers. What never differs is not in here and cannot be changed. */
export interface Conf {
  readonly dialect: Dialect;
  readonly user: string;
  readonly aclFile: string;
  readonly passwordFile: string;
  readonly persistenceDirectory?: string;
  readonly limits: BrokerLimits;
  /** Publishes that the ACL refuses are logged: Mosquitto does so for debugging only (facts 8). Absent: they are not. */
  readonly logsDenials?: true;
  /** A comment to Mosquitto: the agent counts. Absent: nobody is blocked. */
  readonly lockout?: LockoutLimits;
  /** A comment to Mosquitto: the agent publishes there. Absent: nowhere. */
  readonly alertTopic?: string;
  /** Comments to Mosquitto: when the agent tells of something. Absent: as by default. */
  readonly watchRules?: readonly WatchRule[];
  /** A comment to Mosquitto: the agent reads what is published. Absent: it does not. */
  readonly observes?: true;
  /** A comment to Mosquitto: the agent has metrics by identity. Absent: it has none. */
  readonly countsDevices?: true;
  readonly listeners: readonly ConfListener[];
}

/** Directives that every file holds with this value. `check_retain_source`: facts of section 4; `set_tcp_nodelay`: 5.8. */
export const fixedDirectives: readonly (readonly [directive: string, value: string])[] = [
  ['allow_anonymous', 'false'],
  ['check_retain_source', 'true'],
  ['set_tcp_nodelay', 'true'],
  ['connection_messages', 'true'],
  // Not stdout: 2.0 fills a buffer before it writes that into a pipe, so its lines come late or never.
  ['log_dest', 'stderr'],
  ['log_type', 'error'],
  ['log_type', 'warning'],
  ['log_type', 'notice'],
  ['log_type', 'information'],
  ['log_timestamp', 'true'],
];

/** Everything that the broker does is logged with it, denied publishes among them. */
export const debugDirective = ['log_type', 'debug'] as const;

/** How the line begins that says to the agent when an identity is blocked. */
export const lockoutComment = '# lockout ';

/** How the line begins that says to the agent where to publish what it tells. */
export const alertComment = '# alerts ';

/** How a line begins that says to the agent when to tell of something. */
export const watchComment = '# watch ';

/** The line that has the agent read what is published. */
export const observeComment = '# observe topics';

/** What asks an agent for metrics by identity. */
export const devicesComment = '# metrics by device';

/** Only in dialect 2.0: 2.1 has the same default and complains about the directive at every reload. */
export const fixedDirectivesOf20: typeof fixedDirectives = [['per_listener_settings', 'false']];

/** Directives of the limits, with the factor between the directive's unit and the field's. */
export const limitDirectives: readonly {
  readonly directive: string;
  readonly field: keyof BrokerLimits;
  readonly unit?: { readonly suffix: string; readonly factor: number };
}[] = [
  { directive: 'max_packet_size', field: 'maxPacketSizeBytes' },
  { directive: 'max_keepalive', field: 'maxKeepaliveSeconds' },
  {
    directive: 'persistent_client_expiration',
    field: 'persistentClientExpirationSeconds',
    unit: { suffix: 'h', factor: 3600 },
  },
  { directive: 'max_queued_messages', field: 'maxQueuedMessages' },
  { directive: 'max_queued_bytes', field: 'maxQueuedBytes' },
  { directive: 'max_inflight_messages', field: 'maxInflightMessages' },
  { directive: 'message_size_limit', field: 'messageSizeLimitBytes' },
];

/** The lowest protocol version (facts 9.2), and the cipher suites below TLS 1.3: forward secrecy and AEAD only. */
export const tlsProfiles: Readonly<Record<TlsProfile, { readonly version: string; readonly ciphers?: string }>> = {
  Modern: { version: 'tlsv1.3' },
  Intermediate: {
    version: 'tlsv1.2',
    ciphers: [
      'ECDHE-ECDSA-AES128-GCM-SHA256',
      'ECDHE-RSA-AES128-GCM-SHA256',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-RSA-AES256-GCM-SHA384',
      'ECDHE-ECDSA-CHACHA20-POLY1305',
      'ECDHE-RSA-CHACHA20-POLY1305',
    ].join(':'),
  },
};

const aclPlugin = { file: 'mosquitto_acl_file.so', option: 'plugin_opt_acl_file' };
export const passwordPlugin = { file: 'mosquitto_password_file.so', option: 'plugin_opt_password_file' };

/** The configuration with one more listener: how the agent adds its own. */
export function withListener(conf: Conf, listener: ConfListener): Conf {
  return { ...conf, listeners: [...conf.listeners, listener] };
}

/** The text of mosquitto.conf. `parseConf` gives the same configuration back for whatever `brokerConf` lets through. */
export function confText(conf: Conf): string {
  const lines = [
    `# Mosquitto ${conf.dialect.version}, written by mqtt-security-operator. Changes are overwritten.`,
    ...(conf.lockout ? [lockoutLine(conf.lockout)] : []),
    ...(conf.watchRules ?? []).map(watchLine),
    ...(conf.alertTopic === undefined ? [] : [`${alertComment}${conf.alertTopic}`]),
    ...(conf.observes ? [observeComment] : []),
    ...(conf.countsDevices ? [devicesComment] : []),
    ...[...(conf.dialect.version === '2.0' ? fixedDirectivesOf20 : []), ...fixedDirectives].map(directiveLine),
    ...(conf.logsDenials ? [directiveLine(debugDirective)] : []),
    `user ${conf.user}`,
    ...limitLines(conf.limits),
    ...persistenceLines(conf.persistenceDirectory),
    ...fileLines(conf),
    ...conf.listeners.flatMap((listener) => ['', ...listenerLines(listener)]),
  ];
  return `${lines.join('\n')}\n`;
}

const agentComments = [lockoutComment, alertComment, watchComment, observeComment, devicesComment];

/** The lines that a running Mosquitto would have to be started again for: all but those that it reads at a reload. */
export function linesReadAtStart(text: string): string {
  const atReload = directiveLine(debugDirective);
  return text
    .split('\n')
    .filter((line) => line !== atReload && !agentComments.some((comment) => line.startsWith(comment)))
    .join('\n');
}

function lockoutLine({ maxFailures, windowSeconds, blockSeconds }: LockoutLimits): string {
  return `${lockoutComment}maxFailures ${maxFailures} windowSeconds ${windowSeconds} blockSeconds ${blockSeconds}`;
}

function watchLine({ event, role, alert, threshold, windowSeconds }: WatchRule): string {
  return `${watchComment}${event} ${role} ${alert} ${threshold ?? '-'} ${windowSeconds ?? '-'}`;
}

function directiveLine([directive, value]: readonly [string, string]): string {
  return `${directive} ${value}`;
}

function limitLines(limits: BrokerLimits): string[] {
  return limitDirectives.flatMap(({ directive, field, unit }) => {
    const value = limits[field];
    if (value === undefined) return [];
    return [unit ? `${directive} ${value / unit.factor}${unit.suffix}` : `${directive} ${value}`];
  });
}

function persistenceLines(directory: string | undefined): string[] {
  return directory === undefined ? ['persistence false'] : ['persistence true', `persistence_location ${directory}`];
}

/** Where the ACL and the passwords are. */
export type ConfFiles = Pick<Conf, 'dialect' | 'aclFile' | 'passwordFile'>;

/** The lines for them. */
export function fileLines({ dialect, aclFile, passwordFile }: ConfFiles): string[] {
  if (dialect.version === '2.0') return [`acl_file ${aclFile}`, `password_file ${passwordFile}`];
  return [
    `plugin ${dialect.pluginDirectory}/${passwordPlugin.file}`,
    `${passwordPlugin.option} ${passwordFile}`,
    `plugin ${dialect.pluginDirectory}/${aclPlugin.file}`,
    `${aclPlugin.option} ${aclFile}`,
  ];
}

function listenerLines(listener: ConfListener): string[] {
  if (listener.kind === 'Unix') return [`listener 0 ${listener.path}`];
  const { name, port, bindAddress, protocol, maxConnections } = listener;
  return [
    `# listener ${name}`,
    bindAddress === undefined ? `listener ${port}` : `listener ${port} ${bindAddress}`,
    ...(protocol === 'WebSockets' ? ['protocol websockets'] : ['protocol mqtt']),
    'use_username_as_clientid true',
    ...(maxConnections === undefined ? [] : [`max_connections ${maxConnections}`]),
    ...tlsLines(listener),
  ];
}

function tlsLines(listener: NetworkListener): string[] {
  if (!listener.tls) return [];
  const { certificateFile, keyFile, profile } = listener.tls;
  const { version, ciphers } = tlsProfiles[profile];
  return [
    `certfile ${certificateFile}`,
    `keyfile ${keyFile}`,
    `tls_version ${version}`,
    ...(ciphers === undefined ? [] : [`ciphers ${ciphers}`]),
    ...(listener.authentication === 'Certificate' ? clientCertificateLines(listener.tls) : []),
  ];
}

function clientCertificateLines({ caFile, crlFile }: ClientTls): string[] {
  return [
    `cafile ${caFile}`,
    ...(crlFile === undefined ? [] : [`crlfile ${crlFile}`]),
    'require_certificate true',
    'use_identity_as_username true',
  ];
}
