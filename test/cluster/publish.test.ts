/** Sets in ConfigMaps and Secrets of a real API server: whole at every moment, mended, taken up where a run was cut off. */
import assert from 'node:assert/strict';
import { type ConfigMapObject, configMaps, mqttBrokers, type SecretObject, secrets } from '../../src/api/kinds.ts';
import { managedSelector } from '../../src/api/labels.ts';
import type { PublishResult, Publisher } from '../../src/controllers/bundle/published.ts';
import { createPublisher } from '../../src/controllers/bundle/publisher.ts';
import { bundleSite, ledgerSite, type SetSite } from '../../src/controllers/bundle/site.ts';
import { metaOf } from '../../src/controllers/declared.ts';
import { createWorld, type World } from '../../src/controllers/world.ts';
import { chunkOf, contentOf } from '../../src/domain/bundle/chunks.ts';
import { type PartName, partNames } from '../../src/domain/bundle/content.ts';
import { indexName } from '../../src/domain/bundle/index-text.ts';
import { ledgerParts } from '../../src/domain/bundle/objects.ts';
import { type SetContent, type SetIndex, setOf } from '../../src/domain/bundle/set.ts';
import { sha256 } from '../../src/domain/hash.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { isConflict } from '../../src/kube/errors.ts';
import { completeList } from '../../src/kube/list.ts';
import { realClock, realRandom, testClient } from './client.ts';
import { until } from './component.ts';
import { administrator } from './control-plane.ts';
import { sharedControlPlane } from './shared.ts';

const namespace = 'publishing';

/** Content with these texts of chunks; of parts that are not named one chunk that is always the same. */
function contentWith(texts: Partial<Record<PartName, readonly string[]>>): SetContent<PartName> {
  const chunks = (part: PartName) => (texts[part] ?? [`${part} as ever\n`]).map(chunkOf);
  return contentOf(Object.fromEntries(partNames.map((part) => [part, chunks(part)])) as Record<PartName, never>);
}

const first = contentWith({ acl: ['general\n', 'user a\n', 'user b\n'], passwords: ['a:1\n'] });
const second = contentWith({ acl: ['general\n', 'user a changed\n', 'user b\n'], passwords: ['a:2\n'] });
/** Two chunks fewer than `first`, one of them of a part that is cut by offset. */
const smaller = contentWith({ acl: ['general\n', 'user a\n'], crl: [] });

/** A process with a mirror of its own. */
interface Process {
  readonly publisher: Publisher;
  readonly world: World;
  stop(): void;
}

class Died extends Error {}

