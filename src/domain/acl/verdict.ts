import type { ResolvedDevice } from '../resolve.ts';
import { aclAt, type AclFile, type AclLine, implicitPatterns } from './file.ts';
import {
  filterContains,
  filterOf,
  filtersOverlap,
  intersection,
  isCovered,
  type Level,
  type TopicFilter,
  topicProblem,
} from './filter.ts';
import { levelValueOf } from './pattern.ts';
import type { Effect, EffectiveRule } from './rule.ts';
import { addFilter, emptyTrie, type TrieNode, valueFor } from './trie.ts';

/** What the broker would do. `rule` is the one that decided, where one did; several allows together have none. */
export interface Verdict<R> {
  readonly allowed: boolean;
  /** One of the sentences of `whys`. */
  readonly why: string;
  readonly rule?: R;
}

/** A rule as the engine looks at it. */
interface Grant<R> {
  readonly filter: TopicFilter;
  readonly effect: Effect;
  readonly read: boolean;
  readonly write: boolean;
  readonly rule: R;
}

/** One identity: its own rules, or why it has no rights at all. */
type Subject<R> = { readonly grants: readonly Grant<R>[] } | { readonly blocked: string };

/** Answers as Mosquitto 2.0 and 2.1 would (facts 4.1-4.4); each question takes well under a microsecond. */
export interface VerdictEngine<R> {
  /** May a message be sent to this topic? */
  publish(identity: string, topic: string): Verdict<R>;
  /** Is a message on this topic delivered, given a subscription that selects it? */
  receive(identity: string, topic: string): Verdict<R>;
  /**
   * May every topic that the filter selects be received? Mosquitto itself grants any subscription and drops what may
   * not be read (facts 4.3). A shared subscription (`$share/GROUP/FILTER`) needs the rights of its filter.
   */
  subscribe(identity: string, filter: string): Verdict<R>;
}

/** The sentences that a verdict can have as `why`. */
export const whys = {
  allowed: 'a rule allows it',
  implied: 'every identity may read its own certificate notices and acknowledge them',
  together: 'several rules together allow it',
  denied: 'a rule denies it, and a deny wins over every allow',
  partlyDenied: 'a rule denies a part of it, and a deny wins over every allow',
  noRule: 'no rule allows it',
  partlyAllowed: 'no rule, and no rules together, allow all of it',
  unknown: 'no device has this identity',
  suspended: 'the device is suspended',
  revoked: 'the device is revoked',
  expired: 'the device has expired',
  notTopic: 'this is no topic that a message can have',
  notFilter: 'this is no topic filter',
  brokerTopic: 'nobody may: topics under $SYS are written by the broker alone, and none exist under $share',
} as const;

/** One layer of rules, ready to be asked: a user's own, or those that all have. */
interface Layer<R> {
  readonly deny: TrieNode<Verdict<R>>;
  readonly read: TrieNode<Verdict<R>>;
  readonly write: TrieNode<Verdict<R>>;
  readonly grants: readonly Grant<R>[];
  readonly denies: boolean;
}

/** A subject as compiled: its layer, whether patterns apply to it, or the one answer to everything. */
interface Compiled<R> {
  readonly layer: Layer<R>;
  readonly self: Level | undefined;
  readonly blocked: Verdict<R> | undefined;
}

/**
 * An engine over the subjects that `subjectOf` knows; each is compiled when it is first asked about. `unlisted` is who
 * is not known. What is `shared` is for everybody who is not blocked; a level `%u` in it is the identity.
 */
function verdictEngine<R>(
  subjectOf: (identity: string) => Subject<R> | undefined,
  shared: Layer<R>,
  unlisted: Subject<R>,
): VerdictEngine<R> {
  const compiled = new Map<string, Compiled<R>>();
  const subject = (identity: string): Compiled<R> => {
    const known = compiled.get(identity);
    if (known) return known;
    const found = subjectOf(identity);
    const made = compiledSubject(identity, found ?? unlisted);
    // Names that nobody has are not kept: there is no end of them.
    if (found) compiled.set(identity, made);
    return made;
  };
  const decided = (identity: string, topic: string, action: 'read' | 'write'): Verdict<R> => {
    const asked = subject(identity);
    return asked.blocked ?? impossible(topic, action) ?? layered(asked, shared, identity, topic, action);
  };
  return {
    publish: (identity, topic) => decided(identity, topic, 'write'),
    receive: (identity, topic) => decided(identity, topic, 'read'),
    subscribe: (identity, filter) => covered(subject(identity), shared, filter),
  };
}

