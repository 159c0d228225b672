import assert from 'node:assert/strict';
import { publishedPasswords, seenIndex } from '../../../src/controllers/authorization/published-passwords.ts';
import { passwordHash, passwordLine } from '../../../src/domain/broker/passwords.ts';
import { chunkOf, contentOf } from '../../../src/domain/bundle/chunks.ts';
import { partNames } from '../../../src/domain/bundle/content.ts';
import { indexName, indexText } from '../../../src/domain/bundle/index-text.ts';
import { ofParts } from '../../../src/domain/bundle/set.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { MemoryApi, refusal } from '../../kube/memory-api.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';
import { fakeReflector } from '../fake-world.ts';

const broker = 'plant/main';
const uid = 'uid-of-main';
const maxAgeMilliseconds = 60_000;
const hashOf = (password: string) => passwordHash(password, Buffer.alloc(12, 1));
const lineOf = (identity: string, password = identity) => passwordLine(identity, hashOf(password));
const known = (password: string) => ({ kind: 'Hash', hash: hashOf(password) });
const stale = { kind: 'Stale' };

async function stand() {
  const api = new MemoryApi();
  const clock = new VirtualClock();
  const index = fakeReflector(seenIndex);
  const problems: string[] = [];
  const stop = new AbortController();
  let held: Promise<unknown> = Promise.resolve();
  const get: typeof api.client.get = async (...call) => {
    await held;
    return api.client.get(...call);
  };
  const passwords = publishedPasswords({
    ...{
      client: { ...api.client, get } as KubeClient,
      broker,
      index,
      clock,
      random: { next: () => 0 },
      maxAgeMilliseconds,
    },
    monotonic: clock.monotonic,
    onProblem: (error) => void problems.push(String(error)),
  });
  let revision = 0;

  function putSecret(number: number, text: string, key = chunkOf(text).hash): void {
    const metadata = { namespace: 'plant', name: `main-passwords-0${String(number)}` };
    const data = { [key]: Buffer.from(text).toString('base64') };
    api.put({ apiVersion: 'v1', kind: 'Secret', metadata, data } as KubeObject);
  }

  /** An index that names these chunks, one for each text. */
  function putIndex(texts: readonly string[], { owner = uid, named = broker } = {}): void {
    revision += 1;
    const content = contentOf(ofParts(partNames, (part) => (part === 'passwords' ? texts.map(chunkOf) : [])));
    const parts = ofParts(partNames, (part) => content.parts[part].map(({ hash }) => hash));
    const text = indexText({ broker: named, revision, hash: content.hash, parts });
    putIndexText(text, owner);
  }

  function putIndexText(text: string, owner = uid): void {
    const reference = { apiVersion: 'v1', kind: 'MqttBroker', name: 'main', uid: owner, controller: true };
    const metadata = { namespace: 'plant', name: 'main-bundle', ownerReferences: [reference] };
    index.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [indexName]: text } });
  }

  async function publish(...texts: readonly string[]): Promise<void> {
    for (const [number, text] of texts.entries()) putSecret(number, text);
    putIndex(texts);
    await clock.advance(0);
  }

  /** Has every read wait until what it gives is called. */
  function hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    held = promise;
    return () => resolve(undefined);
  }

  const reads = () => api.calls.splice(0).map(({ key }) => key);
  await passwords.follow(stop.signal);
  const of = (identity: string, of = uid) => passwords.passwordOf(identity, of);
  return { api, clock, index, problems, stop, publish, putSecret, putIndex, putIndexText, reads, of, hold };
}

