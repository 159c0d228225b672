/** Clients that go on trying what they may do and what not, and come back whenever they are let in. */
import { setTimeout as delay } from 'node:timers/promises';
import { connected, type Endpoint, type Session } from '../../../src/agent/client.ts';
import type { ChaosModel } from './model.ts';
import type { Timeline } from './timeline.ts';

/** How a device shows who it is: texts of its Secret. */
export type Credential = Readonly<Record<string, string>>;

export interface Observed {
  readonly device: string;
  /** Resolves with the topics that it can publish to now, on a session of its own; none if it is not let in. */
  readonly reach: () => Promise<ReadonlySet<string>>;
  readonly stop: () => Promise<void>;
}

export interface Client {
  readonly device: string;
  readonly credential: Credential;
  /** All that it tries. */
  readonly topics: readonly string[];
}

export interface Sight {
  readonly model: ChaosModel;
  /** Where it connects by password, and where by certificate. */
  readonly ports: { readonly password: number; readonly certificate: number };
  readonly problems: string[];
  readonly timeline: Timeline;
  /** The rules of a device in the file that its broker reads now. */
  readonly rulesOf: (device: string) => string;
  readonly counts: { taken: number; refused: number };
}

const answerWithin = 5_000;

/** Observes a device until it is stopped. */
export function observed(sight: Sight, { device, topics, credential }: Client): Observed {
  const stopping = new AbortController();
  const asked: PromiseWithResolvers<ReadonlySet<string>>[] = [];
  const open = () => sessionFor(sight, device, credential);
  const running = observing({ ...sight, device, topics, open, asked, signal: stopping.signal });
  return {
    device,
    reach: () => {
      const answer = Promise.withResolvers<ReadonlySet<string>>();
      asked.push(answer);
      return answer.promise;
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** A session; undefined when the broker is away or does not let it in. */
async function sessionFor(
  { ports }: Sight,
  device: string,
  { 'tls.crt': certificate, 'tls.key': key, username, password }: Credential,
): Promise<Session | undefined> {
  const isCertificate = certificate !== undefined && key !== undefined;
  const endpoint: Endpoint = {
    ...{ kind: 'Network', host: '127.0.0.1', webSockets: false },
    port: isCertificate ? ports.certificate : ports.password,
    tls: isCertificate ? { certificate, key } : {},
  };
  const login = {
    clientId: device,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
  const outcome = await connected(endpoint, login, answerWithin);
  return outcome.kind === 'Connected' ? outcome.session : undefined;
}

interface Observing extends Sight {
  readonly device: string;
  readonly topics: readonly string[];
  readonly open: () => Promise<Session | undefined>;
  /** Who waits for what can be reached. */
  readonly asked: PromiseWithResolvers<ReadonlySet<string>>[];
  readonly signal: AbortSignal;
}

async function observing({ open, asked, signal, ...sight }: Observing): Promise<void> {
  let session: Session | undefined;
  for (let round = 0; !signal.aborted; round += 1) {
    const question = asked.shift();
    if (question || session?.isOpen() !== true) {
      await session?.close();
      session = await open();
    }
    if (question) question.resolve(await reached(sight, session));
    if (session) await isTaken(sight, session, sight.topics[round % sight.topics.length] ?? '');
    await delay(session ? 80 : 250);
  }
  await session?.close();
}

type Trying = Sight & Pick<Client, 'device' | 'topics'>;

async function reached(sight: Trying, session: Session | undefined): Promise<ReadonlySet<string>> {
  const taken = new Set<string>();
  for (const topic of sight.topics) if (session && (await isTaken(sight, session, topic))) taken.add(topic);
  return taken;
}

/** Publishes, and has the model judge the answer. */
async function isTaken(sight: Trying, session: Session, topic: string): Promise<boolean> {
  const { device, model, problems, counts, rulesOf } = sight;
  const begin = Date.now();
  const outcome = await session.publish(topic, 'try');
  if (outcome.kind === 'Unanswered') return false;
  const isGranted = outcome.code < 0x80;
  counts[isGranted ? 'taken' : 'refused'] += 1;
  const problem = model.problemOf({ device, topic, isTaken: isGranted, begin, end: Date.now() });
  if (problem !== undefined) problems.push(`${problem}; in its file: ${rulesOf(device)}`);
  return isGranted;
}
