/** What becomes of a request, from its first byte to the reply; the server around it moves the bytes. */
import { randomBytes } from 'node:crypto';
import { tokenBucket, type TokenBucket } from '../domain/token-bucket.ts';
import type { DenialLog } from './audit.ts';
import type { BodyReading } from './body.ts';
import { type CallerCheck, callerCheck } from './caller.ts';
import { type Decider, deciderOf, type SourceReader } from './decision/decider.ts';
import type { SessionStart } from './decision/token-logins.ts';
import { type Dialect, isDenial, type Reply } from './dialects/dialect.ts';
import { type Keyring, noKeys } from './tokens/keyring.ts';
import { type Decision, denied, type Denial, type DenialReason, type Question } from './question.ts';

export interface ServiceOptions {
  readonly dialect: Dialect;
  /** Absent: connections prove by a certificate that they are the broker's. */
  readonly secret?: string;
  readonly isCertificateProven: boolean;
  /** What a source said counts for so long after it was last known to be so. */
  readonly maxAgeSeconds: number;
  /** Requests a second, and of them logins, which cost a password hash each. */
  readonly requestsPerSecond: number;
  readonly loginsPerSecond: number;
  /** Keys of the issuers of tokens; without it no token is right. */
  readonly keys?: Pick<Keyring, 'keysOf' | 'refresh' | 'serve'>;
  readonly log: DenialLog;
  readonly now: () => Date;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

/** A request whose headers have come. */
export interface IncomingCall {
  readonly method: string;
  /** As it stands in the request. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly contentType: string;
  readonly hook: string | undefined;
  readonly address: string | undefined;
}

/** One that may send its body. */
export interface OpenCall {
  readonly incoming: IncomingCall;
  readonly call: string;
}

/** What it serves holds from then on. */
export interface AuthzService extends SourceReader {
  /** Why everything is denied at present, if so. */
  readonly problem: () => string | undefined;
  /** Why a session of somebody may not go on, if so; not counted. */
  readonly standing: (identity: string, since?: SessionStart) => Denial | undefined;
  /** The call, or the reply at once, for which the body need not be read. */
  readonly opened: (incoming: IncomingCall) => OpenCall | Reply;
  /** A promise for a login by a token alone. */
  readonly replied: (call: OpenCall, body: Exclude<BodyReading, 'Gone'>) => Reply | Promise<Reply>;
  /** A reply to what failed for a reason of our own. */
  readonly failed: (incoming: IncomingCall) => Reply;
  readonly tally: Tally;
}

/** Counts since the beginning. */
interface Tally {
  /** By call; of calls that are none there is one name, `other`. */
  readonly allowed: ReadonlyMap<string, number>;
  readonly denied: ReadonlyMap<string, number>;
  readonly reasons: ReadonlyMap<DenialReason, number>;
  /** Seconds since what is served was last seen to be so; undefined before it is. */
  readonly age: () => number | undefined;
  readonly linesLeftOut: () => number;
}

export function isReply(value: OpenCall | Reply): value is Reply {
  return 'status' in value;
}

const bodyDenials = {
  TooLarge: denied('TooLarge', 'the body is too large'),
  TooSlow: denied('TooSlow', 'the body did not come in time'),
} as const;

interface Running extends ServiceOptions {
  readonly decider: Decider;
  readonly caller: CallerCheck;
  readonly requests: TokenBucket;
  readonly logins: TokenBucket;
  readonly counts: Record<'allowed' | 'denied', Map<string, number>> & { readonly reasons: Map<DenialReason, number> };
  /** Monotonic. */
  confirmedAt: number | undefined;
}

/** As many at once as in a second. */
const evenRate = (perSecond: number): TokenBucket => tokenBucket({ burst: perSecond, perSecond });

export function authzService(options: ServiceOptions): AuthzService {
  const { dialect, isCertificateProven, secret, monotonic, keys } = options;
  const { hasDottedLevels } = dialect;
  const service: Running = {
    ...options,
    decider: deciderOf({ hasDottedLevels, isCertificateProven, key: randomBytes(32), keys: keys ?? noKeys }),
    caller: callerCheck(secret),
    requests: evenRate(options.requestsPerSecond),
    logins: evenRate(options.loginsPerSecond),
    counts: { allowed: new Map(), denied: new Map(), reasons: new Map() },
    confirmedAt: undefined,
  };
  const confirm = (seenAt = monotonic()) => {
    service.confirmedAt = seenAt;
  };
  return {
    serve(state, seenAt) {
      service.decider.serve(state);
      keys?.serve(state.broker, state.readValue);
      confirm(seenAt);
    },
    confirm,
    problem: () => (staleness(service) ?? service.decider.problem())?.why,
    standing: (identity, since) => service.decider.sessionDenial(identity, since, service.now()),
    opened: (incoming) => opened(service, incoming),
    replied: (call, body) => replied(service, call, body),
    failed: (incoming) => replyTo(service, { incoming, call: 'other' }, denied('Failed', 'the service failed')),
    tally: { ...service.counts, age: () => ageSeconds(service), linesLeftOut: options.log.leftOut },
  };
}

function ageSeconds({ confirmedAt, monotonic }: Running): number | undefined {
  return confirmedAt === undefined ? undefined : (monotonic() - confirmedAt) / 1000;
}

function staleness(service: Running): Denial | undefined {
  const age = ageSeconds(service);
  if (age === undefined) return denied('NotReady', 'nothing was read yet');
  return age > service.maxAgeSeconds ? denied('Stale', 'the source was not read for too long') : undefined;
}

function opened(service: Running, incoming: IncomingCall): OpenCall | Reply {
  const { target, authorization, method } = incoming;
  const query = target.indexOf('?');
  const call = service.caller({ path: target.slice(1, query < 0 ? undefined : query), authorization });
  const other = { incoming, call: 'other' };
  if (call === undefined) return replyTo(service, other, denied('Unauthenticated', 'the secret is wrong or missing'));
  if (!service.dialect.calls.includes(call)) {
    return replyTo(service, other, denied('NoSuchCall', 'the path names no call'));
  }
  const open = { incoming, call };
  return method === 'POST' ? open : replyTo(service, open, denied('WrongMethod', 'only POST'));
}

function replied(service: Running, open: OpenCall, body: Exclude<BodyReading, 'Gone'>): Reply | Promise<Reply> {
  if (typeof body === 'string') return replyTo(service, open, bodyDenials[body]);
  if (!service.requests.take(service.monotonic())) {
    return replyTo(service, open, denied('Overloaded', 'more requests than are allowed'));
  }
  const { contentType, hook } = open.incoming;
  const question = service.dialect.question({
    call: open.call,
    contentType,
    body,
    ...(hook !== undefined && { hook }),
  });
  if (isDenial(question)) return replyTo(service, open, question);
  const decision = decided(service, question);
  const reply = (made: Decision) => replyTo(service, open, made, question);
  if (!(decision instanceof Promise)) return reply(decision);
  return decision.then((made) => reply(staleness(service) ?? made));
}

function decided(service: Running, question: Question): Decision | Promise<Decision> {
  const stale = staleness(service);
  if (stale) return stale;
  if (question.kind !== 'Login') return service.decider.decision(question, service.now());
  if (!service.logins.take(service.monotonic())) return denied('Overloaded', 'more logins than are allowed');
  return service.decider.login(question, service.now);
}

function replyTo(service: Running, { call, incoming }: OpenCall, decision: Decision, question?: Question): Reply {
  const { counts, dialect, log } = service;
  if (decision.allowed) increment(counts.allowed, call);
  else {
    increment(counts.denied, call);
    increment(counts.reasons, decision.reason);
    const { address } = incoming;
    log.write({
      ...{ at: service.now(), dialect: dialect.name, call, denial: decision },
      ...(question && { question }),
      ...(address !== undefined && { address }),
    });
  }
  return dialect.reply(call, decision);
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
