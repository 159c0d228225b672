import type { BrokerEvent, LeaveReason, LogDialect, RefusalReason } from './event.ts';

/** Longer lines are not looked at beyond it; the agent's reader cuts there, too. */
const lineLimit = 4096;

/** The form of an effective identity; nothing else is one, whatever a client says. */
const identityForm = /^[A-Za-z0-9](?:[A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$/;

/**
 * What one line of the log of Mosquitto says (facts 8; the forms are those of 2.0.11 to 2.0.23 and of 2.1.2). Any text is
 * fine and takes linear time. A line is read from its fixed beginning and its fixed end, and names of clients from what is
 * left between: a client ID or a topic that is made to look like another line changes nothing, for it cannot hold a line
 * end and the broker's words come after it. Mosquitto cuts lines that long names make long: then the end is missing.
 */
export function brokerEvent(line: string, dialect: LogDialect): BrokerEvent {
  const text = withoutTime(line.slice(0, lineLimit));
  if (text.startsWith('Client ')) return ofClient(text, dialect);
  if (text.startsWith('New client connected from ')) return entered(text);
  if (text.startsWith('New connection from ')) return accepted(text);
  if (text.startsWith('Denied PUBLISH from ')) return deniedPublish(text);
  if (text.startsWith('Dropped too large PUBLISH from ')) return droppedPublish(text);
  if (text.startsWith('Bad socket read/write on client ')) return broken(text);
  if (text.startsWith('OpenSSL Error')) return handshakeFailed(text);
  if (text === 'Reloading config.') return { kind: 'Reloaded' };
  return /^mosquitto version \S{1,32} starting$/.test(text) ? { kind: 'Started' } : unknown;
}

const unknown: BrokerEvent = { kind: 'Unknown' };

function withoutTime(line: string): string {
  const end = line.indexOf(': ');
  return end > 0 && end < 20 && /^\d+$/.test(line.slice(0, end)) ? line.slice(end + 2) : line;
}

function accepted(text: string): BrokerEvent {
  const address = /^New connection from (\S{1,200}) on port \d{1,5}\.$/.exec(text)?.[1];
  return address === undefined ? unknown : { kind: 'Accepted', address };
}

const enteredForm =
  /^New client connected from (\S{1,200}) as (\S{1,256}) \(p\d{1,3}, c\d, k\d{1,5}, u'([^'\s]{1,256})'\)\.$/;

function entered(text: string): BrokerEvent {
  const [, address, clientId, identity] = enteredForm.exec(text) ?? [];
  if (address === undefined || clientId === undefined || identity === undefined) return unknown;
  return { kind: 'Entered', clientId, identity, address };
}

/** The client ID ends at the first space, for an identity has none; of the topic the rest is taken where it was cut. */
function deniedPublish(text: string): BrokerEvent {
  const [, clientId, topic] = /^Denied PUBLISH from (\S{1,64}) \(d\d, q\d, r\d, m\d{1,5}, '(.*)$/su.exec(text) ?? [];
  if (clientId === undefined || topic === undefined || !identityForm.test(clientId)) return unknown;
  const end = topic.lastIndexOf("', ... (");
  return { kind: 'DeniedPublish', clientId, topic: end < 0 ? topic : topic.slice(0, end) };
}

function droppedPublish(text: string): BrokerEvent {
  const clientId = /^Dropped too large PUBLISH from (\S{1,64}) \(d\d, q\d, r\d, m\d{1,5}, '/.exec(text)?.[1];
  return clientId !== undefined && identityForm.test(clientId) ? { kind: 'Oversize', clientId, isEnd: false } : unknown;
}

/** How 2.0 says that a connection broke. */
function broken(text: string): BrokerEvent {
  const name = /^Bad socket read\/write on client (\S{1,64}): [ -~]{1,100}$/.exec(text)?.[1];
  return name === undefined ? unknown : ended(name, undefined, otherEnding);
}

/** The first error of a handshake. The line that follows says whose it was, if the broker knows. */
function handshakeFailed(text: string): BrokerEvent {
  const reason = /^OpenSSL Error[^[]{0,64}\[0\]: (.*)$/s.exec(text)?.[1];
  return reason === undefined ? unknown : { kind: 'Refused', why: handshakeReason(reason) };
}

function handshakeReason(reason: string): RefusalReason {
  const ofCertificate = ['certificate verify failed', 'peer did not return a certificate'];
  return ofCertificate.some((words) => reason.includes(words)) ? 'Certificate' : 'Tls';
}

/** What became of a client, by the words that the broker puts after its name. */
type Ending =
  | { readonly kind: 'Oversize' | 'Flood'; readonly isEnd: true }
  | { readonly kind: 'Takeover' }
  | { readonly kind: 'Refused'; readonly why: RefusalReason }
  | { readonly kind: 'Left'; readonly why: LeaveReason };

const endings20: readonly (readonly [words: string, ending: Ending])[] = [
  [' disconnected, not authorised.', { kind: 'Refused', why: 'NotAuthorised' }],
  [' already connected, closing old connection.', { kind: 'Takeover' }],
  [' disconnected due to oversize packet.', { kind: 'Oversize', isEnd: true }],
  [' disconnected due to oversize payload.', { kind: 'Oversize', isEnd: true }],
  [' has exceeded timeout, disconnecting.', { kind: 'Left', why: 'Timeout' }],
  [' closed its connection.', { kind: 'Left', why: 'Closed' }],
  [' disconnected.', { kind: 'Left', why: 'Closed' }],
  [' disconnected due to malformed packet.', { kind: 'Left', why: 'Protocol' }],
  [' disconnected due to protocol error.', { kind: 'Left', why: 'Protocol' }],
  [' disconnected due to QoS too high or retain not supported.', { kind: 'Left', why: 'Protocol' }],
  [' disconnected: Protocol error.', { kind: 'Left', why: 'Protocol' }],
  [
    ' disconnected: A network protocol error occurred when communicating with the broker.',
    { kind: 'Left', why: 'Protocol' },
  ],
  [' disconnected: Malformed UTF-8.', { kind: 'Left', why: 'Protocol' }],
  [' disconnected due to out of memory.', { kind: 'Left', why: 'Other' }],
  [' been disconnected by administrative action.', { kind: 'Left', why: 'Administrative' }],
];

/** By the reason, in lower case, without its full stop; the others are `Other`. */
const endings21: ReadonlyMap<string, Ending> = new Map([
  ['', { kind: 'Left', why: 'Closed' }],
  ['connection closed by client', { kind: 'Left', why: 'Closed' }],
  ['exceeded timeout', { kind: 'Left', why: 'Timeout' }],
  ['not authorised', { kind: 'Refused', why: 'NotAuthorised' }],
  ['bad username or password', { kind: 'Refused', why: 'NotAuthorised' }],
  ['client identifier not valid', { kind: 'Refused', why: 'NotAuthorised' }],
  ['session taken over', { kind: 'Takeover' }],
  ['oversize packet', { kind: 'Oversize', isEnd: true }],
  ['oversize payload', { kind: 'Oversize', isEnd: true }],
  ['receive maximum exceeded', { kind: 'Flood', isEnd: true }],
  ['protocol error', { kind: 'Left', why: 'Protocol' }],
  ['malformed packet', { kind: 'Left', why: 'Protocol' }],
  ['malformed utf-8', { kind: 'Left', why: 'Protocol' }],
  ['topic alias invalid', { kind: 'Left', why: 'Protocol' }],
  ['administrative action', { kind: 'Left', why: 'Administrative' }],
]);

const otherEnding: Ending = { kind: 'Left', why: 'Other' };

function ofClient(text: string, dialect: LogDialect): BrokerEvent {
  const event = dialect === '2.0' ? endOf20(text) : (overQuota(text) ?? endOf21(text));
  return event ?? connectionRefused(text) ?? cutName(text);
}

const quotaWords = ' has exceeded its receive-maximum quota. This behaviour must be fixed on the client.';

/** Of each message of QoS 1 or 2 that is one too many; the session goes on. */
function overQuota(text: string): BrokerEvent | undefined {
  const name = text.endsWith(quotaWords) ? text.slice('Client '.length, -quotaWords.length) : '';
  return identityForm.test(name) ? { kind: 'Flood', clientId: name, isEnd: false } : undefined;
}

function endOf20(text: string): BrokerEvent | undefined {
  const found = endings20.find(([words]) => text.endsWith(words)) ?? otherEndOf20(text);
  if (!found) return undefined;
  const [words, ending] = found;
  return ended(text.slice('Client '.length, -words.length), undefined, ending);
}

function otherEndOf20(text: string): readonly [words: string, ending: Ending] | undefined {
  const words = text.slice(Math.max(0, text.lastIndexOf(' disconnected: ')));
  return /^ disconnected: [ -~]{1,80}\.$/.test(words) ? [words, otherEnding] : undefined;
}

const end21 = '] disconnected';

/**
 * `Client NAME [ADDRESS] disconnected: REASON.`: the last such end is the broker's, others are of the name. All that an
 * identity's line may hold is short and ASCII, so that it is none that was cut.
 */
function endOf21(text: string): BrokerEvent | undefined {
  const end = text.lastIndexOf(end21);
  const begin = text.lastIndexOf(' [', end);
  if (end < 0 || begin < 'Client'.length) return undefined;
  const address = /^[!-~]{1,110}$/.exec(text.slice(begin + 2, end))?.[0];
  const rest = /^(?:: (?<reason>[ -~]{1,100}))?\.?$/.exec(text.slice(end + end21.length));
  if (address === undefined || !rest) return undefined;
  const reason = (rest.groups?.['reason'] ?? '').replace(/\.$/, '');
  return ended(text.slice('Client '.length, begin), address, endings21.get(reason.toLowerCase()) ?? otherEnding);
}

/** Before it knows a client ID the broker writes another name: `<unknown>` (2.0), or the address without port (2.1). */
function ended(name: string, address: string | undefined, ending: Ending): BrokerEvent {
  const where = address === undefined ? {} : { address };
  const isNamed = name !== '<unknown>' && !(address?.startsWith(`${name}:`) ?? false);
  if (ending.kind === 'Refused') return { ...ending, ...(isNamed && { claimed: name }), ...where };
  if (isNamed && identityForm.test(name)) return { ...ending, clientId: name, ...where };
  return { kind: 'Refused', why: refusalBy(ending), ...(isNamed && { claimed: name }), ...where };
}

/** How it looks when one without a session goes. */
function refusalBy(ending: Exclude<Ending, { kind: 'Refused' }>): RefusalReason {
  if (ending.kind === 'Oversize') return 'Oversize';
  if (ending.kind !== 'Left') return 'Protocol';
  return ending.why === 'Closed' || ending.why === 'Timeout' ? ending.why : 'Protocol';
}

function connectionRefused(text: string): BrokerEvent | undefined {
  const [, full] = /^Client connection from (\S{1,200}) denied: max_connections exceeded\.$/.exec(text) ?? [];
  if (full !== undefined) return { kind: 'LimitReached', address: full };
  const [, address, reason] = /^Client connection from (\S{1,200}) failed: (error:.*)\.$/s.exec(text) ?? [];
  if (address === undefined || reason === undefined) return undefined;
  return { kind: 'Refused', why: handshakeReason(reason), address };
}

/** Mosquitto gives a line 500 bytes and some: it cuts off what it says behind a longer name, and no identity is so long. */
const cutLength = 500;

function cutName(text: string): BrokerEvent {
  if (Buffer.byteLength(text) < cutLength) return unknown;
  return { kind: 'Refused', why: 'NotAuthorised', claimed: text.slice('Client '.length) };
}
