import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { localState } from '../../src/cli/local-state.ts';
import { statusWithProblems } from '../../src/cli/status-text.ts';
import { claimBytes, claimText, newClaim } from '../../src/domain/enrol/claim.ts';
import { type RevocationProgress, revocationProgress } from '../../src/domain/pki/revocation-progress.ts';
import { heldCertificates } from '../../src/local/certificates.ts';
import { directoryClaims } from '../../src/local/claims.ts';
import { formerReportIn } from '../../src/local/former-report.ts';
import { lockHolder } from '../../src/local/lock.ts';
import { formerlyAccepted, manifestReader } from '../../src/local/manifest-reader.ts';
import { markedNumber } from '../../src/local/mark.ts';
import { readPasswords } from '../../src/local/passwords.ts';
import { listenerPorts } from '../../src/local/ports.ts';
import { readRecords } from '../../src/local/records.ts';
import { revocationsIn } from '../../src/local/revocations.ts';
import { publishedIndex } from '../../src/local/sink.ts';
import { jsonOf, openState, type StatePaths } from '../../src/local/state.ts';
import type { LocalStatus } from '../../src/local/status.ts';
import { mutatedText } from '../domain/mutations.ts';

const at = '2026-01-01T00:00:00.000Z';
const hex = (digit: string, length = 64) => digit.repeat(length);
const processes = { self: process.pid, isAlive: () => true, terminate: () => undefined };

const status: LocalStatus = {
  ...{ broker: 'plant/main', mosquittoVersion: '2.0.22', host: '127.0.0.1' },
  listeners: [{ name: 'mtls', port: 8883, authentication: 'Certificate', tls: true, protocol: 'MQTT' }],
  bundle: { revision: 3, hash: hex('a') },
  devices: [
    {
      ...{ device: 'plant/a', identity: 'a', role: 'Device', authentication: 'Certificate', notAfter: at },
      ...{ programmed: true, reason: 'Locked', lockout: { since: at, until: at } },
      notice: { action: 'Renew', by: at, overdue: false },
    },
  ],
  findings: [
    { code: 'MQS120', severity: 'Warning', path: '', message: 'x', position: { file: 'f', line: 1, column: 1 } },
  ],
};
const held = {
  ...{
    identity: 'a',
    caKeyId: hex('a'),
    serial: '1f',
    fingerprint: hex('b'),
    keyId: hex('c'),
    device: 'plant/a',
    key: 'Csr',
  },
  ...{ notBefore: at, notAfter: '2036-01-01T00:00:00.000Z', issuedAt: at, renewBeforeSeconds: 60 },
};
const { claim } = newClaim(
  { broker: 'plant/main', device: 'plant/a', expiresAt: new Date(at), networks: ['10.0.0.0/8'] },
  Buffer.alloc(claimBytes, 7),
);

const progress: RevocationProgress = { reason: 'KeyCompromise', certificates: 1, begunAt: at, recordedAt: at };
const report = {
  loaded: { revision: 3, hash: hex('a'), provedAt: at, milliseconds: 7 },
  acknowledgements: [{ identity: 'a', fingerprint: hex('b'), at }],
  lockouts: [{ identity: 'a', reason: 'DeniedPublishes', since: at, until: at }],
};

interface Case {
  /** Below the state directory. */
  readonly file: string;
  readonly good: string;
  readonly read: (paths: StatePaths) => Promise<unknown>;
}

