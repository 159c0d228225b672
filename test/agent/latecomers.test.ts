import assert from 'node:assert/strict';
import type { Admission } from '../../src/agent/kick.ts';
import { latecomers as latecomersOf } from '../../src/agent/latecomers.ts';
import { brokerEvent } from '../../src/monitor/line.ts';

const now = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-06-01T00:00:00Z');

function admission(reason: 'KeyCompromise' | 'CertificateHold' = 'KeyCompromise', notAfter = later): Admission {
  const listed = (identity: string, authentication: 'Certificate' | 'Password' = 'Certificate') =>
    [identity, { identity, authentication, rulesHash: 'r', credentialHash: 'c', until: undefined }] as const;
  const entry = (identity: string) => ({ caKeyId: 'ca', serial: '1', identity, notAfter, reason, at: now });
  return {
    identities: new Map([listed('renewed'), listed('good'), listed('moved', 'Password')]),
    revocations: ['renewed', 'gone', 'moved'].map(entry),
  };
}

/** Fed with lines, as they are read for it. */
function latecomers(onLate: () => void) {
  const late = latecomersOf(onLate);
  return { ...late, note: (line: string) => late.note(brokerEvent(line, '2.0')) };
}

const accepted = (address: string) => `1795420035: New connection from ${address} on port 8883.`;
const entered = (address: string, identity: string, protocol = 'p5, c1, k30') =>
  `1795420035: New client connected from ${address} as ${identity} (${protocol}, u'${identity}').`;
const reload = '1795420035: Reloading config.';

const cases: readonly [what: string, lines: readonly string[], found: readonly string[]][] = [
  ['one who connected after the reload', [reload, accepted('h:1'), entered('h:1', 'renewed')], []],
  ['one who was let in before it', [accepted('h:1'), entered('h:1', 'renewed'), reload], []],
  ['one who waited', [accepted('h:1'), reload, entered('h:1', 'renewed')], ['renewed']],
  ['one who waited, of MQTT 3.1.1', [accepted('h:1'), reload, entered('h:1', 'gone', 'p2, c0, k60')], ['gone']],
  ['one who waited over two reloads', [accepted('h:1'), reload, reload, entered('h:1', 'renewed')], ['renewed']],
  ['one who waited and has nothing revoked', [accepted('h:1'), reload, entered('h:1', 'good')], []],
  ['one who waited and is not listed', [accepted('h:1'), reload, entered('h:1', 'stranger')], ['stranger']],
  ['one who waited and has a password now', [accepted('h:1'), reload, entered('h:1', 'moved')], ['moved']],
  ['another connection from the address', [accepted('h:1'), reload, accepted('h:1'), entered('h:1', 'renewed')], []],
  ['one of whom it is not known', [entered('h:1', 'renewed')], ['renewed']],
  ['one of whom it is not known, with a password', [entered('h:1', 'moved')], []],
  ['the agent itself', [accepted('/s:0'), reload, entered('/s:0', 'mqttsec-agent-1')], []],
];

describe('latecomers', () => {
  for (const [what, lines, found] of cases) {
    it(`${what}: ${found.join(', ') || 'nobody'}`, () => {
      const late = latecomers(() => undefined);
      for (const line of lines) late.note(line);
      assert.deepEqual([...late.among(admission(), now)], found);
    });
  }

  for (const [what, facts] of [
    ['on hold only', admission('CertificateHold')],
    ['revoked and past its end', admission('KeyCompromise', now)],
  ] as const) {
    it(`are none where the certificate is ${what}`, () => {
      const late = latecomers(() => undefined);
      for (const line of [accepted('h:1'), reload, entered('h:1', 'renewed')]) late.note(line);
      assert.deepEqual([...late.among(facts, now)], []);
    });
  }

  it('are told of once, and again when they come again', () => {
    let told = 0;
    const late = latecomers(() => (told += 1));
    for (const address of ['h:1', 'h:2']) late.note(accepted(address));
    late.note(reload);
    late.note(entered('h:1', 'renewed'));
    late.settle(late.among(admission(), now));
    assert.deepEqual([told, [...late.among(admission(), now)]], [1, []]);
    late.note(entered('h:2', 'renewed'));
    assert.deepEqual([told, [...late.among(admission(), now)]], [2, ['renewed']]);
  });

  it('are not hidden by very many other connections', () => {
    const late = latecomers(() => undefined);
    late.note(accepted('h:1'));
    late.note(reload);
    for (let i = 0; i < 70_000; i += 1) late.note(accepted(`x:${i}`));
    late.note(entered('h:1', 'renewed'));
    assert.deepEqual([...late.among(admission(), now)], ['renewed']);
  });
});
