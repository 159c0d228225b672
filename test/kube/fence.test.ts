import assert from 'node:assert/strict';
import { fencedClient } from '../../src/kube/fence.ts';
import { LostLeadership } from '../../src/kube/lease.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import {
  configMap,
  configMaps,
  json,
  type ScriptedServer,
  scriptedServer,
  silence,
  status,
} from './scripted-server.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

/** A term that ends when told so; the timer that would notice it may come later. */
class ScriptedTerm {
  isOver = false;
  readonly #lost = new AbortController();
  readonly lost = this.#lost.signal;

  fence(): void {
    if (this.isOver) throw new LostLeadership('hold lease: over');
  }

  noticed(): void {
    this.#lost.abort(new LostLeadership('hold lease: noticed'));
  }
}

type Write = (client: KubeClient, signal?: AbortSignal) => Promise<unknown>;

const object = configMap('one', '1');
const forced = { fieldManager: 'test', force: true };
const writes: Readonly<Record<string, Write>> = {
  apply: (client, signal) => client.apply(configMaps, object, { ...forced, ...(signal && { signal }) }),
  applyStatus: (client) => client.applyStatus(configMaps, object, forced),
  patchJson: (client) => client.patchJson(configMaps, 'plant', 'one', []),
  create: (client) => client.create(configMaps, object),
  delete: (client) => client.delete(configMaps, 'plant', 'one'),
};

describe('fenced client', () => {
  const clock = new VirtualClock();
  let server: ScriptedServer;
  let term: ScriptedTerm;
  let client: KubeClient;

  beforeEach(async () => {
    server = await scriptedServer({ clock });
    term = new ScriptedTerm();
    client = fencedClient(server.client, term);
  });

  afterEach(() => server.close());

  for (const [name, write] of Object.entries(writes)) {
    it(`lets ${name} pass during the term, and refuses it afterwards before anything is sent`, async () => {
      server.answers(json(200, object));
      await write(client);
      term.isOver = true;
      await assert.rejects(write(client), LostLeadership);
      assert.equal(server.asked.length, 1);
    });

    it(`ends ${name} that is under way when the term ends`, async () => {
      server.answers(silence);
      const writing = assert.rejects(write(client), /hold lease: noticed/);
      while (server.asked.length === 0) await settled();
      term.noticed();
      await writing;
    });

    it(`refuses ${name} that waited through the end of the term for another try`, async () => {
      server.answers(json(429, status(429, 'TooManyRequests'), { 'retry-after': '10' }));
      const writing = assert.rejects(write(client), /hold lease: over/);
      while (clock.sleeping === 0) await settled();
      term.isOver = true;
      await clock.advance(20_000);
      await writing;
      assert.equal(server.asked.length, 1);
    });

    it(`refuses ${name} whose connection was only made when the term was over`, async () => {
      const writing = assert.rejects(write(client), /hold lease: over/);
      term.isOver = true; // before the event loop could connect
      await writing;
      await settled();
      assert.equal(server.asked.length, 0);
    });
  }

  it('has every write of the client in this table', () => {
    const reads = ['get', 'list', 'watch'];
    assert.deepEqual(
      Object.keys(client)
        .filter((name) => !reads.includes(name))
        .sort(),
      Object.keys(writes).sort(),
    );
    assert.deepEqual(Object.keys(client).sort(), Object.keys(server.client).sort());
  });

  it('lets reads pass at any time', async () => {
    term.isOver = true;
    server.answers(json(200, object));
    assert.equal((await client.get(configMaps, 'plant', 'one')).metadata.name, 'one');
  });

  it('keeps the signal of the caller', async () => {
    server.answers(silence);
    const own = new AbortController();
    const writing = assert.rejects(writes['apply']!(client, own.signal), /enough/);
    while (server.asked.length === 0) await settled();
    own.abort(new Error('enough'));
    await writing;
  });
});
