/**
 * What a real broker does with each set that the gate refuses, were it handed over: the reason why the check exists.
 * The broker runs on a good set, gets the bad one and SIGHUP (or a start, where mosquitto.conf differs).
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { connected } from '../../../src/agent/client.ts';
import { gateChecks } from '../../../src/agent/gate.ts';
import { currentLink } from '../../../src/agent/generation.ts';
import type { Bundle } from '../../../src/domain/bundle/content.ts';
import { joined, type Text } from '../../../src/domain/pieces.ts';
import type { BrokerProcess } from '../../../src/ports.ts';
import { badSets, deceptiveSets, setsOf, type Sets } from '../../agent/bad-sets.ts';
import { deviceCertificate, type KeyPair } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import { connectedDevice, newPlant, type Plant } from './plant.ts';

/** What is seen of the broker: nothing wrong is `serves`. */
type Seen = string;

const both = (seen: Seen) => ({ '2.0': seen, '2.1': seen });

/** `serves` stands where the harm is not one that a broker can see: an old set, or a list that only the agent reads. */
const observed: Readonly<Record<string, Readonly<Record<'2.0' | '2.1', Seen>>>> = {
  BrokerIsOurs: both('serves'),
  ContentHash: both('a has no rights, a has the rights of c'),
  RevisionNotLower: both('serves'),
  ConfAllowed: both('anyone enters'),
  // 2.0 does not find the plugin there; without a file of its own it decides nothing yet.
  DynamicSecurity: { '2.0': 'ends (13)', '2.1': 'serves' },
  ConfPaths: { '2.0': 'a has no rights', '2.1': 'ends (13)' },
  ConfDialect: both('ends (13)'),
  AclParses: { '2.0': 'all is open', '2.1': 'ends (3)' },
  AclLeavesProbesAlone: both('probes are granted'),
  AclUsersAreIdentities: both('c has rights'),
  PasswordsParse: { '2.0': 'b cannot enter', '2.1': 'ends (3)' },
  IdentitiesParse: both('serves'),
  IdentitiesNotReserved: both('serves'),
  PasswordsFitIdentities: both('b cannot enter'),
  NoticesParse: both('serves'),
  NoticesAreForIdentities: both('serves'),
  RevocationsParse: both('serves'),
  ServerKeyPair: { '2.0': 'a cannot enter', '2.1': 'ends (8)' },
  CaChain: { '2.0': 'a cannot enter', '2.1': 'ends (8)' },
  CrlParses: { '2.0': 'the revoked enters', '2.1': 'ends (8)' },
  CrlSigned: both('a cannot enter'),
  CrlInDate: both('a cannot enter'),
  CrlForEachCa: both('a cannot enter'),
  CrlNumberNotLower: both('serves'),
  RevokedInCrl: both('the revoked enters'),
  RevocationsKept: both('the revoked enters'),
  NothingGivenBack: both('serves'),
};

/** The same for sets that look good. */
const observedOfDeceptive: typeof observed = {
  'a revocation list with an empty line': { '2.0': 'the revoked enters', '2.1': 'ends (8)' },
  'a later list of the CA that lacks a serial, before the one that has it': both('the revoked enters'),
  'a server key that is too short': { '2.0': 'a cannot enter', '2.1': 'ends (8)' },
  'a chain of the server with a key that is too short': { '2.0': 'a cannot enter', '2.1': 'ends (8)' },
};

async function writeSet(link: string, { parts, server }: Bundle): Promise<void> {
  await mkdir(link, { recursive: true });
  const files: [string, Text][] = Object.entries(parts);
  if (server) files.push(['server.crt', server.certificate], ['server.key', server.key]);
  for (const [name, text] of files) await writeFile(path.join(link, name), joined(text), { mode: 0o600 });
}

interface Witnesses {
  readonly a: KeyPair;
  readonly revoked: KeyPair;
  readonly stranger: KeyPair;
}

async function mayPublish(plant: Plant, identity: string, credential: KeyPair, topic: string): Promise<boolean> {
  const outcome = await connectedDevice(plant, identity, credential);
  if (outcome.kind !== 'Connected') return false;
  const published = await outcome.session.publish(topic);
  await outcome.session.close();
  return published.kind === 'Acknowledged' && published.code < 0x80;
}

async function enters(plant: Plant, identity: string, credential: KeyPair | string): Promise<boolean> {
  const outcome = await connectedDevice(plant, identity, credential);
  if (outcome.kind === 'Connected') await outcome.session.close();
  return outcome.kind === 'Connected';
}

