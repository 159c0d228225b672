/** What an agent is given: sets of many identities with four rules each, one of which changes. */
import { type AclLine, aclText, implicitPatterns } from '../../src/domain/acl/file.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import { type Site, type SiteDevice, type SiteSet, valueOf } from '../../test/agent/site.ts';

export type Layout = 'PerIdentity' | 'Patterns';

export interface Fleet {
  readonly site: Site;
  readonly layout: Layout;
  /** Identities that do nothing but be there. */
  readonly crowd: readonly SiteDevice[];
}

const dayMilliseconds = 86_400_000;

function linesOf(identity: string): readonly AclLine[] {
  return [
    { access: 'deny', topic: `plants/${identity}/telemetry/raw` },
    { access: 'write', topic: `plants/${identity}/telemetry/#` },
    { access: 'read', topic: `plants/${identity}/commands/#` },
    { access: 'readwrite', topic: `plants/${identity}/state` },
  ];
}

const patterns: readonly AclLine[] = [...implicitPatterns, ...linesOf('%u').filter(({ access }) => access !== 'deny')];

export function fleetOf(site: Site, layout: Layout, count: number): Fleet {
  const until = new Date(site.now.getTime() + 90 * dayMilliseconds);
  const crowd = Array.from({ length: count }, (_, index): SiteDevice => {
    const identity = `sensor-${String(index).padStart(6, '0')}`;
    return { identity, until, lines: linesOf(identity) };
  });
  return { site, layout, crowd };
}

/** One set: what the writer may publish to, who may be connected beside the crowd, and who was taken back. */
export interface Round {
  readonly revision: number;
  readonly granted: string;
  readonly others: readonly string[];
  readonly revocations: readonly RevocationEntry[];
}

export const writer = 'writer';

export function setOf({ layout, crowd }: Fleet, { revision, granted, others, revocations }: Round): SiteSet {
  const lines: readonly AclLine[] = [{ access: 'write', topic: granted }];
  const own = [{ identity: writer, lines }, ...others.map((identity) => ({ identity, lines: [] }))];
  const set = { revision, devices: [...crowd, ...own], revocations, crlNumber: revision };
  if (layout === 'PerIdentity') return set;
  return { ...set, parts: { acl: valueOf(aclText({ patterns, users: [{ name: writer, lines }] })) } };
}