function compiledSubject<R>(identity: string, subject: Subject<R>): Compiled<R> {
  if ('blocked' in subject) return { layer: layerOf([]), self: undefined, blocked: no(subject.blocked) };
  const self = levelValueOf(identity);
  return { layer: layerOf(subject.grants), self: self.ok ? self.value : undefined, blocked: undefined };
}

function layerOf<R>(grants: readonly Grant<R>[], patterns = false): Layer<R> {
  const layer = { deny: emptyTrie<Verdict<R>>(), read: emptyTrie<Verdict<R>>(), write: emptyTrie<Verdict<R>>() };
  for (const { filter, effect, read, write, rule } of grants) {
    if (effect === 'Deny') addFilter(layer.deny, filter, { allowed: false, why: whys.denied, rule }, patterns);
    else {
      const verdict = yes(rule);
      if (read) addFilter(layer.read, filter, verdict, patterns);
      if (write) addFilter(layer.write, filter, verdict, patterns);
    }
  }
  return { ...layer, grants, denies: grants.some(({ effect }) => effect === 'Deny') };
}

/** The implicit rights are rules that nobody wrote. */
function yes<R>(rule: R): Verdict<R> {
  return { allowed: true, why: rule === undefined ? whys.implied : whys.allowed, rule };
}

function no(why: string): { readonly allowed: false; readonly why: string } {
  return { allowed: false, why };
}

const noRule = no(whys.noRule);
const partlyAllowed = no(whys.partlyAllowed);
const notTopic = no(whys.notTopic);
const notFilter = no(whys.notFilter);
const brokerTopic = no(whys.brokerTopic);

