import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { WatchRule } from '../../src/domain/fleet.ts';
import {
  createObserver,
  mostTopicsOfIdentity,
  type Observer,
  type ObserverSettings,
} from '../../src/monitor/observe.ts';
import { watchSettings } from '../../src/monitor/rules.ts';

const begin = Date.UTC(2026, 0, 1);
const at = (seconds: number) => new Date(begin + 1_000 * seconds);
const learnSeconds = 600;
const listed = new Set(['a', 'b', '__proto__', 'mqttsec-agent-1']);
const newObserver = (changes: Partial<ObserverSettings> = {}): Observer =>
  createObserver({ isListed: (identity) => listed.has(identity), learnSeconds, ...changes });

/** What one message on each of these topics leads to, one second after another. */
function told(
  observer: Observer,
  from: number,
  ...messages: readonly (string | readonly [string, number])[]
): readonly string[] {
  return messages.flatMap((message, index) => {
    const [topic, bytes] = typeof message === 'string' ? [message, 10] : message;
    const notices = observer.note({ topic, bytes }, at(from + index));
    return notices.map(
      ({ kind, identity, topic: shown, count }) => `${kind} ${String(identity)} ${String(shown)} ${count}`,
    );
  });
}
const topicsOf = (observer: Observer) => Object.fromEntries(observer.habits().topics);