describe('published passwords', () => {
  it('are those of the present index, of this very broker', async () => {
    const { publish, of, problems } = await stand();
    assert.equal(of('a'), undefined);
    await publish(lineOf('a') + lineOf('b'), lineOf('c'));
    assert.deepEqual([of('a'), of('b'), of('c'), of('d')], [known('a'), known('b'), known('c'), undefined]);
    assert.equal(of('a', 'another'), undefined);
    await publish(lineOf('a', 'new'));
    assert.deepEqual([of('a'), of('b')], [known('new'), undefined]);
    assert.deepEqual(problems, []);
  });

  it('are gone with the index', async () => {
    const { publish, of, index, clock } = await stand();
    await publish(lineOf('a'));
    index.remove('plant', 'main-bundle');
    await clock.advance(0);
    assert.equal(of('a'), undefined);
  });

  it('are read where they changed, and nowhere else', async () => {
    const { publish, reads } = await stand();
    await publish(lineOf('a'), lineOf('b'));
    assert.deepEqual(reads(), ['plant/main-passwords-00', 'plant/main-passwords-01']);
    await publish(lineOf('a'), lineOf('c'));
    assert.deepEqual(reads(), ['plant/main-passwords-01']);
    await publish(lineOf('a'), lineOf('c'));
    assert.deepEqual(reads(), []);
  });

  type Stand = Awaited<ReturnType<typeof stand>>;
  const faults: readonly (readonly [string, (stand: Stand) => void, RegExp])[] = [
    [
      'a Secret may not be read',
      ({ api, putIndex }) => {
        api.fault = () => refusal(403, 'Forbidden');
        putIndex([lineOf('a', 'new')]);
      },
      /Forbidden/,
    ],
    ['a Secret is missing', ({ putIndex }) => putIndex([lineOf('a'), lineOf('b')]), /NotFound/],
    [
      'a Secret does not hold what the index names',
      ({ putIndex }) => putIndex([lineOf('a', 'new')]),
      /it does not hold/,
    ],
    [
      'a text is another than its key says',
      ({ putIndex, putSecret }) => {
        putSecret(0, lineOf('a', 'forged'), chunkOf(lineOf('a', 'new')).hash);
        putIndex([lineOf('a', 'new')]);
      },
      /it does not hold/,
    ],
    [
      'a text holds no lines',
      ({ putIndex, putSecret }) => {
        putSecret(0, 'a');
        putIndex(['a']);
      },
      /does not end/,
    ],
    ['the index is of another broker', ({ putIndex }) => putIndex([], { named: 'plant/other' }), /not the index of/],
    ['the index is no index', ({ putIndexText }) => putIndexText('{'), /no JSON/],
  ];
  for (const [what, begin, problem] of faults) {
    it(`are as they were while ${what}, then stale, and new when that is over`, async () => {
      const one = await stand();
      const { publish, of, clock, api, problems } = one;
      await publish(lineOf('a'));
      begin(one);
      await clock.advance(maxAgeMilliseconds - 1);
      assert.deepEqual(of('a'), known('a'));
      assert.match(problems[0] ?? '', problem);
      await clock.advance(2);
      assert.deepEqual(of('a'), stale);
      api.fault = () => 'None';
      await publish(lineOf('a', 'newer'));
      assert.deepEqual(of('a'), known('newer'));
    });
  }

  it('are stale at the same time where a Secret is not refused but waited for', async () => {
    const { publish, of, clock, hold } = await stand();
    await publish(lineOf('a'));
    const go = hold();
    await publish(lineOf('a', 'new'));
    await clock.advance(maxAgeMilliseconds);
    assert.deepEqual(of('a'), known('a'));
    await clock.advance(1);
    assert.deepEqual(of('a'), stale);
    go();
    await clock.advance(0);
    assert.deepEqual(of('a'), known('new'));
  });

  it('are tried again by themselves, at a rate that does not grow with the number of changes', async () => {
    const { publish, of, clock, api, reads } = await stand();
    api.fault = () => refusal(403, 'Forbidden');
    for (let change = 0; change < 50; change += 1) await publish(lineOf('a', String(change)));
    await clock.advance(120_000);
    reads();
    await clock.advance(60_000);
    assert.ok(reads().length <= 8, 'once in 7.5 to 15 s');
    api.fault = () => 'None';
    await clock.advance(15_000);
    assert.deepEqual(of('a'), known('49'));
  });

  it('are not read any more after the end', async () => {
    const { publish, stop, reads, of } = await stand();
    await publish(lineOf('a'));
    reads();
    stop.abort();
    await publish(lineOf('a', 'new'));
    assert.deepEqual(reads(), []);
    assert.deepEqual(of('a'), known('a'));
  });
});
