import type { Attempt, Point } from '../point.ts';
import type { Prober } from '../prober.ts';
import { type Identity, type Listener, placeOf, type World } from '../world.ts';
import { consentWanted, entry, inSessions, loginOf, notTried, pairsOf, refusalWanted } from './attempt.ts';
import { eachOf } from './transport.ts';

const needs = ['ServerCertificateValid', 'CredentialsAdmitted'];

export const takeoverImpossible: Point = {
  name: 'TakeoverImpossible',
  title: 'nobody ends the session of another one with its client ID',
  needs,
  otherwise: 'it takes two identities',
  attempts: (world, prober) =>
    eachOf(pairsOf(world.identities), ([intruder, victim]) =>
      inSessions(prober, [victim], async (sessions) => {
        await entry(prober, intruder.listener, { ...loginOf(intruder), clientId: victim.name });
        const isAlive = (await sessions.get(victim.name)?.settled()) === true;
        return [
          {
            tried: `${intruder.name} connects with the client ID of ${victim.name}`,
            answer: `the session of ${victim.name} ${isAlive ? 'went on' : 'ended'}`,
            verdict: isAlive ? 'Pass' : 'Fail',
          },
        ];
      }),
    ),
};

/** What Mosquitto 2.1 takes by itself; 2.0 takes packets of any size where it is not told otherwise (facts 9.1). */
const usualPacketBytes = 2_000_000;

/** More than this is not sent to find out. */
const packetBytesAtMost = 16 * 1024 * 1024;

export const oversizeRefused: Point = {
  name: 'OversizeRefused',
  title: 'packets over the limit are refused before they are read',
  needs,
  otherwise: 'no credentials were given',
  attempts: (world, prober) =>
    eachOf(firstAtEach(world), (identity) =>
      inSessions(prober, [identity], async (sessions) => {
        const session = sessions.get(identity.name);
        const limit = world.maxPacketBytes ?? session?.announcedPacketBytes ?? usualPacketBytes;
        const tried = `a packet of ${limit + 1} bytes at ${placeOf(identity.listener)}`;
        if (!session || limit > packetBytesAtMost) return [notTried(tried, 'that is too much to send')];
        return [refusalWanted(tried, await session.sendLarge(`mqttsec-verify/${world.probe}`, limit + 1))];
      }),
    ),
};

const silentClients = 20;
const floodMessages = 300;

export const floodSurvived: Point = {
  name: 'FloodSurvived',
  title: 'others are served while one floods',
  needs,
  otherwise: 'no credentials were given',
  attempts: (world, prober) =>
    eachOf(firstAtEach(world), async (flooder) => {
      const others = world.identities.filter(({ name }) => name !== flooder.name).slice(0, 1);
      return inSessions(prober, [flooder, ...others], async (sessions) => {
        const silenced = await prober.silentConnections(flooder.listener, silentClients);
        try {
          const topic = `mqttsec-verify/${world.probe}`;
          const flooding = sessions.get(flooder.name);
          const flood = flooding ? Array.from({ length: floodMessages }, () => flooding.publish(topic)) : [];
          const served = await eachOf(others, async ({ name }): Promise<Attempt[]> => {
            const isServed = (await sessions.get(name)?.settled()) === true;
            const tried = `${name} during ${floodMessages} messages of ${flooder.name}`;
            return [{ tried, answer: isServed ? 'served' : 'not served', verdict: isServed ? 'Pass' : 'Fail' }];
          });
          await Promise.all(flood);
          return [...served, await newcomer(prober, flooder)];
        } finally {
          silenced();
        }
      });
    }),
};

async function newcomer(prober: Prober, identity: Identity): Promise<Attempt> {
  const tried = `${identity.name} connects beside ${silentClients} silent connections at ${placeOf(identity.listener)}`;
  return consentWanted(tried, await entry(prober, identity.listener, loginOf(identity)));
}

/** The first identity of each listener. */
function firstAtEach({ identities }: World): readonly Identity[] {
  const first = new Map<Listener, Identity>();
  for (const identity of identities) if (!first.has(identity.listener)) first.set(identity.listener, identity);
  return [...first.values()];
}