describe('what a fleet publishes', () => {
  it('is learned for a while, and then a new topic is told of the identity that it names', () => {
    const observer = newObserver();
    assert.deepEqual(told(observer, 0, 'x/a/state', 'x/a/battery', 'x/b/state'), []);
    assert.deepEqual(told(observer, learnSeconds + 5, 'x/a/state', 'x/a/battery', 'x/b/state'), []);
    assert.deepEqual(told(observer, learnSeconds + 10, 'x/a/admin', 'x/a/admin'), ['TopicUnseen a x/a/admin 1']);
    assert.deepEqual(told(observer, learnSeconds + 99, 'x/b/admin'), ['TopicUnseen b x/b/admin 1']);
  });

  it('is learned of each identity from its first message on: neither a restart nor a new device raises an alarm', () => {
    const observer = newObserver();
    assert.deepEqual(told(observer, 0, 'x/a/state'), []);
    assert.deepEqual(told(observer, 10 * learnSeconds, 'x/b/state', 'x/b/battery'), []);
    const next = newObserver();
    next.restore(observer.habits(), at(20 * learnSeconds));
    assert.deepEqual(told(next, 20 * learnSeconds, 'x/a/state', 'x/a/new'), []);
    assert.deepEqual(told(next, 21 * learnSeconds + 9, 'x/a/state', 'x/b/battery', 'x/a/newer'), [
      'TopicUnseen a x/a/newer 1',
    ]);
  });

  it('is told once a minute of each identity, with how many there were', () => {
    const observer = newObserver();
    told(observer, 0, 'a/x');
    const many = Array.from({ length: 20 }, (_, index) => `a/new/${index}`);
    assert.deepEqual(told(observer, learnSeconds, ...many), ['TopicUnseen a a/new/0 1']);
    assert.deepEqual(observer.tick(at(learnSeconds + 59)), []);
    assert.deepEqual(
      observer.tick(at(learnSeconds + 61)).map(({ kind, topic, count }) => [kind, topic, count]),
      [['TopicUnseen', 'a/new/19', 19]],
    );
  });

  it('is told by the rules for the role of the identity, also by others later on, which forget nothing that was learned', () => {
    const rules: readonly WatchRule[] = [
      { event: 'TopicUnseen', role: 'Any', alert: 'Enabled', threshold: 3, windowSeconds: 20 },
      { event: 'TopicUnseen', role: 'Backend', alert: 'Disabled' },
      { event: 'SizeUnusual', role: 'Any', alert: 'Disabled' },
    ];
    const book = (own: readonly WatchRule[]) =>
      watchSettings(own, (identity) => (identity === 'b' ? 'Backend' : 'Device'));
    const observer = newObserver({ rules: book(rules) });
    told(observer, 0, 'a/x', 'b/x');
    const later = learnSeconds + 9;
    assert.deepEqual(told(observer, later, 'a/1', 'a/2', 'b/1', 'b/2', 'b/3', ['a/x', 9_000]), []);
    assert.deepEqual(told(observer, later + 40, 'a/4', 'a/5', 'a/6', 'a/7'), ['TopicUnseen a a/6 3']);
    assert.deepEqual(
      observer.tick(at(later + 63)).map(({ kind, count }) => [kind, count]),
      [['TopicUnseen', 1]],
    );
    observer.follow(book([]));
    assert.deepEqual(told(observer, later + 70, 'a/7', 'b/3', 'b/4'), ['TopicUnseen b b/4 1']);
  });

  it('is large when it is more than four times as large as any before of that identity, and over 1 KiB', () => {
    const observer = newObserver();
    told(observer, 0, ['a/x', 300], ['b/x', 100]);
    const later = learnSeconds + 100;
    assert.deepEqual(told(observer, later, ['a/x', 1_200], ['b/x', 1_024]), []);
    assert.deepEqual(told(observer, later + 10, ['a/x', 4_800]), []);
    assert.deepEqual(told(observer, later + 20, ['a/x', 19_201]), ['SizeUnusual a a/x 1']);
    assert.deepEqual(told(observer, later + 100, ['a/x', 19_201], ['b/x', 4_097]), ['SizeUnusual b b/x 1']);
  });

  it('counts for the first level that is an identity of a device, and for nobody where none is', () => {
    const observer = newObserver();
    const deep = `${'l/'.repeat(16)}a`;
    told(observer, 0, 'x/a/b', 'groups/x', '__proto__/y', 'mqttsec-agent-1/z', deep, '');
    assert.deepEqual(topicsOf(observer), {
      a: ['x/{device}/b'],
      ['__proto__']: ['{device}/y'],
      '': ['groups/x', 'mqttsec-agent-1/z', deep, ''],
    });
    assert.deepEqual(told(observer, learnSeconds + 99, 'groups/new'), []);
  });

  it('is shown without what could act upon whoever reads it', () => {
    const observer = newObserver();
    told(observer, 0, 'a/x');
    assert.deepEqual(told(observer, learnSeconds, `a/\u001b]0;${'x'.repeat(500)}`), [
      `TopicUnseen a a/\ufffd]0;${'x'.repeat(250)} 1`,
    ]);
  });

  it('of too many topics of one identity is no habit any more, and nothing is told of them', () => {
    const observer = newObserver();
    told(observer, 0, ...Array.from({ length: mostTopicsOfIdentity + 1 }, (_, index) => `a/${index}`));
    assert.deepEqual(told(observer, learnSeconds + 99, 'a/another'), []);
    assert.deepEqual([topicsOf(observer), observer.habits().isComplete], [{ a: ['#'] }, true]);
  });

  it('is not complete when a topic was cut, or left out, or an identity forgotten', () => {
    const long = `a/${'x'.repeat(300)}`;
    const rows: readonly (readonly [Partial<ObserverSettings>, readonly string[], readonly string[]])[] = [
      [{}, [long], [`{device}/${'x'.repeat(247)}`]],
      [{ mostTopics: 2 }, ['a/1', 'a/2', 'a/3'], ['{device}/1', '{device}/2']],
      [{ mostIdentities: 2 }, ['b/1', '__proto__/1', 'a/1'], ['{device}/1']],
    ];
    for (const [changes, messages, known] of rows) {
      const observer = newObserver(changes);
      told(observer, 0, ...messages);
      assert.deepEqual([observer.habits().topics.get('a'), observer.habits().isComplete], [known, false]);
    }
  });

  const message = fc.record({
    topic: fc.oneof(
      fc.tuple(fc.constantFrom('a', 'b', 'd1', 'd2', 'nobody'), fc.nat(200)).map(([name, n]) => `${name}/${n}`),
      fc.string({ maxLength: 400, size: 'max' }),
    ),
    bytes: fc.nat(1_000_000),
    seconds: fc.integer({ min: -30, max: 300 }),
  });

  it('takes bounded memory whatever is published, and says when it left something out', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 300, size: 'max' }), (messages) => {
        const observer = createObserver({
          isListed: (name) => /^(a|b|d\d)$/.test(name),
          mostIdentities: 4,
          mostTopics: 20,
        });
        const seen = new Map<string, Set<string>>();
        let now = begin;
        for (const { topic, bytes, seconds } of messages) {
          now += 1_000 * seconds;
          const notices = observer.note({ topic, bytes }, new Date(now));
          assert.ok(notices.every((notice) => (notice.topic?.length ?? 0) <= 256));
          const name =
            topic
              .split('/')
              .slice(0, 16)
              .find((level) => /^(a|b|d\d)$/.test(level)) ?? '';
          seen.set(name, (seen.get(name) ?? new Set()).add(topic));
        }
        const { topics, isComplete } = observer.habits();
        const known = [...topics.values()].flat();
        assert.ok(topics.size <= 4 && new Set(known).size <= 21 && known.every((topic) => topic.length <= 256));
        for (const of of topics.values()) assert.ok(of.length <= mostTopicsOfIdentity);
        const counts = observer.counts();
        assert.deepEqual([counts.messages, isComplete], [messages.length, counts.forgotten === 0]);
        if (!isComplete) return;
        for (const [name, all] of seen) {
          const shown = (topics.get(name) ?? []).map((topic) => topic.replace('{device}', name));
          if (shown[0] !== '#') assert.deepEqual(new Set(shown), all);
        }
      }),
    );
  });
});