// All but printable ASCII without + and #; a topic of these characters and this length needs no closer look.
const unusual = /[^ -"$-*,-~]/;
const usualLength = 200;
const bridgeState = /^\$SYS\/broker\/connection\/[^/]*\/state$/;

/** What holds for everybody, whatever the rules: there are topics that do not exist, and topics of the broker alone. */
function impossible(topic: string, action: 'read' | 'write'): ReturnType<typeof no> | undefined {
  if (topic === '' || topic.length > usualLength || unusual.test(topic)) {
    if (topicProblem(topic) !== undefined) return notTopic;
  }
  if (!topic.startsWith('$')) return undefined;
  // Mosquitto compares beginnings here, not levels: $SYSTEM is meant too.
  if (topic.startsWith('$share')) return brokerTopic;
  return action === 'write' && topic.startsWith('$SYS') && !bridgeState.test(topic) ? brokerTopic : undefined;
}

/** A user's deny, then its allow, then a deny of all, then an allow of all (facts 4.1). */
function layered<R>(
  { layer, self }: Compiled<R>,
  shared: Layer<R>,
  identity: string,
  topic: string,
  action: 'read' | 'write',
): Verdict<R> {
  const denied = layer.denies ? valueFor(layer.deny, topic, identity) : undefined;
  const own = denied ?? valueFor(layer[action], topic, identity);
  if (own !== undefined) return own;
  // Mosquitto gives no pattern to a user whose name could reach beyond its level.
  if (self === undefined) return noRule;
  const deniedToAll = shared.denies ? valueFor(shared.deny, topic, identity) : undefined;
  return deniedToAll ?? valueFor(shared[action], topic, identity) ?? noRule;
}

function covered<R>({ layer, self, blocked }: Compiled<R>, shared: Layer<R>, text: string): Verdict<R> {
  if (blocked) return blocked;
  const filter = subscribedFilter(text);
  if (filter === undefined) return notFilter;
  if (filter[0]?.kind === 'literal' && filter[0].text.startsWith('$share')) return brokerTopic;
  const deny = layer.grants.find((grant) => grant.effect === 'Deny' && filtersOverlap(grant.filter, filter));
  if (deny) return { allowed: false, why: whys.partlyDenied, rule: deny.rule };
  const own = layer.grants.filter(isReadable);
  const all =
    self === undefined ? [] : shared.grants.map((grant) => ({ ...grant, filter: expanded(grant.filter, self) }));
  return coveredBy(filter, own, all);
}

function coveredBy<R>(filter: TopicFilter, own: readonly Grant<R>[], all: readonly Grant<R>[]): Verdict<R> {
  const ownFilters = own.map((grant) => grant.filter);
  const takenByAll = all.find(({ effect, filter: denied }) => {
    const part = effect === 'Deny' ? intersection(denied, filter) : undefined;
    return part !== undefined && !isCovered(part, ownFilters);
  });
  if (takenByAll) return { allowed: false, why: whys.partlyDenied, rule: takenByAll.rule };
  const allows = [...own, ...all.filter(isReadable)];
  const one = allows.find((allow) => filterContains(allow.filter, filter));
  if (one) return yes(one.rule);
  const filters = allows.map((allow) => allow.filter);
  return isCovered(filter, filters) ? { allowed: true, why: whys.together } : partlyAllowed;
}

function isReadable({ effect, read }: Grant<unknown>): boolean {
  return effect === 'Allow' && read;
}

/** The filter that is subscribed to; that of a shared subscription stands behind its group (section 4.8.2). */
function subscribedFilter(text: string): TopicFilter | undefined {
  const isShared = text === '$share' || text.startsWith('$share/');
  const filter = filterOf(isShared ? (/^\$share\/[^/+#]+\/(.+)$/s.exec(text)?.[1] ?? '') : text);
  return filter.ok ? filter.value : undefined;
}

function expanded(filter: TopicFilter, self: Level): TopicFilter {
  return filter.map((level) => (level.kind === 'literal' && level.text === '%u' ? self : level));
}

/** The right of every identity to its own notices has no rule that anybody wrote. */
const implicitGrants: readonly Grant<undefined>[] = implicitPatterns.map((line) => ({
  ...grantOfLine(line),
  rule: undefined,
}));
const implicitLayer = layerOf<EffectiveRule | undefined>(implicitGrants, true);

/** What a device may do at `now`, with the rules that decide. `deviceOf` gives the devices of one broker. */
export function deviceVerdicts(
  deviceOf: (identity: string) => ResolvedDevice | undefined,
  now: Date,
): VerdictEngine<EffectiveRule | undefined> {
  const subjectOf = (identity: string): Subject<EffectiveRule> | undefined => {
    const resolved = deviceOf(identity);
    return resolved && subjectOfDevice(resolved, now);
  };
  return verdictEngine(subjectOf, implicitLayer, { blocked: whys.unknown });
}

function subjectOfDevice({ device, rules }: ResolvedDevice, now: Date): Subject<EffectiveRule> {
  if (device.revoked) return { blocked: whys.revoked };
  if (device.suspended) return { blocked: whys.suspended };
  if (device.expiresAt && device.expiresAt <= now) return { blocked: whys.expired };
  return { grants: rules.filter(({ expiresAt }) => !expiresAt || expiresAt > now).map(grantOfRule) };
}

function grantOfRule(rule: EffectiveRule): Grant<EffectiveRule> {
  const { filter, effect, actions } = rule;
  return { filter, effect, read: actions.includes('Subscribe'), write: actions.includes('Publish'), rule };
}

/** What an acl_file lets identities do at `now`. Who is not listed has the patterns, and so has whoever is. */
export function fileVerdicts(file: AclFile, now: Date): VerdictEngine<AclLine> {
  const { users, patterns } = aclAt(file, now);
  const lines = new Map(users.map((user) => [user.name, user.lines]));
  const subjectOf = (identity: string): Subject<AclLine> | undefined => {
    const own = lines.get(identity);
    return own && { grants: own.map(grantOfLine) };
  };
  return verdictEngine(subjectOf, layerOf(patterns.map(grantOfLine), true), { grants: [] });
}

function grantOfLine(rule: AclLine): Grant<AclLine> {
  const filter = filterOf(rule.topic);
  // A line that is no filter cannot come from `parseAcl`; it selects nothing.
  return {
    filter: filter.ok ? filter.value : [],
    effect: rule.access === 'deny' ? 'Deny' : 'Allow',
    read: rule.access === 'read' || rule.access === 'readwrite',
    write: rule.access === 'write' || rule.access === 'readwrite',
    rule,
  };
}