const cases: Readonly<Record<string, Case>> = {
  status: {
    file: 'status.json',
    good: JSON.stringify(status),
    read: async ({ root }) => {
      const state = await localState(root, { processes } as unknown as Parameters<typeof localState>[1]);
      return statusWithProblems(state.status, { colour: true });
    },
  },
  report: {
    file: 'report.json',
    good: JSON.stringify(report),
    read: async (paths) => {
      const { loaded, acknowledgements = [], lockouts = [] } = formerReportIn(await jsonOf(paths.report));
      assert.ok(Number.isSafeInteger((loaded?.revision ?? 0) + 1));
      for (const { at: time } of acknowledgements) assert.ok(!Number.isNaN(new Date(time).getTime()));
      for (const { identity } of lockouts) assert.equal(typeof identity, 'string');
    },
  },
  'progress of revocations': {
    file: 'status.json',
    good: JSON.stringify({ devices: [{ device: 'plant/a', revocation: progress }] }),
    read: async (paths) => {
      const former = revocationsIn(await jsonOf(paths.status)).get('plant/a');
      revocationProgress(former, { reason: 'KeyCompromise', certificates: 1, done: { provedAt: true } }, new Date(at));
    },
  },
  record: {
    file: 'records/plant/a',
    good: `${JSON.stringify({ revoked: { reason: 'KeyCompromise', at, fromManifest: true } })}\n${JSON.stringify({ renewAt: at })}\n`,
    read: ({ records, requests }) => readRecords(records, requests),
  },
  request: {
    file: 'requests/plant/a',
    good: `${JSON.stringify({ csr: 'x', renewAt: at })}\n`,
    read: ({ records, requests }) => readRecords(records, requests),
  },
  'history of certificates': {
    file: 'certificates/plant/a/history.json',
    good: JSON.stringify([held]),
    read: ({ certificates }) => heldCertificates(certificates, new Date(at)),
  },
  ports: {
    file: 'ports.json',
    good: '{"mtls": 99999}',
    read: ({ ports }) =>
      listenerPorts([{ ...status.listeners[0]! }], { file: ports, host: '127.0.0.1' }, new Map([['mtls', 1]])),
  },
  'former manifests': {
    file: 'manifests.json',
    good: JSON.stringify({ 'a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n' }),
    read: ({ root, goodManifests }) => formerlyAccepted(manifestReader(root), goodManifests),
  },
  claim: {
    file: `claims/${claim.id}`,
    good: claimText(claim),
    read: ({ claims }) => directoryClaims(claims).claim(claim.id),
  },
  lock: {
    file: 'lock',
    good: JSON.stringify({ pid: 1, start: '7' }),
    read: ({ lock }) => lockHolder(lock, processes),
  },
  index: {
    file: 'bundle/index.json',
    good: JSON.stringify({ broker: 'plant/main', revision: 3, hash: hex('a'), parts: { acl: [hex('b')] } }),
    read: ({ bundle }) => publishedIndex(bundle),
  },
  'revision of a password': {
    file: 'passwords/plant/a/revision',
    good: '3',
    read: ({ passwords }) => readPasswords(passwords),
  },
  mark: { file: '../state.mark', good: `${hex('a')} 7\n`, read: ({ mark }) => markedNumber(mark, hex('a')) },
};

describe('a damaged file of the state directory', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'mqttsec-damaged-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  for (const [what, { file, good, read }] of Object.entries(cases)) {
    it(`is read or refused, with its name: ${what}`, async () => {
      const paths = await openState(path.join(root, 'state'));
      const place = path.join(paths.root, file);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, good);
      await read(paths);
      const texts = fc.oneof(
        { weight: 2, arbitrary: mutatedText(good) },
        { weight: 2, arbitrary: withAnotherLeaf(good) },
        { weight: 1, arbitrary: fc.json() },
        {
          weight: 1,
          arbitrary: fc.constantFrom('', 'null', '[]', '[null]', '{}', '['.repeat(100_000), '{"a":'.repeat(100_000)),
        },
      );
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          writeFileSync(place, text);
          await read(paths).catch((error: unknown) => {
            assert.ok(error instanceof Error && error.name === 'Error', String(error));
            assert.match(error.message, /^read [^:]*: /);
          });
        }),
        { numRuns: 300 },
      );
    }).timeout(60_000);
  }
});

/** The same JSON with another value in one place. */
function withAnotherLeaf(good: string): fc.Arbitrary<string> {
  const value = jsonIn(good);
  if (typeof value !== 'object' || value === null) return fc.json();
  const places = placesOf(value);
  return fc.tuple(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 2 })).map(([place, other]) => {
    const copy = structuredClone(value) as Record<string, unknown>;
    let parent = copy;
    for (const step of place.slice(0, -1)) parent = parent[step] as Record<string, unknown>;
    parent[place.at(-1) ?? ''] = other;
    return JSON.stringify(copy);
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function placesOf(value: object, before: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(value).flatMap(([name, item]: [string, unknown]) => {
    const place = [...before, name];
    return [place, ...(typeof item === 'object' && item !== null ? placesOf(item, place) : [])];
  });
}
