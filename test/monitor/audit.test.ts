import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { auditLine } from '../../src/monitor/audit.ts';
import { brokerEvent } from '../../src/monitor/line.ts';
import type { Notice } from '../../src/monitor/notice.ts';
import { shownText } from '../../src/monitor/text.ts';
import { createMonitor } from '../../src/monitor/watch.ts';

const at = new Date('2026-01-01T00:00:00.250Z');
const schemaFile = path.join(import.meta.dirname, '../../schemas/audit-event.json');
const time = (text: string) => new Date(text).toJSON() === text;
const isAuditEvent = new Ajv({ strict: true, allErrors: true, formats: { 'date-time': time } }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')) as object,
);

function eventOf(line: string): Record<string, unknown> {
  assert.match(line, /^[ -~]*$/, 'plain ASCII without an end of line');
  const event = JSON.parse(line) as Record<string, unknown>;
  assert.ok(isAuditEvent(event), JSON.stringify(isAuditEvent.errors));
  return event;
}

describe('monitor/audit', () => {
  it('is one line of JSON', () => {
    const notice: Notice = { kind: 'LockedOut', identity: 'd1', count: 1, at, reason: 'PublishDenied', until: at };
    assert.equal(
      auditLine(notice, { broker: 'plant/line-1', instance: 'line-1-0' }),
      '{"version":1,"time":"2026-01-01T00:00:00.250Z","event":"LockedOut","broker":"plant/line-1","instance":"line-1-0",' +
        '"identity":"d1","count":1,"reason":"PublishDenied","until":"2026-01-01T00:00:00.250Z"}',
    );
  });

  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.constantFrom(
      '"}\n{"event":"Released"',
      '\u2028\u2029\r\u0085',
      '\u001b[2J',
      '\u202egnp',
      '\ud800',
      '\ufeff\u200b',
    ),
  );

  it('is one line that fits its schema, whatever a refused client calls itself, and tells of it as far as it can be shown', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('2.0' as const, '2.1' as const), (text, dialect) => {
        const name = text.replaceAll('\n', '');
        const monitor = createMonitor({
          isListed: () => true,
          rules: { AuthenticationFailed: { threshold: 1, windowSeconds: 60 } },
        });
        const end = dialect === '2.0' ? ' disconnected, not authorised.' : ' [h:1] disconnected: not authorised.';
        const notices = monitor.note(brokerEvent(`Client ${name}${end}`, dialect), at);
        const [event, ...others] = notices.map((notice) => eventOf(auditLine(notice)));
        assert.deepEqual([event?.['event'], event?.['identity'], others], ['AuthenticationFailed', undefined, []]);
        if (/^[a-z]{1,64}$/.test(name)) assert.equal(event?.['claimed'], name);
      }),
    );
  });

  it('is one line that fits its schema, whatever topic is denied', () => {
    fc.assert(
      fc.property(hostile, (topic) => {
        const monitor = createMonitor({
          isListed: () => true,
          rules: { PublishDenied: { threshold: 1, windowSeconds: 60 } },
        });
        const line = `Denied PUBLISH from d1 (d0, q1, r0, m1, '${topic.replaceAll('\n', '')}', ... (1 bytes))`;
        const [event] = monitor.note(brokerEvent(line, '2.0'), at).map((notice) => eventOf(auditLine(notice)));
        assert.deepEqual([event?.['event'], event?.['identity']], ['PublishDenied', 'd1']);
      }),
    );
  });

  for (const [text, most, shown] of [
    ['sensor-1 ü', 10, 'sensor-1 ü'],
    ['a\nb\u001bc', 10, 'a\ufffdb\ufffdc'],
    ['\u202eabc', 10, '\ufffdabc'],
    ['\ud800x', 10, '\ufffdx'],
    ['😀😀😀', 2, '😀😀'],
    ['abcd', 2, 'ab'],
  ] as const) {
    it(`shows ${JSON.stringify(text)} as ${JSON.stringify(shown)}`, () => assert.equal(shownText(text, most), shown));
  }
});