async function anonymousEnters({ ports }: Plant): Promise<boolean> {
  const endpoint = { kind: 'Network', host: '127.0.0.1', port: ports.password, webSockets: false, tls: {} } as const;
  const outcome = await connected(endpoint, { clientId: 'nobody' }, 5_000);
  if (outcome.kind === 'Connected') await outcome.session.close();
  return outcome.kind === 'Connected';
}

async function seenOf(plant: Plant, { a, revoked, stranger }: Witnesses): Promise<Seen> {
  if (await mayPublish(plant, 'a', a, 'nobody/x')) return 'all is open';
  const isIn = await enters(plant, 'a', a);
  const facts: [string, boolean][] = [
    ['a cannot enter', !isIn],
    ['a has no rights', isIn && !(await mayPublish(plant, 'a', a, 'dev/a/x'))],
    ['b cannot enter', !(await enters(plant, 'b', 'correct horse'))],
    ['a has the rights of c', await mayPublish(plant, 'a', a, 'dev/c/x')],
    ['c has rights', await mayPublish(plant, 'c', stranger, 'dev/c/x')],
    ['the revoked enters', await enters(plant, 'c', revoked)],
    ['probes are granted', await mayPublish(plant, 'a', a, '$mqttsec/probe/x')],
    ['anyone enters', await anonymousEnters(plant)],
  ];
  const seen = facts.filter(([, is]) => is).map(([what]) => what);
  return seen.length === 0 ? 'serves' : seen.join(', ');
}

interface Served {
  readonly process: BrokerProcess;
  readonly isOver: () => boolean;
}

async function served(plant: Plant, witnesses: Witnesses, onLog: (line: string) => void): Promise<Served> {
  let over = false;
  const process = await plant.broker.launcher.start(path.join(currentLink(plant.directory), 'mosquitto.conf'), onLog);
  void process.exited.then(() => (over = true));
  const isOver = (): boolean => over;
  // Not before an answer: SIGHUP earlier than that kills it.
  await until(async () => over || (await isAnswered(plant, witnesses)), 'the broker serves or ends');
  return { process, isOver };
}

async function isAnswered(plant: Plant, { a }: Witnesses): Promise<boolean> {
  const outcome = await connectedDevice(plant, 'a', a);
  if (outcome.kind === 'Connected') await outcome.session.close();
  return outcome.kind !== 'Unanswered';
}

async function seenAfter(plant: Plant, good: Bundle, bad: Bundle, witnesses: Witnesses): Promise<Seen> {
  const link = currentLink(plant.directory);
  let reloads = 0;
  const onLog = (line: string): void => {
    if (line.includes('Reloading config')) reloads += 1;
  };
  await writeSet(link, good);
  let broker = await served(plant, witnesses, onLog);
  await writeSet(link, bad);
  if (joined(bad.parts['mosquitto.conf']) === joined(good.parts['mosquitto.conf'])) {
    broker.process.reload();
    await until(() => broker.isOver() || reloads > 0, 'it reloads');
  } else {
    await broker.process.stop();
    broker = await served(plant, witnesses, onLog);
  }
  try {
    // An answer comes after the reload; a broker that is about to end gives none.
    await until(async () => broker.isOver() || (await isAnswered(plant, witnesses)), 'it answers or ends');
    if (!broker.isOver()) return await seenOf(plant, witnesses);
    const { code, signal } = await broker.process.exited;
    return `ends (${String(code ?? signal)})`;
  } finally {
    await broker.process.stop();
  }
}

for (const broker of brokers) {
  describe(`${broker.name} with a set that the gate refuses`, () => {
    let plant: Plant;
    let sets: Sets;
    let witnesses: Witnesses;

    before(async () => {
      plant = await newPlant(broker);
      const { site } = plant;
      const [a, stranger, revoked] = ['a', 'c', 'c'].map((identity) => deviceCertificate(site, identity));
      witnesses = { a: a!, stranger: stranger!, revoked: revoked! };
      sets = setsOf(site, revoked);
    });

    it('serves the good set', async () => {
      assert.equal(await seenAfter(plant, sets.next, sets.next, witnesses), 'serves');
    });

    for (const { name } of gateChecks) {
      const expected = observed[name]?.[broker.dialect];
      it(`${name}: ${String(expected)}`, async () => {
        const { bundle } = badSets[name]!(sets).next;
        assert.equal(await seenAfter(plant, sets.next, bundle, witnesses), expected);
      });
    }

    for (const [what, [, badSet]] of Object.entries(deceptiveSets)) {
      const expected = observedOfDeceptive[what]?.[broker.dialect];
      it(`${what}: ${String(expected)}`, async () => {
        assert.equal(await seenAfter(plant, sets.next, badSet(sets).next.bundle, witnesses), expected);
      });
    }
  });
}
