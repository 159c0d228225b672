import type { Attempt, Point } from '../point.ts';
import type { Session } from '../prober.ts';
import { mayBe, ownTopics, strangeTopics } from '../rights.ts';
import type { Identity, World } from '../world.ts';
import {
  consentWanted,
  entry,
  inSessions,
  loginOf,
  notTried,
  pairsOf,
  refusalWanted,
  type Sessions,
} from './attempt.ts';
import { eachOf } from './transport.ts';

const needsManifests = 'without manifests (PATH) it is not known who may do what';
const needs = ['ServerCertificateValid', 'CredentialsAdmitted'];

export const ownTopicsAllowed: Point = {
  name: 'OwnTopicsAllowed',
  title: 'everybody may publish and receive what the manifests allow',
  needs,
  otherwise: needsManifests,
  attempts: (world, prober) =>
    inSessions(prober, world.identities, (sessions) =>
      eachOf(world.identities, async (publisher) =>
        eachOf(grantedTopics(world, publisher), (topic) => publishedAndHeard(world, sessions, publisher, topic)),
      ),
    ),
};

/** Of the identity's own topics those on which it may publish. */
function grantedTopics(world: World, identity: Identity): readonly string[] {
  return ownTopics(world, identity).filter((topic) => mayBe(world, identity.name, 'publish', topic));
}

async function publishedAndHeard(
  world: World,
  sessions: Sessions,
  publisher: Identity,
  topic: string,
): Promise<readonly Attempt[]> {
  const reader = world.identities.find(({ name }) => mayBe(world, name, 'receive', topic));
  const [session, listening] = [sessions.get(publisher.name), reader && sessions.get(reader.name)];
  if (!session) return [];
  await listening?.subscribe([topic]);
  const taken = consentWanted(`${publisher.name} publishes on ${topic}`, await session.publish(topic));
  if (!reader || !listening || taken.verdict === 'Fail') return [taken];
  const isHeard = await hears(listening, topic);
  const tried = `${reader.name} receives it`;
  return [taken, { tried, answer: isHeard ? 'delivered' : 'not delivered', verdict: isHeard ? 'Pass' : 'Fail' }];
}

/** Whether a message on the topic, which the broker has taken, was delivered. */
async function hears(session: Session, topic: string): Promise<boolean> {
  await session.settled();
  return session.heard.some((message) => message.topic === topic);
}

export const publishLimited: Point = {
  name: 'PublishLimited',
  title: 'nobody publishes outside of the rules',
  needs,
  otherwise: 'no credentials were given',
  attempts: (world, prober) =>
    inSessions(prober, world.identities, (sessions) =>
      eachOf(world.identities, (publisher) =>
        eachOf(foreignTopics(world, publisher), async (topic) => [
          await publishedOutside(sessions, publisher, topic, witnessOf(world, publisher, topic)),
        ]),
      ),
    ),
};

/** Topics that nobody uses and on which the identity may not publish. */
function foreignTopics(world: World, { name }: Identity): readonly string[] {
  return strangeTopics(world).filter((topic) => !mayBe(world, name, 'publish', topic));
}

/** Somebody else who may receive what is published on the topic. */
function witnessOf(world: World, { name }: Identity, topic: string): Identity | undefined {
  return world.identities.find((other) => other.name !== name && mayBe(world, other.name, 'receive', topic));
}

async function publishedOutside(
  sessions: Sessions,
  { name }: Identity,
  topic: string,
  witness: Identity | undefined,
): Promise<Attempt> {
  const tried = `${name} publishes on ${topic}`;
  const listening = witness && sessions.get(witness.name);
  await listening?.subscribe([topic]);
  const answer = await sessions.get(name)?.publish(topic);
  if (!answer) return notTried(tried, 'it has no session');
  if (!witness || !listening) return refusalWanted(tried, answer);
  // What was delivered counts, whatever was said to the publisher.
  if (await hears(listening, topic)) return { tried, answer: `${witness.name} received it`, verdict: 'Fail' };
  const how = `${answer.how}, and ${witness.name} did not receive it`;
  return { tried, answer: how, verdict: answer.kind === 'Unanswered' ? 'Fail' : 'Pass' };
}

export const receiveLimited: Point = {
  name: 'ReceiveLimited',
  title: 'nobody receives what the rules do not give',
  needs,
  otherwise: needsManifests,
  attempts: (world, prober) =>
    inSessions(prober, world.rights ? world.identities : [], async (sessions) => {
      const filters = ['#', '+/#', '$SYS/#', '$mqttsec/#', `$share/${world.probe}/#`];
      for (const session of sessions.values()) await session.subscribe(filters);
      let published = 0;
      for (const publisher of world.identities) {
        for (const topic of grantedTopics(world, publisher)) {
          const answer = await sessions.get(publisher.name)?.publish(topic);
          if (answer?.kind === 'Taken') published += 1;
        }
      }
      return eachOf([...sessions], async ([name, session]) => [await heardOutside(world, name, session, published)]);
    }),
};

