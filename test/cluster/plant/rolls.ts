/** A broker whose pods are replaced for each new set, one after the other, and no further than they prove it. */
import assert from 'node:assert/strict';
import type { MqttClient } from 'mqtt';
import { renewAtAnnotation } from '../../../src/api/labels.ts';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { until } from '../component.ts';
import { mayPublish } from './mqtt.ts';
import { acknowledge, noticesOf } from './notices.ts';
import { type FaultyKubelet, faultyKubelet, rolledFleet, RolledSite } from './rolled-site.ts';
import { output, signingRequest } from './site.ts';
import { becameReady, found, manifestOf, ours, type Stage } from './stage.ts';

const namespace = 'rolls';
const pods = ['plant-2', 'plant-1', 'plant-0'] as const;
const [first, second, last] = pods;

interface NoticedCertificate {
  readonly status?: { readonly certificate?: string; readonly fingerprint?: string };
}

export function describeRolls(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  describe(`a broker whose pods are replaced for each set, on Mosquitto ${mosquitto.version}`, () => {
    let faults: FaultyKubelet;
    let site: RolledSite;
    let manifest: string;
    let pumpKey: string;

    before(async () => {
      const { plane } = stage();
      faults = await faultyKubelet(plane, namespace, mosquitto);
      site = new RolledSite({ plane, kubelet: faults.kubelet, namespace, workload: 'plant', pods });
      const { csr, key } = signingRequest(plane.directory, 'pump');
      pumpKey = key;
      const managed = { managed: { replicas: pods.length, acknowledgeNoClustering: true } };
      const pump = ours('MqttDevice', namespace, 'pump', {
        ...{ brokerRef: { name: 'plant' }, templateRefs: [{ name: 'sensor' }] },
        authentication: { type: 'Certificate', certificate: { template: { csr } } },
      });
      manifest = manifestOf(plane, [...rolledFleet(namespace, mosquitto.dialect, managed), pump]);
      await output(plane.kubectl(['apply', '-f', manifest]));
    });
    after(async () => {
      site.close();
      await faults.kubelet.stop();
    });

    it('is ready when all of its pods have the set', async () => {
      await becameReady(stage().plane, namespace, 'mqttdevice/pump');
      await site.settled();
      for (const pod of pods) assert.equal(await site.grants(pod, 'sensors/s2/t'), true);
    });

    it('replaces pods for another certificate, and none for what only its device is told', async () => {
      const { plane } = stage();
      const [initial, revision] = [site.running(), await site.published()];
      const renewAt = `${renewAtAnnotation}=${new Date().toISOString()}`;
      await output(plane.kubectl(['annotate', 'devicecertificate/pump', '-n', namespace, renewAt]));
      await site.replaced(last, initial);
      await site.settled();
      const { status } = (await found<NoticedCertificate>(plane, namespace, 'devicecertificate/pump')) ?? {};
      const pump = await site.session(last, 'pump', { 'tls.crt': status?.certificate ?? '', 'tls.key': pumpKey });
      const notice = await noticesOf(pump, 'pump');
      await until(() => notice() !== undefined, 'it is told of it');

      const [former, template, before] = [site.running(), await site.template(), await site.published()];
      assert.ok(before > revision);
      await acknowledge(pump, 'pump', status?.fingerprint);
      await until(() => notice() === undefined, 'it is told no more');
      await until(async () => (await site.published()) > before, 'another set is published');
      await site.settled();
      const loaded = await Promise.all(pods.map((pod) => site.loaded(pod)));
      assert.deepEqual(new Set(loaded), new Set([await site.published()]));
      assert.deepEqual([await site.template(), site.running()], [template, former]);
      assert.equal(pump.connected, true);
    });

    it('brings an edit by other pods, and leaves the sessions of each until its turn', async () => {
      const former = site.running();
      const given = site.sets(last);
      const open = await site.session(last, 's1');
      await site.allow('extra/{device}');

      await site.replaced(first, former);
      assert.equal(open.connected, true, 'the last one waits for its turn');
      assert.equal(await mayPublish(open, 'extra/s1', 'not by a reload'), false);
      assert.equal(site.sets(last), given);

      await until(() => !open.connected, 'the last one has its turn');
      assert.equal(await site.grants(first, 'extra/s2'), true);
      await site.replaced(last, former);
      await site.settled();
      assert.equal(new Set(await Promise.all(pods.map((pod) => site.hashOf(pod)))).size, 1);
      for (const pod of pods) assert.equal(await site.grants(pod, 'extra/s2'), true);
    });

    /** As it was before the roll that stops. */
    let former: ReadonlyMap<string, string>;
    let formerRevision: number;
    let formerHash: string | undefined;
    const sessions = new Map<string, MqttClient>();

    const instances = async () => (await site.seen('mqttbroker/plant'))?.status?.instances;
    /** These run as before: same pods, same sessions, same rights. */
    const goOn = async (...rest: readonly string[]) => {
      for (const pod of rest) {
        const open = sessions.get(pod);
        assert.ok(open?.connected, `the session on ${pod} is open`);
        assert.equal(site.running().get(pod), former.get(pod), `${pod} is not replaced`);
        assert.equal(await site.hashOf(pod), formerHash);
        assert.equal(await site.loaded(pod), formerRevision);
        await site.says(/^True Programmed: Revision/, `brokerinstance/${pod}`);
        assert.equal(await mayPublish(open, 'extra/s1', pod), true);
        assert.equal(await mayPublish(open, 'late/s1', pod), false);
        assert.equal(await site.grants(pod, 'extra/s2'), true, `${pod} lets devices in`);
      }
    };

    it('stops at a pod that cannot prove a set, with the others serving what they have, and says so', async () => {
      [former, formerRevision, formerHash] = [site.running(), await site.published(), await site.hashOf(last)];
      for (const pod of [second, last]) sessions.set(pod, await site.session(pod, 's1'));
      faults.break('mosquitto');
      await site.allow('late/{device}');
      await site.replaced(first, former);
      await site.says(
        /^False Refused: 0 of 3 instances proved .*; plant-2: Proof: Mosquitto ended with code 1: broken; /,
        'mqttbroker/plant',
      );
      await site.says(/^False Refused: .*plant-2: /, 'mqttdevice/s1', 'mqttdevice/s2');
      await site.says(/^False Refused: /, 'brokerinstance/plant-2');
      assert.equal(await site.loaded(first), 0);
      assert.deepEqual(await instances(), { expected: 3, programmed: 0 });
      await goOn(second, last);
    });

    it('tries another set in the same pod, and in no other', async () => {
      const [present, revision] = [site.running(), await site.published()];
      await site.allow('extra/{device}', 'late/{device}');
      await site.replaced(first, present);
      await until(async () => (await site.refused(first)) > revision, 'it refuses the other set');
      await goOn(second, last);
    });

    it('goes on when that one can prove it, and stops at the next that cannot', async () => {
      faults.break('agent');
      faults.mend('mosquitto');
      await site.replaced(second, former);
      await site.says(/^False PartiallyProgrammed: 1 of 3 instances/, 'mqttbroker/plant', 'mqttdevice/s1');
      assert.deepEqual(await instances(), { expected: 3, programmed: 1 });
      assert.equal(await site.loaded(first), await site.published());
      await until(async () => (await site.loaded(second)) === 0, 'the instance of the former pod is gone');
      assert.equal(await site.grants(first, 'late/s2'), true);
      assert.equal(sessions.get(second)?.connected, false);
      await goOn(last);
    });

    it('comes to its end when nothing is broken any more', async () => {
      faults.mend('agent');
      await site.replaced(last, former);
      await site.settled();
      assert.equal(sessions.get(last)?.connected, false);
      for (const pod of pods) assert.equal(await site.grants(pod, 'late/s2'), true);
      assert.deepEqual(await instances(), { expected: 3, programmed: 3 });
    });

    it('leaves nothing when all is deleted', async () => {
      await output(stage().plane.kubectl(['delete', '-f', manifest, '--timeout=60s']));
    });
  });
}
