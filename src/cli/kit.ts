/** Connection kits: the files that a device needs to connect, by name. */
export type Kit = ReadonlyMap<string, string>;

/** How a broker is reached, and as whom. */
export interface Reach {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'MQTT' | 'WebSockets';
  readonly tls: boolean;
  readonly identity: string;
  /** PEM of the CA under which the server is known; without it the CAs of the system are used. */
  readonly ca?: string | undefined;
}

type Option = readonly [option: string, value?: string];

/** The kit of a device with a certificate; without the key where the device made it. */
export function certificateKit(reach: Reach, certificate: string, key: string | undefined): Kit {
  const files = new Map([['client.crt', certificate], ...(key === undefined ? [] : [['client.key', key] as const])]);
  const keyFile = key === undefined ? {} : { keyFile: 'client.key' };
  return kitOf(reach, files, { certificateFile: 'client.crt', ...keyFile }, [
    ['--cert', 'client.crt'],
    ['--key', 'client.key'],
  ]);
}

/** The kit of a device with a password; without it where it is not known. */
export function passwordKit(reach: Reach, password: string | undefined): Kit {
  const { identity } = reach;
  const login = { username: identity, ...(password !== undefined && { password }) };
  const options: Option[] = [['-u', identity]];
  if (password !== undefined) options.push(['-P', password]);
  return kitOf(reach, new Map(), login, options);
}

function kitOf(reach: Reach, credentials: Kit, login: object, options: readonly Option[]): Kit {
  const { host, port, protocol, tls, identity, ca } = reach;
  const caFile = tls && ca !== undefined ? ca : undefined;
  const connection = {
    broker: { host, port, protocol, tls },
    clientId: identity,
    ...(caFile !== undefined && { caFile: 'ca.crt' }),
    ...login,
  };
  const trust: Option = caFile === undefined ? ['--tls-use-os-certs'] : ['--cafile', 'ca.crt'];
  const all: Option[] = [
    ...([
      ['-h', host],
      ['-p', String(port)],
      ['-i', identity],
      ['-V', 'mqttv5'],
    ] as const),
    ...(tls ? [trust] : []),
    ...options,
  ];
  const text = all.map((words) => `${words.join(' ')}\n`).join('');
  return new Map([
    ...(caFile === undefined ? [] : [['ca.crt', caFile] as const]),
    ...credentials,
    ['connection.json', `${JSON.stringify(connection, undefined, 2)}\n`],
    ['mosquitto_pub', text],
    ['mosquitto_sub', text],
  ]);
}
