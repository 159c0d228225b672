/** What can happen to a fleet and to those who serve it: each a step of a run, drawn by chance. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Api, mergePatch } from '../api.ts';
import type { TestOperator } from '../operator.ts';
import type { Chance } from '../faults/chance.ts';
import { type ChaosFleet, pool } from './fleet.ts';
import type { Outpost } from './outpost.ts';

export interface ChaosSite {
  readonly admin: Api;
  readonly operator: TestOperator;
  readonly fleet: ChaosFleet;
  readonly outpost: Outpost;
}

export interface Step {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  readonly take: (site: ChaosSite, chance: Chance) => Promise<void>;
}

const fewest = 4;
const most = 8;

/** Milliseconds, short mostly. */
const aWhile = (chance: Chance, longest: number) => delay(chance.next() ** 2 * longest);

/** Does it to one of them, if there is any. */
function onOne(
  names: readonly string[],
  chance: Chance,
  act: (name: string) => Promise<void>,
): Promise<void> | undefined {
  return names.length === 0 ? undefined : act(chance.pick(names));
}

/** What was proved before is declared again while the broker has more, or had it not yet. */
async function givenForAWhile(
  fleet: ChaosFleet,
  name: string,
  chance: Chance,
  meanwhile?: () => Promise<() => void>,
): Promise<void> {
  const former = fleet.rightsOf(name);
  await fleet.allow(name, pool);
  await aWhile(chance, 700);
  const end = await meanwhile?.();
  await fleet.allow(name, former);
  for (let look = 0; look < 4; look += 1) {
    await aWhile(chance, 150);
    await fleet.look();
    await fleet.tryAll(name);
  }
  end?.();
}

const someRights = (chance: Chance) => pool.filter(() => chance.below(2) === 0);

const edits: readonly Step[] = [
  {
    ...{ name: 'rights are edited', weight: 6 },
    take: async ({ fleet }, chance) =>
      onOne(fleet.names('Active', 'Suspended'), chance, (name) => fleet.allow(name, someRights(chance))),
  },
  {
    ...{ name: 'rights are given and taken again', weight: 2 },
    take: async ({ fleet }, chance) =>
      onOne(fleet.names('Active'), chance, (name) => givenForAWhile(fleet, name, chance)),
  },
  {
    ...{ name: 'the agent is killed while rights are given and taken again', weight: 3 },
    take: async ({ fleet, outpost }, chance) =>
      onOne(fleet.names('Active'), chance, (name) =>
        givenForAWhile(fleet, name, chance, async () => {
          await outpost.killAgent();
          return outpost.start;
        }),
      ),
  },
  {
    ...{ name: 'a storm of edits', weight: 1 },
    take: async ({ fleet }, chance) => {
      for (const name of [1, 2, 3, 4].flatMap(() => fleet.names('Active'))) await fleet.allow(name, someRights(chance));
    },
  },
  {
    ...{ name: 'a device is suspended', weight: 2 },
    take: async ({ fleet }, chance) => onOne(fleet.names('Active'), chance, (name) => fleet.suspend(name, true)),
  },
  {
    ...{ name: 'a device is released', weight: 2 },
    take: async ({ fleet }, chance) => onOne(fleet.names('Suspended'), chance, (name) => fleet.suspend(name, false)),
  },
  {
    ...{ name: 'a device is revoked', weight: 4 },
    take: async ({ fleet }, chance) => {
      const names = fleet.names('Active', 'Suspended');
      if (names.length > fewest) await fleet.revoke(chance.pick(names));
    },
  },
  {
    ...{ name: 'a device is deleted', weight: 1 },
    take: async ({ fleet }, chance) => {
      const names = fleet.names('Active', 'Suspended', 'Revoked');
      if (names.length > fewest) await fleet.remove(chance.pick(names));
    },
  },
  {
    ...{ name: 'a device is added', weight: 6 },
    take: async ({ fleet }, chance) => {
      if (fleet.names('Active', 'Suspended').length >= most) return;
      await fleet.create(chance.pick(['Password', 'Certificate'] as const));
    },
  },
];