async function heardOutside(world: World, name: string, session: Session, published: number): Promise<Attempt> {
  const tried = `${name} subscribes to all, $ topics and shared ones while ${published} messages are published`;
  if (!(await session.settled())) return { tried, answer: 'its session did not live', verdict: 'Fail' };
  const outside = session.heard.filter(({ topic }) => !mayBe(world, name, 'receive', topic));
  const [first] = outside;
  if (first) return { tried, answer: `it received ${outside.length}, such as ${first.topic}`, verdict: 'Fail' };
  return { tried, answer: `received ${session.heard.length}, all within its rules`, verdict: 'Pass' };
}

export const noCrossReach: Point = {
  name: 'NoCrossReach',
  title: 'nobody reaches the topics of another one without a rule for it',
  needs,
  otherwise: 'it takes manifests (PATH), two identities, and a rule with a wildcard below the name of one',
  attempts: (world, prober) =>
    inSessions(prober, world.identities, (sessions) =>
      eachOf(pairsOf(world.identities), ([intruder, owner]) =>
        eachOf(personalTopics(world, owner), (topic) => crossed(world, sessions, [intruder, owner], topic)),
      ),
    ),
};

/** Topics that hold the identity's name. */
function personalTopics(world: World, owner: Identity): readonly string[] {
  return ownTopics(world, owner).filter((topic) => topic.split('/').includes(owner.name));
}

async function crossed(
  world: World,
  sessions: Sessions,
  [intruder, owner]: readonly [Identity, Identity],
  topic: string,
): Promise<readonly Attempt[]> {
  const [theirs, own] = [sessions.get(intruder.name), sessions.get(owner.name)];
  if (!theirs || !own) return [];
  const attempts: Attempt[] = [];
  if (!mayBe(world, intruder.name, 'publish', topic)) {
    const witness = mayBe(world, owner.name, 'receive', topic) ? owner : undefined;
    attempts.push(await publishedOutside(sessions, intruder, topic, witness));
  }
  if (mayBe(world, owner.name, 'publish', topic) && !mayBe(world, intruder.name, 'receive', topic)) {
    await theirs.subscribe([topic]);
    const { kind } = await own.publish(topic);
    const isHeard = await hears(theirs, topic);
    const tried = `${intruder.name} subscribes to ${topic}`;
    if (kind !== 'Taken') attempts.push(notTried(tried, `${owner.name} could not publish there`));
    else attempts.push({ tried, answer: isHeard ? 'delivered' : 'not delivered', verdict: isHeard ? 'Fail' : 'Pass' });
  }
  return attempts;
}

export const retainedLimited: Point = {
  name: 'RetainedLimited',
  title: 'nothing is retained that was published outside of the rules',
  needs,
  otherwise: 'no credentials were given',
  attempts: (world, prober) =>
    inSessions(prober, world.identities, (sessions) =>
      eachOf(world.identities, async (publisher): Promise<Attempt[]> => {
        const topics = foreignTopics(world, publisher);
        const topic = topics.find((one) => witnessOf(world, publisher, one)) ?? topics[0];
        const session = sessions.get(publisher.name);
        if (topic === undefined || !session) return [];
        return [await retainedOutside(sessions, publisher, topic, witnessOf(world, publisher, topic))];
      }),
    ),
};

async function retainedOutside(
  sessions: Sessions,
  { name }: Identity,
  topic: string,
  witness: Identity | undefined,
): Promise<Attempt> {
  const tried = `${name} has a message retained on ${topic}`;
  const [session, reading] = [sessions.get(name), witness && sessions.get(witness.name)];
  if (!session) return notTried(tried, 'it has no session');
  const answer = await session.publish(topic, { retain: true });
  await reading?.subscribe([topic]);
  const isKept = reading !== undefined && (await hears(reading, topic));
  // Only who could put it there can take it away.
  if (answer.kind === 'Taken') await session.publish(topic, { retain: true, payload: '' });
  if (isKept) return { tried, answer: `${witness?.name ?? ''} was given it`, verdict: 'Fail' };
  if (reading && answer.kind === 'Taken') return { tried, answer: `${answer.how}, and not kept`, verdict: 'Pass' };
  return refusalWanted(tried, answer);
}

export const willLimited: Point = {
  name: 'WillLimited',
  title: 'no last will is published outside of the rules',
  needs,
  otherwise: 'it takes manifests (PATH) and an identity that may receive what another one may not publish',
  attempts: (world, prober) =>
    eachOf(world.identities, async (identity): Promise<readonly Attempt[]> => {
      const topic = foreignTopics(world, identity).find((one) => witnessOf(world, identity, one));
      const witness = topic === undefined ? undefined : witnessOf(world, identity, topic);
      if (topic === undefined || !witness) return [];
      return inSessions(prober, [witness], async (sessions) => {
        const session = sessions.get(witness.name);
        await session?.subscribe([topic]);
        const tried = `${identity.name} leaves a last will for ${topic}`;
        const will = { topic, payload: 'last will of mqttsec verify, please ignore' };
        const entered = await prober.enter(identity.listener, { ...loginOf(identity), will });
        if (entered.kind !== 'Entered') return [refusalWanted(tried, entered)];
        entered.session.drop();
        // The broker is done with the former session when it lets the next one in.
        await entry(prober, identity.listener, loginOf(identity));
        const isHeard = session !== undefined && (await hears(session, topic));
        const answer = `${witness.name} ${isHeard ? 'received it' : 'did not receive it'}`;
        return [{ tried, answer, verdict: isHeard ? 'Fail' : 'Pass' }];
      });
    }),
};