describe('publishing into a cluster', function () {
  this.timeout(120_000);
  let client: KubeClient;
  let site: SetSite<PartName>;
  let brokers = 0;
  const running: Process[] = [];

  before(async () => {
    const plane = await sharedControlPlane();
    ({ client } = testClient(await plane.credentials(administrator), { userAgent: 'publishing' }));
    await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  });

  beforeEach(async () => {
    site = bundleSite(metaOf(await newBroker(`broker-${(brokers += 1)}`)));
  });

  afterEach(() => {
    for (const one of running.splice(0)) one.stop();
  });

  function newBroker(name: string) {
    const spec = {
      mosquitto: { version: '2.0' },
      listeners: [{ name: 'passwords', port: 8884, authentication: 'Password', tls: { enabled: false } }],
      tls: { serverCertificate: { secretRef: { name: 'server' } } },
      workload: { external: { instances: ['one'] } },
    };
    return client.create(mqttBrokers, {
      ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'MqttBroker', metadata: { namespace, name } },
      spec,
    } as never);
  }

  async function newProcess(through: KubeClient = client): Promise<Process> {
    const world = createWorld({ client, clock: realClock, random: realRandom, namespace });
    world.configMaps.start();
    await world.configMaps.ready;
    const publisher = createPublisher({ client: through, configMaps: world.configMaps });
    const made = { publisher, world, stop: () => world.configMaps.stop() };
    running.push(made);
    return made;
  }

  /** The client of a process that dies with its write of this number: before it is sent, or before its answer is heard. */
  function dyingClient(at: number, moment: 'Before' | 'After'): { readonly through: KubeClient; writes: () => number } {
    let writes = 0;
    const guarded = async <R>(write: () => Promise<R>): Promise<R> => {
      writes += 1;
      if (writes > at || (writes === at && moment === 'Before')) throw new Died();
      const answer = await write();
      if (writes >= at) throw new Died();
      return answer;
    };
    const through: KubeClient = {
      ...client,
      create: (type, object, options) => guarded(() => client.create(type, object, options)),
      patchJson: (...words) => guarded(() => client.patchJson(...words)),
      delete: (...words) => guarded(() => client.delete(...words)),
    };
    return { through, writes: () => writes };
  }

  type Data = Readonly<Record<string, string>>;

  async function objects(): Promise<ReadonlyMap<string, Data>> {
    const found = new Map<string, Data>();
    const { prefix } = site.layout;
    const isOfSite = (name: string) => name.startsWith(`${prefix}-`);
    for (const type of [configMaps, secrets]) {
      const begin = () => {
        const items: (ConfigMapObject | SecretObject)[] = [];
        return { items, add: (more: readonly (ConfigMapObject | SecretObject)[]) => void items.push(...more) };
      };
      const { gathered } = await completeList(client, type, { namespace, labelSelector: managedSelector }, begin);
      for (const { metadata, data = {} } of gathered.items) if (isOfSite(metadata.name)) found.set(metadata.name, data);
    }
    return found;
  }

  function published(result: PublishResult<PartName>): { readonly index: SetIndex<PartName>; readonly writes: number } {
    if (result.kind !== 'Published') throw new Error(`publish: ${JSON.stringify(result)}`);
    return result;
  }

  /** The set as a process reads it that knows nothing of before; its texts are verified. */
  async function readBack(of = site): Promise<{ readonly hash: string; readonly revision: number } | string> {
    const { publisher } = await newProcess();
    const read = await publisher.texts(of, partNames);
    return read.kind === 'Published' ? read.index : read.kind;
  }

  async function assertSettled(content: SetContent<PartName>): Promise<void> {
    const { publisher } = await newProcess();
    assert.equal(published(await publisher.publish(site, content, { checkSecrets: true })).writes, 0);
  }

  /** The mirror of the process has all that lies on the server. */
  async function isSeen({ publisher }: Process, index: SetIndex<PartName>): Promise<void> {
    await until(() => publisher.damaged(site, index).length === 0, 'the mirror to have the set');
  }

  it('gives back what was published, and writes nothing a second time', async () => {
    const one = await newProcess();
    const { index, writes } = published(await one.publisher.publish(site, first));
    assert.equal(writes, partNames.length + 3, 'one chunk of each part, two more of the ACL, and the index');
    assert.equal(index.revision, 1);
    const read = await one.publisher.texts(site, ['acl', 'passwords']);
    assert.deepEqual(read.kind === 'Published' && read.texts, {
      acl: 'general\nuser a\nuser b\n',
      passwords: 'a:1\n',
    });
    assert.equal(published(await one.publisher.publish(site, first)).writes, 0);
    await assertSettled(first);
  });

  it('writes of a change its chunks and the index alone, and keeps what readers of the former index need', async () => {
    const one = await newProcess();
    published(await one.publisher.publish(site, first));
    const { index, writes } = published(await one.publisher.publish(site, second));
    assert.equal(writes, 3);
    assert.equal(index.revision, 2);
    const acl = (await objects()).get(`${site.layout.prefix}-acl-01`) ?? {};
    assert.deepEqual(Object.values(acl).sort(), ['user a\n', 'user a changed\n']);
    published(await one.publisher.publish(site, contentWith({ acl: ['general\n', 'user a third\n', 'user b\n'] })));
    const later = (await objects()).get(`${site.layout.prefix}-acl-01`) ?? {};
    assert.deepEqual(Object.values(later).sort(), ['user a changed\n', 'user a third\n']);
  });

  it('deletes objects that a smaller set does not need, also those that a run left behind', async () => {
    const one = await newProcess();
    await isSeen(one, published(await one.publisher.publish(site, first)).index);
    const { through } = dyingClient(2, 'Before');
    const dying = await newProcess(through);
    await assert.rejects(dying.publisher.publish(site, smaller), Died);
    assert.ok((await objects()).has(`${site.layout.prefix}-acl-02`));
    const next = await newProcess();
    published(await next.publisher.publish(site, smaller));
    const names = [...(await objects()).keys()];
    assert.deepEqual(
      names.filter((name) => name.includes('-acl-02') || name.includes('-crl-')),
      [],
    );
    await assertSettled(smaller);
  });

  it('numbers above what anybody has loaded', async () => {
    const { publisher } = await newProcess();
    assert.equal(published(await publisher.publish(site, first, { leastRevision: 41 })).index.revision, 42);
    assert.equal(published(await publisher.publish(site, first, { leastRevision: 42 })).index.revision, 42);
    assert.equal(published(await publisher.publish(site, first, { leastRevision: 50 })).index.revision, 51);
  });

  describe('mends', () => {
    const damages: readonly {
      readonly what: string;
      readonly harm: () => Promise<unknown>;
      readonly writes: number;
      readonly revision: number;
    }[] = [
      {
        what: 'a chunk with another text',
        harm: () => patched('acl-01', [{ op: 'add', path: `/data/${sha256('user a\n')}`, value: 'user a\ntopic #\n' }]),
        ...{ writes: 1, revision: 1 },
      },
      {
        what: 'a chunk without texts',
        harm: () => patched('ca-00', [{ op: 'remove', path: '/data' }]),
        writes: 1,
        revision: 1,
      },
      {
        what: 'a chunk that was deleted',
        harm: () => client.delete(configMaps, namespace, named('acl-02')),
        writes: 1,
        revision: 1,
      },
      {
        what: 'a chunk that lost its labels',
        harm: () => patched('acl-00', [{ op: 'remove', path: '/metadata/labels' }]),
        ...{ writes: 1, revision: 1 },
      },
      {
        what: 'an index that lost its labels',
        harm: () => patched('bundle', [{ op: 'remove', path: '/metadata/labels' }]),
        ...{ writes: 1, revision: 1 },
      },
      {
        what: 'a Secret with another text',
        harm: () =>
          client.patchJson(secrets, namespace, named('passwords-00'), [
            { op: 'add', path: `/data/${sha256('a:1\n')}`, value: Buffer.from('a:9\n').toString('base64') },
          ]),
        ...{ writes: 1, revision: 1 },
      },
      {
        what: 'a Secret that was deleted',
        harm: () => client.delete(secrets, namespace, named('passwords-00')),
        writes: 1,
        revision: 1,
      },
      {
        what: 'an index that was deleted, with a higher revision',
        harm: () => client.delete(configMaps, namespace, named('bundle')),
        ...{ writes: 1, revision: 8 },
      },
      {
        what: 'an index that is none, with a higher revision',
        harm: () => patched('bundle', [{ op: 'add', path: `/data/${indexName}`, value: '{}' }]),
        ...{ writes: 1, revision: 8 },
      },
    ];
    const named = (rest: string) => `${site.layout.prefix}-${rest}`;
    const patched = (rest: string, operations: Parameters<KubeClient['patchJson']>[3]) =>
      client.patchJson(configMaps, namespace, named(rest), operations);

    for (const { what, harm, writes, revision } of damages) {
      it(what, async () => {
        const former = await newProcess();
        published(await former.publisher.publish(site, first));
        await harm();
        const one = await newProcess();
        // What an instance has loaded is all that is left of a number that was deleted.
        const options = { checkSecrets: true, leastRevision: revision === 1 ? 1 : 7 };
        const result = published(await one.publisher.publish(site, first, options));
        assert.deepEqual({ writes: result.writes, revision: result.index.revision }, { writes, revision });
        assert.deepEqual(await readBack(), result.index);
        await isSeen(one, result.index);
      });
    }

    it('what is harmed while it runs, which the mirror tells', async () => {
      const one = await newProcess();
      const { index } = published(await one.publisher.publish(site, first));
      await isSeen(one, index);
      await client.delete(configMaps, namespace, named('acl-02'));
      await patched('ca-00', [{ op: 'add', path: `/data/${index.parts.ca[0] ?? ''}`, value: 'another CA' }]);
      const harmed = [named('acl-02'), named('ca-00')];
      await until(() => one.publisher.damaged(site, index).length === 2, 'the mirror to tell of two damages');
      assert.deepEqual(one.publisher.damaged(site, index), harmed);
      assert.equal(published(await one.publisher.publish(site, first)).writes, 2);
      assert.deepEqual(await readBack(), index);
    });

    it('keeps the fields of others', async () => {
      const one = await newProcess();
      published(await one.publisher.publish(site, first));
      await patched('acl-01', [{ op: 'add', path: '/data/note', value: 'mine' }]);
      const two = await newProcess();
      published(await two.publisher.publish(site, second));
      assert.equal((await objects()).get(named('acl-01'))?.['note'], 'mine');
    });
  });

  it('touches no object of somebody else, and then writes nothing at all', async () => {
    const name = `${site.layout.prefix}-passwords-00`;
    await client.create(secrets, {
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name, labels: site.labels } },
      stringData: { theirs: 'x' },
    } as never);
    const { publisher } = await newProcess();
    const result = await publisher.publish(site, first);
    assert.deepEqual(result, { kind: 'NotOurs', object: `Secret ${namespace}/${name}` });
    assert.deepEqual([...(await objects()).keys()], [name]);
  });

  it('keeps beside an index the text that was written with it, and no other', async () => {
    const { publisher } = await newProcess();
    const annex = (revision: number) => `of ${revision}\n`;
    const told = async () => {
      const read = await (await newProcess()).publisher.index(site);
      return read.kind === 'Published' ? [read.index.revision, read.annex] : read.kind;
    };
    const beside = async () => {
      const { [indexName]: text, ...others } = (await objects()).get(site.layout.index) ?? {};
      return text === undefined ? 'no index' : Object.keys(others);
    };
    await publisher.publish(site, first, { annex });
    assert.deepEqual(await told(), [1, 'of 1\n']);
    assert.equal(published(await publisher.publish(site, first, { annex: () => 'another\n' })).writes, 0);
    await publisher.publish(site, second, { annex });
    assert.deepEqual([await told(), await beside()], [[2, 'of 2\n'], [sha256('of 2\n')]]);
    const harmed = [{ op: 'add', path: `/data/${sha256('of 2\n')}`, value: 'of 9\n' }] as const;
    await client.patchJson(configMaps, namespace, site.layout.index, harmed, { fieldManager: 'somebody' });
    assert.deepEqual(await told(), [2, undefined]);
    await assertSettled(second);
    await (await newProcess()).publisher.publish(site, first);
    assert.deepEqual([await told(), await beside()], [[3, undefined], []]);
  });

  it('knows an index of somebody else', async () => {
    const name = site.layout.index;
    await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } });
    const { publisher } = await newProcess();
    const foreign = { kind: 'NotOurs', object: `ConfigMap ${namespace}/${name}` };
    assert.deepEqual(await publisher.index(site), foreign);
    assert.deepEqual(await publisher.publish(site, first), foreign);
  });

  it('says which chunk is damaged', async () => {
    const { publisher } = await newProcess();
    published(await publisher.publish(site, first));
    await client.delete(configMaps, namespace, `${site.layout.prefix}-acl-02`);
    const read = await publisher.texts(site, ['acl']);
    assert.match(read.kind === 'Damaged' ? (read.findings[0]?.message ?? '') : read.kind, /^chunk acl\[2\] is missing/);
    const others = await publisher.texts(site, ['crl']);
    assert.equal(others.kind, 'Published');
  });

  for (const moment of ['Before', 'After'] as const) {
    it(`ends in the same state when it dies ${moment.toLowerCase()} any of its writes`, async () => {
      const steps = [first, second, smaller];
      const reference = await stateAfterAll(steps);
      for (let at = 1; ; at += 1) {
        site = bundleSite(metaOf(await newBroker(`broker-${(brokers += 1)}`)));
        const { through, writes } = dyingClient(at, moment);
        let former = 'None';
        let wanted = 'None';
        for (const content of steps) {
          const mortal = await newProcess(through);
          const died = await mortal.publisher.publish(site, content).then(
            () => false,
            (error: unknown) => {
              if (error instanceof Died) return true;
              throw error;
            },
          );
          [former, wanted] = [wanted, content.hash];
          const seen = await readBack();
          assert.ok([former, wanted].includes(typeof seen === 'string' ? seen : seen.hash), `write ${at}: a whole set`);
          if (died) published(await (await newProcess()).publisher.publish(site, content));
          await assertSettled(content);
        }
        assert.deepEqual(await stateOfSite(), reference, `write ${at}`);
        for (const one of running.splice(0)) one.stop();
        if (writes() < at) break;
      }
    });
  }

  async function stateAfterAll(steps: readonly SetContent<PartName>[]) {
    const one = await newProcess();
    for (const content of steps) {
      await isSeen(one, published(await one.publisher.publish(site, content)).index);
    }
    return stateOfSite();
  }

  /** Names without their prefix, and what readers of the present index find. */
  async function stateOfSite() {
    const { prefix } = site.layout;
    const found = [...(await objects())].map(([name, data]) => [
      name.slice(prefix.length + 1),
      Object.entries(data)
        .map(([key, text]) => (key === indexName ? text.replaceAll(prefix, '') : text))
        .sort(),
    ]);
    return found.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  }

  it('refuses a writer who does not know the present index, and the set stays whole', async () => {
    const stale = await newProcess();
    const { index } = published(await stale.publisher.publish(site, first));
    await isSeen(stale, index);
    stale.world.configMaps.stop();
    const leader = await newProcess();
    const newest = published(await leader.publisher.publish(site, second));
    const other = contentWith({ acl: ['general\n', 'user a\n', 'user b changed\n'], passwords: ['a:1\n'] });
    await assert.rejects(stale.publisher.publish(site, other), isConflict);
    assert.deepEqual(await readBack(), newest.index);
    const fresh = await newProcess();
    assert.equal(published(await fresh.publisher.publish(site, other)).index.revision, 3);
  });

  it('keeps ledgers with the same machinery, owned by nobody', async () => {
    const ledger = ledgerSite(namespace, 'ab'.repeat(20));
    const parts = { ledger: [chunkOf('one\n')], holds: [], crl: [chunkOf('-----BEGIN X509 CRL-----\n')] };
    const content = setOf(ledgerParts, parts);
    const one = await newProcess();
    assert.equal((await one.publisher.index(ledger)).kind, 'None');
    assert.equal((await one.publisher.publish(ledger, content)).kind, 'Published');
    const read = await (await newProcess()).publisher.texts(ledger, ledgerParts);
    assert.deepEqual(read.kind === 'Published' && read.texts, {
      ledger: 'one\n',
      holds: '',
      crl: '-----BEGIN X509 CRL-----\n',
    });
    const index = await client.get(configMaps, namespace, ledger.layout.index);
    assert.equal(index.metadata.ownerReferences, undefined);
  });
});