const deaths: readonly Step[] = [
  {
    ...{ name: 'the agent is killed', weight: 2 },
    take: async ({ outpost }, chance) => {
      await outpost.killAgent();
      await aWhile(chance, 1_500);
      outpost.start();
    },
  },
  {
    ...{ name: 'the agent is killed and its memory lost', weight: 1 },
    take: async ({ outpost }, chance) => {
      await outpost.killAgent();
      await outpost.forget();
      await aWhile(chance, 1_000);
      outpost.start();
    },
  },
  {
    ...{ name: 'the broker is killed', weight: 2 },
    take: ({ outpost }) => Promise.resolve(outpost.signalBroker('SIGKILL')),
  },
  {
    ...{ name: 'the broker hangs', weight: 1 },
    take: async ({ outpost }, chance) => {
      outpost.signalBroker('SIGSTOP');
      await aWhile(chance, 2_500);
      outpost.signalBroker('SIGCONT');
    },
  },
  {
    ...{ name: 'somebody else has the broker reload', weight: 1 },
    take: ({ outpost }) => Promise.resolve(outpost.signalBroker('SIGHUP')),
  },
  {
    ...{ name: 'the operator is killed', weight: 1 },
    take: async ({ operator }, chance) => {
      await operator.kill();
      await aWhile(chance, 1_500);
      await operator.start();
    },
  },
];

const cuts: readonly Step[] = [
  {
    ...{ name: 'the agent is cut off', weight: 2 },
    take: async ({ outpost: { proxy } }, chance) => {
      await proxy.down();
      await aWhile(chance, 3_000);
      await proxy.up();
    },
  },
  {
    ...{ name: 'the operator is cut off', weight: 1 },
    take: async ({ operator: { proxy } }, chance) => {
      await proxy.down();
      await aWhile(chance, 3_000);
      await proxy.up();
    },
  },
  {
    ...{ name: 'connections break', weight: 2 },
    take: ({ operator, outpost }) => {
      operator.proxy.cutAll();
      return Promise.resolve(outpost.proxy.cutAll());
    },
  },
];

const configMap = ({ fleet }: ChaosSite, name: string) =>
  `/api/v1/namespaces/${fleet.namespace}/configmaps/plant-${name}`;

interface Texts {
  readonly data?: Readonly<Record<string, string>>;
}

/** Parts that everybody may read; those of the passwords lie in Secrets. */
const readableParts = ['conf-00', 'acl-00', 'identities-00', 'crl-00', 'ca-00'] as const;

/** Changes every text of a ConfigMap by hand. */
async function rewritten(site: ChaosSite, name: string, change: (text: string) => string): Promise<void> {
  const place = configMap(site, name);
  const present = await site.admin.answer<Texts>('GET', place);
  if (!present.ok) return; // the operator has not made it again yet
  const texts = Object.entries(present.body.data ?? {}).map(([key, text]) => [key, change(text)] as const);
  await site.admin.answer('PATCH', place, { contentType: mergePatch, body: { data: Object.fromEntries(texts) } });
}

const damages: readonly Step[] = [
  {
    ...{ name: 'a chunk is damaged', weight: 2 },
    take: (site, chance) => rewritten(site, chance.pick(readableParts), (text) => flipped(text, chance)),
  },
  {
    ...{ name: 'a chunk is halved', weight: 1 },
    take: (site, chance) => rewritten(site, chance.pick(readableParts), (text) => text.slice(0, text.length / 2)),
  },
  {
    ...{ name: 'a chunk is deleted', weight: 1 },
    take: async (site, chance) => {
      await site.admin.answer('DELETE', configMap(site, chance.pick(readableParts)));
    },
  },
  {
    ...{ name: 'what the agent reports into is deleted', weight: 1 },
    take: async ({ admin, fleet }) => {
      const place = `/apis/mqttsecurity.io/v1alpha1/namespaces/${fleet.namespace}/brokerinstances/outpost`;
      await admin.answer('DELETE', place);
    },
  },
  {
    ...{ name: 'the index is deleted', weight: 1 },
    take: async (site) => {
      await site.admin.answer('DELETE', configMap(site, 'bundle'));
    },
  },
  {
    ...{ name: 'the index is damaged', weight: 1 },
    take: (site, chance) => rewritten(site, 'bundle', (text) => flipped(text, chance)),
  },
];

/** The text with another character somewhere. */
function flipped(text: string, chance: Chance): string {
  const at = chance.below(Math.max(1, text.length));
  return `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
}

/** A step by chance. */
export function stepBy(chance: Chance): Step {
  const all = [...edits, ...deaths, ...cuts, ...damages];
  let left = chance.next() * all.reduce((sum, { weight }) => sum + weight, 0);
  const found = all.find(({ weight }) => (left -= weight) < 0);
  if (!found) throw new Error('draw a step: there is none');
  return found;
}
