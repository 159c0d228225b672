import assert from 'node:assert/strict';
import { listNumbers, noticeNumbers } from '../../../src/controllers/broker/metrics.ts';
import type { BrokerMemory } from '../../../src/controllers/broker/states.ts';
import type { Trust } from '../../../src/controllers/context.ts';
import type { ObjectKey } from '../../../src/domain/names.ts';
import type { LineageNotice } from '../../../src/domain/pki/notice.ts';
import { revocation, start } from '../../domain/pki/authorities.ts';

const [own, other, unchecked] = ['0a', '0b', '0c'].map((byte) => byte.repeat(32)) as [string, string, string];

describe('metrics of revocation lists', () => {
  const crl = (caKeyId: string) => ({ caKeyId, pem: '', number: 1n, thisUpdate: start, nextUpdate: start });
  const trust = {
    cas: [
      { name: 'own', keyId: own, certificates: '', revocation: 'SignedCrl' },
      { name: 'other', keyId: other, certificates: '', revocation: 'ExternalCrl' },
      { name: 'unchecked', keyId: unchecked, certificates: '', revocation: 'None' },
    ],
    crls: [crl(own), crl(other)],
    revocations: [revocation(own, '1'), revocation(own, '2')],
    ...{ findings: [], nextChangeAt: undefined },
  } satisfies Trust;
  const memories: readonly [ObjectKey, Partial<BrokerMemory>][] = [
    ['plant/main', { state: { trust } as unknown as NonNullable<BrokerMemory['state']> }],
    ['plant/new', {}],
  ];
  const numbers = listNumbers({ all: () => memories as readonly [ObjectKey, BrokerMemory][] });
  const rows = (name: string) => [...(numbers.find((one) => one.name === name)?.read() ?? [])];

  it('say when each of them ends', () => {
    assert.deepEqual(
      rows('mqttsec_revocation_list_end_timestamp_seconds').map(({ labels, value }) => [labels['ca'], value]),
      [
        ['own', start.getTime() / 1000],
        ['other', start.getTime() / 1000],
      ],
    );
  });

  it('say how long those are that we sign', () => {
    const labels = { namespace: 'plant', broker: 'main', ca: 'own' };
    assert.deepEqual(rows('mqttsec_revocation_list_entries'), [{ labels, value: 2 }]);
  });
});

describe('metrics of notices', () => {
  it('count who is asked for what, and who lets it wait', () => {
    const notice = (action: LineageNotice['action'], hours: number) => {
      const since = new Date(start.getTime() - hours * 3_600_000);
      return { action, since, by: new Date(since.getTime() + 8 * 3_600_000) } as LineageNotice;
    };
    const notices = [notice('Fetch', 1), notice('Fetch', 2), notice('Fetch', 5), notice('Renew', 4)];
    const memory = { state: { compiled: { notices } } } as unknown as BrokerMemory;
    const brokers = { all: () => [['plant/main', memory]] as const };
    const rows = noticeNumbers(brokers, { now: () => start }).flatMap(({ read }) => [...read()]);
    assert.deepEqual(
      rows.map(({ labels, value }) => [labels['broker'], labels['action'], labels['overdue'], value]),
      [
        ['main', 'Renew', 'false', 0],
        ['main', 'Renew', 'true', 1],
        ['main', 'Fetch', 'false', 2],
        ['main', 'Fetch', 'true', 1],
      ],
    );
  });
});
