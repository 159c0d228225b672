/** What a broker has to do when its files become others. */
import type { PartName } from '../bundle/content.ts';
import { linesReadAtStart } from '../broker/conf.ts';
import { type Broker, type Fleet, keyOf } from '../fleet.ts';
import type { Parsed } from '../finding.ts';
import { parsed } from '../finding.ts';
import type { ObjectKey } from '../names.ts';
import { renderedFiles } from '../bundle/rendered.ts';

/**
 * `Nothing`: the files stay. `Reload`: sessions stay. `Restart`: Mosquitto takes it at a start alone (facts 1.2), so all
 * sessions are cut. `Roll`: the pods of the broker are replaced for each change. `New`, `Gone`: it is in one fleet only.
 */
type Disturbance = 'Nothing' | 'Reload' | 'Restart' | 'Roll' | 'New' | 'Gone';

export interface BrokerDifference {
  readonly broker: ObjectKey;
  readonly disturbance: Disturbance;
}

type Files = ReadonlyMap<PartName, string>;

/** A fleet, and the values of ConfigMaps and Secrets that its brokers refer to, by `Kind/namespace/name/key`. */
export interface Declared {
  readonly fleet: Fleet;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Each broker of both, sorted. `concerned` are those at which identities change, also where that is to be seen in no file
 * that manifests give. Refused with what refuses the files of a broker as a whole.
 */
export function brokerDifferences(
  before: Declared,
  after: Declared,
  concerned: ReadonlySet<ObjectKey>,
): Parsed<readonly BrokerDifference[]> {
  const found: BrokerDifference[] = [];
  for (const broker of [...new Set([...before.fleet.brokers.keys(), ...after.fleet.brokers.keys()])].sort()) {
    const [was, is] = [before.fleet.brokers.get(broker), after.fleet.brokers.get(broker)];
    if (!was || !is) {
      found.push({ broker, disturbance: is ? 'New' : 'Gone' });
      continue;
    }
    const former = renderedFiles(before.fleet, broker, before.values);
    const present = renderedFiles(after.fleet, broker, after.values);
    if (!former.ok) return former;
    if (!present.ok) return present;
    found.push({ broker, disturbance: disturbanceOf(is, former.value, present.value, concerned.has(keyOf(is))) });
  }
  return parsed(found);
}

function disturbanceOf({ update }: Broker, before: Files, after: Files, isConcerned: boolean): Disturbance {
  const changed = [...after.keys()].filter((part) => before.get(part) !== after.get(part));
  if (changed.length === 0 && !isConcerned) return 'Nothing';
  if (update.strategy === 'Roll') return 'Roll';
  // Without a revocation list a reload does not read the CAs again (facts 1.2).
  const checksLists = (after.get('mosquitto.conf') ?? '').includes('\ncrlfile ');
  const confAtStart = (files: Files) => linesReadAtStart(files.get('mosquitto.conf') ?? '');
  const isAtStart = (part: PartName) =>
    part === 'mosquitto.conf' ? confAtStart(before) !== confAtStart(after) : part === 'ca' && !checksLists;
  return changed.some(isAtStart) ? 'Restart' : 'Reload';
}
