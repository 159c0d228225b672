/** Edits and revocations on one broker, by the agent and by hand, as devices see them. */
import { setTimeout as delay } from 'node:timers/promises';
import { currentLink } from '../../src/agent/generation.ts';
import {
  bundleOf,
  deviceCertificate,
  newSite,
  partsOf,
  revocationOf,
  type Site,
  type SiteSet,
} from '../../test/agent/site.ts';
import {
  type BrokerUnderTest,
  currentUser,
  dialectOf,
  freePorts,
  scratchDirectory,
} from '../../test/broker/mosquitto.ts';
import { newPlant, startAgent } from '../../test/broker/agent/plant.ts';
import { bareBroker } from './bare.ts';
import { type Fleet, fleetOf, type Layout, setOf, writer } from './fleet.ts';
import { monotonic, startedWitness, type Witness, type WitnessDevice } from './witness.ts';

/** Milliseconds of each round. */
export interface RoundFigures {
  /** The longest round trip of a bystander's pings around an edit. */
  readonly stalls: number[];
  readonly effects: number[];
  readonly cuts: number[];
}

/** Who gives sets to a broker. */
interface Giver {
  readonly site: Site;
  readonly port: number;
  /** Begins with this set, all of it. */
  begin(set: SiteSet): Promise<void>;
  /** Resolves when all that the set asks for is done; `cut` is whose session has to end. */
  give(prepared: Prepared, granted: () => Promise<number>, cut?: string): Promise<void>;
  prepared(set: SiteSet): Prepared;
  stop(): Promise<void>;
}

/** What is made before the time runs. */
type Prepared = () => Promise<void>;

async function agentGiver(broker: BrokerUnderTest): Promise<Giver> {
  const plant = await newPlant(broker);
  const agent = startAgent(plant);
  const prepared = (set: SiteSet): Prepared => {
    const bundle = bundleOf(plant.site, set);
    return () => {
      agent.give(bundle);
      return agent.loaded(set.revision);
    };
  };
  return {
    site: plant.site,
    port: plant.ports.mtls,
    begin: (set) => prepared(set)(),
    give: (run) => run(),
    prepared,
    stop: () => agent.stop(),
  };
}

async function handGiver(broker: BrokerUnderTest): Promise<Giver> {
  const directory = scratchDirectory();
  const [mtls = 0, password = 0] = await freePorts(2);
  const dialect = dialectOf(broker);
  const link = currentLink(directory).replace(/\/current$/, '');
  const site = newSite({ now: new Date(), link, dialect, user: currentUser, ports: { mtls, password } });
  let bare: Awaited<ReturnType<typeof bareBroker>> | undefined;
  const filesOf = (set: SiteSet) => {
    const { acl, crl } = partsOf(site, set);
    return { acl, crl };
  };
  return {
    site,
    port: mtls,
    async begin(set) {
      bare = await bareBroker(broker, directory, site, filesOf(set));
    },
    async give(run, granted, cut) {
      await run();
      await granted();
      if (cut !== undefined) await bare?.takeOver(cut);
    },
    prepared(set) {
      const files = filesOf(set);
      return () => Promise.resolve(bare?.reload(files));
    },
    async stop() {
      await bare?.stop();
    },
  };
}

export interface Case {
  readonly broker: BrokerUnderTest;
  readonly layout: Layout;
  readonly identities: number;
  readonly runs: number;
}

/** By the agent and by hand in turns, so that other work on the machine disturbs both alike. */
export async function measuredRounds(given: Case): Promise<Readonly<Record<'ours' | 'floor', RoundFigures>>> {
  const { broker, runs } = given;
  const ours = await startedSubject(await agentGiver(broker), given);
  const floor = await startedSubject(await handGiver(broker), given);
  const subjects = [ours, floor];
  try {
    for (let run = 1; run <= runs; run += 1) for (const subject of subjects) await edit(subject, run + 1);
    for (let run = 1; run <= runs; run += 1) for (const subject of subjects) await revoke(subject, runs + run + 1, run);
    return { ours: ours.figures, floor: floor.figures };
  } finally {
    await Promise.all(subjects.flatMap(({ witness, giver }) => [witness.stop(), giver.stop()]));
  }
}

async function startedSubject(giver: Giver, { layout, identities, runs }: Case): Promise<Subject> {
  const { site } = giver;
  const witness = startedWitness();
  const deviceOf = (identity: string): WitnessDevice => ({ identity, pair: deviceCertificate(site, identity) });
  const victims = Array.from({ length: runs }, (_, index) => deviceOf(`victim-${index}`));
  const bystander = deviceOf('bystander');
  const figures: RoundFigures = { stalls: [], effects: [], cuts: [] };
  const fleet = fleetOf(site, layout, identities);
  const subject: Subject = { giver, witness, fleet, victims, others: [bystander], figures };
  await giver.begin(setOf(fleet, roundOf(subject, 1, 0)));
  await witness.ask({ op: 'open', port: giver.port, bystander, writer: deviceOf(writer) });
  return subject;
}

interface Subject {
  readonly giver: Giver;
  readonly witness: Witness;
  readonly fleet: Fleet;
  readonly victims: readonly WitnessDevice[];
  readonly others: readonly WitnessDevice[];
  readonly figures: RoundFigures;
}

const topicOf = (revision: number): string => `revision/${revision}`;

function roundOf({ giver, victims, others }: Subject, revision: number, revoked: number) {
  const { ca, now } = giver.site;
  return {
    revision,
    granted: topicOf(revision),
    others: [...others, ...victims.slice(revoked)].map(({ identity }) => identity),
    revocations: victims.slice(0, revoked).map(({ pair }) => revocationOf(ca, pair, now)),
  };
}

/** A broker at rest: what the last round left to do is done. */
const pause = (): Promise<void> => delay(60 + 40 * Math.random());

async function edit(subject: Subject, revision: number): Promise<void> {
  const { giver, witness, fleet, figures } = subject;
  const prepared = giver.prepared(setOf(fleet, roundOf(subject, revision, 0)));
  await pause();
  await witness.ask({ op: 'ping' });
  const begun = monotonic();
  const accepted = witness.ask({ op: 'accepted', topic: topicOf(revision) });
  await giver.give(prepared, () => accepted);
  figures.effects.push((await accepted) - begun);
  figures.stalls.push(await witness.ask({ op: 'longest' }));
}

async function revoke(subject: Subject, revision: number, revoked: number): Promise<void> {
  const { giver, witness, fleet, victims, figures } = subject;
  const device = victims[revoked - 1];
  if (!device) throw new Error(`measure revocation: there is no device ${revoked}`);
  const prepared = giver.prepared(setOf(fleet, roundOf(subject, revision, revoked)));
  await witness.ask({ op: 'hold', port: giver.port, device });
  await pause();
  const begun = monotonic();
  const cut = witness.ask({ op: 'cut' });
  const granted = () => witness.ask({ op: 'accepted', topic: topicOf(revision) });
  await giver.give(prepared, granted, device.identity);
  figures.cuts.push((await cut) - begun);
}
