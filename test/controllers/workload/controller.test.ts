import assert from 'node:assert/strict';
import { brokerLabel, bundleHashAnnotation, managedBy, managedByLabel } from '../../../src/api/labels.ts';
import { expectedInstances } from '../../../src/controllers/workload/expected.ts';
import { enforcedHash } from '../../../src/domain/bundle/chunks.ts';
import { ofParts } from '../../../src/domain/bundle/set.ts';
import { partNames } from '../../../src/domain/bundle/content.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { Killed, type MemoryWrite } from '../memory-cluster.ts';
import { brokerObject, key, managed, ofSet, textOf, WorkloadSite } from './site.ts';

const allChildren = [
  'apply Certificate main-server',
  'apply ServiceAccount main-agent',
  'apply Role main-agent',
  'apply RoleBinding main-agent',
  'apply Service main-pods',
  'apply Service main',
  'apply PodDisruptionBudget main',
  'apply StatefulSet main',
];

const emptyParts = ofParts(partNames, () => []);

function started(workload: object | undefined = managed, spec: object = {}): WorkloadSite {
  const site = new WorkloadSite();
  site.cluster.put(brokerObject(workload, spec));
  return site;
}

function secret(labels: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'main-server-tls', namespace: 'plant', labels } };
}

describe('workload of a broker', () => {
  it('is made in an order in which the pods come last, and then left alone, by the next process too', async () => {
    const site = started();
    assert.deepEqual((await site.pass()).map(textOf), allChildren);
    assert.deepEqual(await site.pass(), []);
    site.restart();
    assert.deepEqual(await site.pass(), []);
    assert.deepEqual(site.findings(), []);
    assert.deepEqual(site.woken, []);
  });

  it('leaves no volumes behind when it goes, but keeps those of replicas that are taken away', async () => {
    const site = started({ managed: { ...managed.managed, storage: { size: '1Gi' } } });
    await site.pass();
    const { spec } = site.cluster.object('StatefulSet', key) as unknown as {
      readonly spec: {
        readonly persistentVolumeClaimRetentionPolicy: object;
        readonly volumeClaimTemplates: readonly object[];
      };
    };
    assert.equal(spec.volumeClaimTemplates.length, 1);
    assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, { whenDeleted: 'Delete', whenScaled: 'Retain' });
  });

  it('is the same in the end wherever the process is killed', async () => {
    const phases: readonly ((site: WorkloadSite) => void)[] = [
      (site) => void site.cluster.put(brokerObject(managed)),
      (site) => {
        for (const name of ['main-0', 'main-1']) site.pod(name, ofSet);
        site.cluster.put(secret({ [managedByLabel]: managedBy }));
      },
      (site) => {
        site.cluster.remove('Pod', 'plant/main-1');
        site.pod('main-1', ofSet);
        site.cluster.put(brokerObject({ managed: { ...managed.managed, service: { type: 'NodePort' } } }));
      },
      (site) => void site.cluster.put(brokerObject({ external: { instances: ['edge'] } })),
    ];
    const run = async (dies?: { readonly phase: number; readonly after: number }) => {
      const site = new WorkloadSite();
      const counts: number[] = [];
      for (const [index, phase] of phases.entries()) {
        phase(site);
        if (dies?.phase === index) site.cluster.writesLeft = dies.after;
        const before = site.cluster.writes.length;
        for (let round = 0; round < 6; round += 1) {
          await site.pass().catch((error: unknown) => {
            assert.ok(error instanceof Killed, String(error));
            site.cluster.writesLeft = Infinity;
            site.restart();
          });
        }
        counts.push(site.cluster.writes.length - before);
        assert.deepEqual(await site.pass(), [], 'it is at rest');
      }
      return { counts, contents: JSON.stringify(site.cluster.contents()).replaceAll(/uid-[A-Za-z]+-[\w-]+/g, 'uid') };
    };
    const whole = await run();
    assert.ok(whole.counts.every((count) => count > 0));
    for (const [phase, count] of whole.counts.entries()) {
      for (let after = 1; after <= count; after += 1) {
        const { contents } = await run({ phase, after });
        assert.equal(contents, whole.contents, `killed after write ${String(after)} of phase ${String(phase)}`);
      }
    }
  });

  it('has a BrokerInstance for each live pod of its own, and no other', async () => {
    const site = started();
    await site.pass();
    const first = site.pod('main-0', ofSet);
    site.pod('main-1', ofSet, 'Failed');
    site.pod('stray', { kind: 'ReplicaSet', name: 'main' });
    assert.deepEqual((await site.pass()).map(textOf), ['apply BrokerInstance main-0']);
    const instance = site.cluster.object('BrokerInstance', 'plant/main-0');
    assert.deepEqual(instance?.spec, { brokerRef: { name: 'main' }, podUid: first.metadata.uid });
    site.cluster.remove('Pod', 'plant/main-0');
    site.pod('main-0', ofSet);
    assert.deepEqual((await site.pass()).map(textOf), ['delete BrokerInstance main-0']);
    assert.deepEqual((await site.pass()).map(textOf), ['apply BrokerInstance main-0']);
    site.cluster.remove('Pod', 'plant/main-0');
    assert.deepEqual((await site.pass()).map(textOf), ['delete BrokerInstance main-0']);
    assert.deepEqual(await site.pass(), []);
  });

  it('is nothing but BrokerInstances where the brokers are elsewhere', async () => {
    const site = started({ external: { instances: ['edge-2', 'edge-1'] } });
    const written = (await site.pass()).map(textOf);
    assert.deepEqual(written, [
      'apply Certificate main-server',
      'apply BrokerInstance edge-1',
      'apply BrokerInstance edge-2',
    ]);
    assert.deepEqual(site.cluster.object('BrokerInstance', 'plant/edge-1')?.spec, { brokerRef: { name: 'main' } });
    site.cluster.put(brokerObject({ external: { instances: ['edge-1'] } }));
    assert.deepEqual((await site.pass()).map(textOf), ['delete BrokerInstance edge-2']);
  });

  it('counts no BrokerInstance that somebody else made, whatever it says', async () => {
    const site = started({ external: { instances: ['edge'] } });
    const made = { apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'BrokerInstance' };
    site.cluster.put({
      ...made,
      metadata: { name: 'edge', namespace: 'plant' },
      spec: { brokerRef: { name: 'main' } },
      status: { loadedRevision: 1, loadedHash: 'a'.repeat(64) },
    } as KubeObject);
    await site.pass();
    const [expected, ...others] = expectedInstances(site.world, site.broker);
    assert.deepEqual([expected?.name, expected?.instance, others.length], ['edge', undefined, 0]);
    assert.deepEqual(site.findings(), ['MQS156']);
  });

  it('rolls no workload whose pods are not those of the broker', async () => {
    const site = started({ ref: { kind: 'StatefulSet', name: 'mine' } }, { update: { strategy: 'Roll' } });
    site.published = { broker: key, revision: 1, hash: 'a'.repeat(64), parts: emptyParts };
    const statefulSet = (labels: object) =>
      ({
        ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'mine', namespace: 'plant' } },
        spec: { template: { metadata: { labels } } },
      }) as KubeObject;
    site.cluster.put(statefulSet({}));
    assert.deepEqual((await site.pass()).map(textOf), ['apply Certificate main-server']);
    assert.deepEqual(site.findings(), ['MQS139']);
    site.cluster.put(statefulSet({ [brokerLabel]: 'main' }));
    assert.deepEqual((await site.pass()).map(textOf), ['apply StatefulSet mine']);
    assert.deepEqual(site.findings(), []);
  });

  describe('rolled', () => {
    const sets = [
      { ...emptyParts, crl: ['a'.repeat(64)] },
      { ...emptyParts, crl: ['a'.repeat(64)], notices: ['b'.repeat(64)] },
      { ...emptyParts, crl: ['c'.repeat(64)], notices: ['b'.repeat(64)] },
    ] as const;
    const publish = (site: WorkloadSite, index: number) => {
      const parts = sets[index] ?? emptyParts;
      site.published = { broker: key, revision: index + 1, hash: String(index).repeat(64), parts };
    };
    const mine = {
      ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'mine', namespace: 'plant' } },
      spec: {
        replicas: 2,
        template: {
          metadata: {
            labels: { [brokerLabel]: 'main' },
            annotations: { [bundleHashAnnotation]: enforcedHash(sets[0]) },
          },
        },
      },
    } as KubeObject;
    const pods = (site: WorkloadSite, set: string, ...states: readonly string[]) => {
      const lastTransitionTime = site.clock.now().toISOString();
      for (const [ordinal, status] of states.entries()) {
        const ready = { type: 'Ready', status, lastTransitionTime };
        site.pod(`${set}-${ordinal}`, { kind: 'StatefulSet', name: set }, 'Running', [ready]);
      }
    };
    const rows: readonly (readonly [what: string, workload: object, set: string])[] = [
      ['a managed one', managed, 'main'],
      ['one of the user', { ref: { kind: 'StatefulSet', name: 'mine' } }, 'mine'],
    ];
    for (const [what, workload, set] of rows) {
      const written = `apply StatefulSet ${set}`;
      const ofSets = (writes: readonly MemoryWrite[]) => writes.map(textOf).filter((text) => text === written);

      it(`gets other pods when it is the turn of one of ${what}`, async () => {
        const site = started(workload, { update: { strategy: 'Roll' } });
        site.cluster.put(mine);
        publish(site, 0);
        await site.pass();
        pods(site, set, 'False', 'True');
        publish(site, 2);
        assert.deepEqual(ofSets(await site.pass()), []);
        pods(site, set, 'True', 'True');
        assert.deepEqual(ofSets(await site.pass()), [written]);
      });

      it(`gets other pods when ${what} has to enforce something else, and none for other notices`, async () => {
        const site = started(workload, { update: { strategy: 'Roll' } });
        site.cluster.put(mine);
        publish(site, 0);
        await site.pass();
        publish(site, 1);
        assert.deepEqual(await site.pass(), []);
        publish(site, 2);
        assert.deepEqual((await site.pass()).map(textOf), [written]);
      });

      it(`gets no other pods where ${what} reloads`, async () => {
        const site = started(workload);
        site.cluster.put(mine);
        publish(site, 0);
        await site.pass();
        publish(site, 2);
        assert.deepEqual(await site.pass(), []);
      });
    }
  });

  it('goes when the broker runs elsewhere, the pods first', async () => {
    const site = started();
    await site.pass();
    const own = { tls: { profile: 'Intermediate', serverCertificate: { secretRef: { name: 'mine' } } } };
    site.cluster.put(brokerObject(undefined, own));
    assert.deepEqual((await site.pass()).map(textOf), [
      'delete StatefulSet main',
      'delete PodDisruptionBudget main',
      'delete Service main',
      'delete Service main-pods',
      'delete RoleBinding main-agent',
      'delete Role main-agent',
      'delete ServiceAccount main-agent',
      'delete Certificate main-server',
    ]);
    assert.deepEqual(await site.pass(), []);
  });

  it('mends what was changed or deleted', async () => {
    const site = started();
    await site.pass();
    const role = site.cluster.object('Role', 'plant/main-agent');
    assert.ok(role);
    site.cluster.put({ ...role, rules: [] } as KubeObject);
    site.cluster.remove('Service', 'plant/main');
    assert.deepEqual((await site.pass()).map(textOf), ['apply Role main-agent', 'apply Service main']);
    assert.deepEqual(site.cluster.object('Role', 'plant/main-agent'), {
      ...site.cluster.object('Role', 'plant/main-agent'),
      rules: (role as KubeObject & { rules: unknown }).rules,
    });
  });

  it('leaves what others made, tells it once, and goes on with the rest', async () => {
    const site = new WorkloadSite();
    site.cluster.put({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'main', namespace: 'plant' } });
    site.cluster.put(secret({}));
    site.cluster.put(brokerObject(managed));
    const written = (await site.pass()).map(textOf);
    assert.deepEqual(
      written,
      allChildren.filter((text) => !/Certificate|Service main$/.test(text)),
    );
    assert.deepEqual(site.findings(), ['MQS156', 'MQS156']);
    assert.deepEqual(site.woken, [key]);
    assert.deepEqual(
      site.events.map(({ reason }) => reason),
      ['NotOurs', 'NotOurs'],
    );
    assert.deepEqual(await site.pass(), []);
    assert.deepEqual([site.woken.length, site.events.length], [1, 2]);
    site.cluster.remove('Service', 'plant/main');
    site.cluster.remove('Secret', 'plant/main-server-tls');
    assert.deepEqual((await site.pass()).map(textOf), ['apply Certificate main-server', 'apply Service main']);
    assert.deepEqual(site.findings(), []);
    assert.deepEqual(site.woken, [key, key]);
  });

  it('has the Secret of the server go with the broker and its Certificate, once', async () => {
    const site = started();
    await site.pass();
    site.cluster.put(secret({ [managedByLabel]: managedBy }));
    assert.deepEqual((await site.pass()).map(textOf), ['apply Secret main-server-tls']);
    const { ownerReferences = [] } = site.cluster.object('Secret', 'plant/main-server-tls')?.metadata ?? {};
    assert.deepEqual(
      ownerReferences.map(({ kind, name, controller }) => [kind, name, controller]),
      [
        ['MqttBroker', 'main', false],
        ['Certificate', 'main-server', false],
      ],
    );
    await site.pass();
    const reads = site.cluster.reads.length;
    assert.deepEqual(await site.pass(), []);
    assert.equal(site.cluster.reads.length, reads, 'it is not read again');
    site.restart();
    assert.deepEqual(await site.pass(), []);
  });

  it('is made without cert-manager but for the certificate, which follows', async () => {
    const site = new WorkloadSite();
    site.hasCertManager = false;
    site.restart();
    site.cluster.put(brokerObject(managed));
    assert.deepEqual((await site.pass()).map(textOf), allChildren.slice(1));
    assert.deepEqual(site.findings(), [], 'its kinds may be listed in a moment');
    site.clock.stopFor(11_000);
    await site.pass();
    assert.deepEqual(site.findings(), ['MQS155']);
    site.hasCertManager = true;
    site.restart();
    assert.deepEqual((await site.pass()).map(textOf), allChildren.slice(0, 1));
  });

  it('says what the API server refuses', async () => {
    const site = started();
    site.cluster.refuse = ({ verb, kind }) =>
      verb === 'apply' && kind === 'StatefulSet' ? new ApiError('no', { status: 422, reason: 'Invalid' }) : undefined;
    await site.pass();
    assert.deepEqual(site.findings(), ['MQS138']);
    site.cluster.refuse = () => undefined;
    assert.deepEqual((await site.pass()).map(textOf), ['apply StatefulSet main']);
    assert.deepEqual(site.findings(), []);
  });

  it('is left alone while the broker or its namespace goes', async () => {
    const site = started();
    site.cluster.put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'plant' },
      status: { phase: 'Terminating' },
    } as KubeObject);
    assert.deepEqual(await site.pass(), []);
    const going = started();
    going.cluster.put({
      ...brokerObject(managed),
      metadata: { ...brokerObject(managed).metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
    assert.deepEqual(await going.pass(), []);
  });
});
