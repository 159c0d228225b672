import assert from 'node:assert/strict';
import { revokeFinalizer } from '../../../src/api/labels.ts';
import { nothingKnown } from '../../../src/domain/bundle/changes.ts';
import { passwordHash, verifyPassword } from '../../../src/domain/broker/passwords.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { refusal } from '../../kube/memory-api.ts';
import { held, main } from './neighbours.ts';
import { broker, certificateDevice, object, passwordDevice, Site, template } from './site.ts';

describe('the controller of devices', () => {
  describe('a device with a generated password', () => {
    it('gets a Secret, is programmed when the broker has proved it, and costs one status', async () => {
      const site = new Site();
      site.cluster.put(passwordDevice('a'));
      site.broker = {};
      const outcome = await site.reconcile('a');
      assert.deepEqual(site.written(), ['create Secret plant/a-password']);
      assert.deepEqual(site.cluster.reads, [], 'there is hardly a Secret of a new device: it is not asked for');
      assert.deepEqual(outcome, { kind: 'RequeueAt', at: new Date(site.clock.now().getTime() + 250) });
      site.prove(7);
      await site.reconcile('a');
      assert.deepEqual(site.written(), ['status MqttDevice plant/a']);
      const { status, text } = site.device('a');
      assert.equal(text('Ready'), 'True/Ready');
      assert.equal(text('Programmed'), 'True/Programmed');
      assert.equal(text('Reconciling'), undefined);
      assert.deepEqual([status.identity, status.bundleRevision, status.observedGeneration], ['a', 7, 1]);
      assert.deepEqual(
        site.events.map(({ reason }) => reason),
        ['Programmed'],
      );
    });

    it('is told that it began when it is not over in a moment, and costs two statuses', async () => {
      const site = new Site();
      site.cluster.put(passwordDevice('a'));
      site.broker = {};
      await site.told('a');
      assert.deepEqual(site.written(), ['create Secret plant/a-password', 'status MqttDevice plant/a']);
      assert.equal(site.device('a').text('Ready'), 'False/Pending');
      assert.equal(site.device('a').text('Reconciling'), 'True/Pending');
      site.prove(7);
      await site.reconcile('a');
      assert.deepEqual(site.written(), ['status MqttDevice plant/a']);
    });

    it('has one first status for all that is changed until then, and the next change has its own', async () => {
      const site = await readySite();
      site.broker = {};
      site.cluster.put(passwordDevice('a', ruled('hall')));
      await site.reconcile('a');
      site.clock.stopFor(200);
      site.cluster.put(passwordDevice('a', ruled('yard')));
      await site.reconcile('a');
      assert.deepEqual(site.written(), []);
      site.clock.stopFor(50);
      await site.reconcile('a');
      assert.deepEqual(site.written(), ['status MqttDevice plant/a']);
      site.cluster.put(passwordDevice('a', ruled('gate')));
      await site.told('a');
      assert.deepEqual(site.written(), ['status MqttDevice plant/a']);
      assert.equal(site.device('a').status.observedGeneration, 4);
    });

    it('costs one status where many are made at once: they are over before most were told that they began', async () => {
      const site = new Site();
      const names = Array.from({ length: 100 }, (_, index) => `d-${index}`);
      for (const name of names) site.cluster.put(passwordDevice(name));
      site.broker = {};
      for (const name of names) await site.reconcile(name);
      site.clock.stopFor(250);
      for (const name of names) await site.reconcile(name);
      const prompt = site.written().filter((write) => write.startsWith('status')).length;
      assert.ok(prompt > 10 && prompt < 50, `${prompt} first statuses`);
      site.prove(7);
      for (const name of names) await site.reconcile(name);
      assert.equal(site.written().length, names.length);
      for (const name of names) assert.equal(site.device(name).text('Ready'), 'True/Ready');
    });

    it('among many is told after a while that it is under way, when it lasts', async () => {
      const site = new Site();
      const names = Array.from({ length: 100 }, (_, index) => `d-${index}`);
      for (const name of names) site.cluster.put(passwordDevice(name));
      site.broker = {};
      for (const name of names) await site.reconcile(name);
      assert.equal(site.device('d-99').text('Ready'), undefined);
      site.clock.stopFor(5_000);
      await site.reconcile('d-99');
      assert.equal(site.device('d-99').text('Ready'), 'False/Pending');
      assert.equal(site.device('d-99').status.observedGeneration, 1);
    });

    it('writes nothing any more, whatever else the broker proves, and after a restart', async () => {
      const site = await readySite();
      site.cluster.put(passwordDevice('b'));
      site.prove(2);
      await site.reconcile('a');
      site.restart();
      site.broker = undefined;
      await site.reconcile('a');
      site.broker = { expectedInstances: 0, proved: [] };
      await site.reconcile('a');
      site.broker = { proved: [{ revision: 3, statuses: undefined }] };
      await site.reconcile('a');
      assert.deepEqual(site.written(), []);
    });

    it('keeps its line over a restart, salt and all', async () => {
      const site = await readySite();
      const line = site.passwords.lines(main).get('a');
      site.restart();
      assert.equal(site.passwords.isComplete(main), false);
      await site.reconcile('a');
      assert.equal(site.passwords.isComplete(main), true);
      assert.equal(site.passwords.lines(main).get('a'), line);
      assert.ok(site.woken.includes(`broker ${main}`));
    });

    it('has the password of its Secret, and another one when the revision changes', async () => {
      const site = await readySite();
      const former = passwordIn(site);
      assert.ok(verifyPassword(former, site.passwords.lines(main).get('a') ?? ''));
      assert.ok(former.length >= 22, 'at least 128 bits');
      site.cluster.put(passwordDevice('a', {}, { generate: {}, revision: 2 }));
      await site.told('a');
      assert.notEqual(passwordIn(site), former);
      assert.ok(verifyPassword(passwordIn(site), site.passwords.lines(main).get('a') ?? ''));
      assert.equal(site.device('a').text('Ready'), 'False/Pending', 'the broker has the former one still');
      site.prove(2);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Ready'), 'True/Ready');
    });

    it('is not read anew for an edit that says nothing of it, but when it is due', async () => {
      const site = await readySite();
      site.cluster.reads.length = 0;
      site.cluster.put(passwordDevice('a', ruled('hall')));
      await site.reconcile('a');
      assert.deepEqual(site.cluster.reads, []);
      site.clock.stopFor(600_000);
      await site.reconcile('a');
      assert.deepEqual(site.cluster.reads, ['Secret/plant/a-password']);
    });

    it('has its line again when an older device of its identity goes', async () => {
      const site = await readySite();
      const older = { creationTimestamp: '2025-01-01T00:00:00Z' };
      site.cluster.put(object('MqttDevice', 'b', specOf(passwordDevice('b', { identity: 'a' })), older));
      await site.reconcile('b');
      await site.reconcile('a');
      assert.equal(site.device('a').text('Accepted'), 'False/Conflicted');
      assert.equal(verifyPassword(passwordIn(site), site.passwords.lines(main).get('a') ?? ''), false);
      site.cluster.remove('MqttDevice', 'plant/b');
      await site.reconcile('b');
      await site.reconcile('a');
      assert.ok(verifyPassword(passwordIn(site), site.passwords.lines(main).get('a') ?? ''));
    });

    it('gets a new one when somebody deletes the Secret, which is looked for by itself, and an Event says so', async () => {
      const site = await readySite();
      const former = passwordIn(site);
      site.cluster.remove('Secret', 'plant/a-password');
      const outcome = await site.reconcile('a');
      assert.equal(site.cluster.object('Secret', 'plant/a-password'), undefined, 'it was read a moment ago');
      assert.ok(outcome.kind === 'RequeueAt');
      const wait = outcome.at.getTime() - site.clock.now().getTime();
      assert.ok(wait > 0 && wait <= 30_000, `${wait}`);
      site.clock.stopFor(wait);
      await site.reconcile('a');
      assert.notEqual(passwordIn(site), former);
      assert.deepEqual(
        site.events.map(({ reason, type }) => `${type} ${reason}`),
        ['Warning PasswordReplaced'],
      );
    });

    it('is read anew so seldom that a large fleet costs some reads a second', async () => {
      const site = new Site();
      for (let number = 0; number < 1_000; number += 1) site.cluster.put(passwordDevice(`d${number}`));
      for (let number = 0; number < 1_000; number += 1) await site.reconcile(`d${number}`);
      const dueAt = site.passwords.dueAt('plant/d999')?.getTime() ?? 0;
      const wait = dueAt - site.clock.now().getTime();
      assert.ok(wait > 66_000 && wait <= 100_000, `${wait}`);
    });

    it('of a manifest needs no second look', async () => {
      const site = new Site();
      site.cluster.put(passwordDevice('a', {}, { hash: passwordHash('secret', Buffer.alloc(12)) }));
      await site.reconcile('a');
      site.prove(1);
      assert.deepEqual(await site.reconcile('a'), { kind: 'Done' });
    });

    it('is not ready while a Secret of that name is not ours, which is never touched', async () => {
      const site = new Site();
      const theirs = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace: 'plant', name: 'a-password' },
        data: {},
      };
      site.cluster.put(theirs);
      site.cluster.put(passwordDevice('a'));
      const outcome = await site.reconcile('a');
      assert.deepEqual(site.written(), ['status MqttDevice plant/a']);
      assert.equal(site.device('a').text('Ready'), 'False/SecretNotOurs');
      assert.equal(site.device('a').text('Stalled'), 'True/SecretNotOurs');
      assert.deepEqual(
        site.events.map(({ reason, type }) => `${type} ${reason}`),
        ['Warning SecretNotOurs'],
      );
      assert.equal(outcome.kind, 'RequeueAt');
      assert.equal(site.passwords.lines(main).has('a'), false);
      assert.equal(site.passwords.isComplete(main), true, 'it holds up no other device');
    });

    it('keeps what the broker has when the Secret cannot be read, and tries again', async () => {
      const site = await readySite();
      const line = site.passwords.lines(main).get('a');
      site.restart();
      site.cluster.refuse = ({ kind }) => (kind === 'Secret' ? refusal(403, 'Forbidden') : undefined);
      await assert.rejects(site.reconcile('a'), /Forbidden/);
      assert.equal(site.passwords.lines(main).get('a'), line);
      assert.equal(site.passwords.isComplete(main), true);
      assert.deepEqual(
        site.passwords.findings('plant/a').map(({ reason }) => reason),
        ['SecretNotFound'],
      );
    });

    it('is none the worse for an answer that was lost', async () => {
      const site = new Site();
      site.cluster.put(passwordDevice('a'));
      site.cluster.writesLeft = 1;
      await assert.rejects(site.reconcile('a'));
      site.cluster.writesLeft = Infinity;
      site.cluster.refuse = ({ kind }) => (kind === 'Secret' ? refusal(503, 'ServiceUnavailable') : undefined);
      await assert.rejects(site.reconcile('a'), /ServiceUnavailable/);
      site.cluster.refuse = () => undefined;
      await site.told('a');
      assert.deepEqual(site.written(), ['create Secret plant/a-password', 'status MqttDevice plant/a']);
      assert.equal(site.device('a').text('Ready'), 'False/Pending');
    });

    it('has the line that another operator published of the same password, and its own where that is of another', async () => {
      const site = await readySite();
      const other = passwordHash(passwordIn(site), Buffer.alloc(12, 9));
      const own = site.passwords.lines(main).get('a');
      site.published = new Map([['a', other]]);
      await site.passwords.adopt(main);
      assert.equal(site.passwords.isComplete(main), false, 'nothing is put over it before it was looked at');
      assert.ok(site.woken.includes('device plant/a'));
      await site.reconcile('a');
      assert.deepEqual([site.passwords.isComplete(main), site.passwords.lines(main).get('a')], [true, other]);
      site.published = new Map([['a', passwordHash('of nobody', Buffer.alloc(12, 9))]]);
      await site.passwords.adopt(main);
      await site.reconcile('a');
      const line = site.passwords.lines(main).get('a') ?? '';
      assert.ok(verifyPassword(passwordIn(site), line) && [own, other].includes(line));
      assert.deepEqual(site.written(), []);
    });

    it('is not looked at while the published lines cannot be read', async () => {
      const site = await readySite();
      site.restart();
      site.publishedError = refusal(500, 'InternalError');
      await assert.rejects(site.reconcile('a'), /published passwords/);
      assert.equal(site.passwords.isComplete(main), false);
      assert.deepEqual(site.written(), []);
      site.publishedError = undefined;
      await site.reconcile('a');
      assert.equal(site.passwords.isComplete(main), true);
      assert.deepEqual(site.written(), []);
    });
  });

  describe('a device with a password of its own', () => {
    it('takes the text of the key that it names', async () => {
      const site = new Site();
      site.cluster.put(secretOf('pw', { key: 'hunter2' }));
      site.cluster.put(passwordDevice('a', {}, { secretRef: { name: 'pw', key: 'key' } }));
      await site.reconcile('a');
      assert.ok(verifyPassword('hunter2', site.passwords.lines(main).get('a') ?? ''));
    });

    it('keeps the former one when the Secret goes, says so and does not write it', async () => {
      const site = new Site();
      site.cluster.put(secretOf('pw', { key: 'hunter2' }));
      site.cluster.put(passwordDevice('a', {}, { secretRef: { name: 'pw', key: 'key' } }));
      await site.reconcile('a');
      site.prove();
      await site.reconcile('a');
      const line = site.passwords.lines(main).get('a');
      site.cluster.remove('Secret', 'plant/pw');
      site.clock.stopFor(600_000);
      await site.reconcile('a');
      assert.equal(site.passwords.lines(main).get('a'), line);
      assert.equal(site.device('a').text('Ready'), 'False/SecretNotFound');
      assert.equal(site.device('a').text('Programmed'), 'True/Programmed');
    });

    describe('of which nothing can be read', () => {
      const missing = { secretRef: { name: 'missing', key: 'key' } };
      const cases: readonly (readonly [title: string, takeOver: (site: Site) => Promise<unknown>])[] = [
        [
          'has none of a former device of its name',
          async (site) => {
            site.cluster.remove('MqttDevice', 'plant/a');
            await site.reconcile('a');
            site.cluster.put(passwordDevice('a', {}, missing));
            return site.reconcile('a');
          },
        ],
        [
          'has none of a former device whose end nobody saw',
          async (site) => {
            site.cluster.remove('MqttDevice', 'plant/a');
            site.cluster.put(passwordDevice('a', {}, missing));
            return site.reconcile('a');
          },
        ],
        [
          'has none of a device that went while the operator was away',
          async (site) => {
            site.cluster.remove('MqttDevice', 'plant/a');
            site.cluster.put(passwordDevice('a', {}, missing));
            site.restart();
            return site.reconcile('a');
          },
        ],
        [
          'has none of an older claimant of its identity that went while the operator was away',
          async (site) => {
            site.cluster.put(passwordDevice('b', { identity: 'a' }, missing));
            await site.reconcile('b');
            assert.equal(site.device('b').text('Accepted'), 'False/Conflicted');
            site.cluster.remove('MqttDevice', 'plant/a');
            site.restart();
            return site.reconcile('b');
          },
        ],
        [
          'has none that it had before it had a certificate',
          async (site) => {
            site.cluster.put(certificateDevice('a'));
            await site.reconcile('a');
            site.cluster.put(passwordDevice('a', {}, missing));
            return site.reconcile('a');
          },
        ],
      ];
      for (const [title, takeOver] of cases) {
        it(title, async () => {
          const site = await readySite();
          site.restart();
          await site.reconcile('a');
          assert.ok(site.passwords.lines(main).has('a'));
          await takeOver(site);
          assert.equal(site.passwords.isComplete(main), true);
          assert.equal(site.passwords.lines(main).has('a'), false);
        });
      }
    });

    it('takes a hash as it is', async () => {
      const site = new Site();
      const hash = `$7$101$${Buffer.alloc(12, 1).toString('base64')}$${Buffer.alloc(64, 2).toString('base64')}`;
      site.cluster.put(passwordDevice('a', {}, { hash }));
      await site.reconcile('a');
      assert.equal(site.passwords.lines(main).get('a'), hash);
      assert.deepEqual(site.cluster.reads, []);
    });
  });

  describe('a device with a certificate', () => {
    it('gets its finalizer before its DeviceCertificate, which is as its template is written', async () => {
      const site = new Site();
      const pkcs12 = { passwordSecretRef: { name: 'p', key: 'k' }, profile: 'Modern2023' };
      site.cluster.put(certificateDevice('a', {}, { duration: '48h', renewBefore: '1h30m', keystores: { pkcs12 } }));
      await site.told('a');
      assert.deepEqual(site.written(), [
        'patch MqttDevice plant/a',
        'apply DeviceCertificate plant/a',
        'status MqttDevice plant/a',
      ]);
      assert.deepEqual(site.cluster.object('DeviceCertificate', 'plant/a')?.spec, {
        deviceRef: { name: 'a' },
        ...{ duration: '48h', renewBefore: '1h30m', keystores: { pkcs12 } },
      });
      assert.equal(site.device('a').text('Issued'), 'False/Issuing');
    });

    it('is ready with a certificate that the broker has been told of', async () => {
      const { status, text } = (await certifiedSite()).device('a');
      assert.equal(text('Issued'), 'True/Issued');
      assert.equal(text('Ready'), 'True/Ready');
      assert.deepEqual(status.certificate, { serialNumber: '1a', notAfter: '2026-04-01T00:00:00Z' });
    });

    it('tells of a notice that it did not answer in time, and of nothing else that is said of notices', async () => {
      const site = await certifiedSite();
      const certificate = site.cluster.object('DeviceCertificate', 'plant/a');
      assert.ok(certificate);
      const hears = async (status: 'True' | 'False', reason: string) => {
        const said = { type: 'Acknowledged', status, reason, message: 'it has not said', lastTransitionTime: '' };
        site.cluster.put({ ...certificate, status: { conditions: [said] } } as KubeObject);
        await site.told('a');
        return [site.written(), site.device('a').text('Acknowledged')];
      };
      const told = ['status MqttDevice plant/a'];
      site.written();
      assert.deepEqual(await hears('False', 'AwaitingAcknowledgement'), [[], undefined]);
      assert.deepEqual(await hears('False', 'NotAcknowledged'), [told, 'False/NotAcknowledged']);
      assert.equal(site.device('a').message('Acknowledged'), 'DeviceCertificate plant/a: it has not said');
      assert.equal(site.device('a').text('Ready'), 'True/Ready');
      assert.deepEqual(await hears('False', 'NotAcknowledged'), [[], 'False/NotAcknowledged']);
      assert.deepEqual(await hears('True', 'Acknowledged'), [told, undefined]);
    });

    it('has its DeviceCertificate made again, and changed with the template', async () => {
      const site = await certifiedSite();
      site.cluster.remove('DeviceCertificate', 'plant/a');
      await site.reconcile('a');
      site.cluster.put(certificateDevice('a', {}, { duration: '96h' }));
      await site.reconcile('a');
      assert.deepEqual(site.cluster.object('DeviceCertificate', 'plant/a')?.spec, {
        deviceRef: { name: 'a' },
        duration: '96h',
      });
      assert.deepEqual(
        site.written().filter((write) => write.includes('DeviceCertificate')),
        ['apply DeviceCertificate plant/a', 'apply DeviceCertificate plant/a'],
      );
    });

    it('leaves a DeviceCertificate of its name alone that somebody else made', async () => {
      const site = new Site();
      site.cluster.put(object('DeviceCertificate', 'a', { deviceRef: { name: 'a' } }));
      site.cluster.put(certificateDevice('a'));
      await site.reconcile('a');
      assert.equal(site.device('a').text('Issued'), 'False/NotOurs');
      assert.equal(site.device('a').text('Stalled'), 'True/NotOurs');
      assert.deepEqual(site.written(), ['patch MqttDevice plant/a', 'status MqttDevice plant/a']);
    });

    it('says nothing new while cert-manager cannot be asked', async () => {
      const site = await certifiedSite();
      site.restart();
      site.isKnown = false;
      await site.reconcile('a');
      assert.deepEqual(site.written(), []);
      site.cluster.put(certificateDevice('a', { groups: ['hall'] }));
      await site.told('a');
      assert.equal(site.device('a').text('Issued'), 'Unknown/CertManagerAbsent');
    });

    it('turned to a password loses its certificates, and is ready when the lists say so', async () => {
      const site = await certifiedSite();
      site.isPublished = false;
      site.cluster.put(passwordDevice('a'));
      await site.reconcile('a');
      assert.equal(site.cluster.object('DeviceCertificate', 'plant/a'), undefined);
      assert.equal(site.ledger.get('1a')?.reason, 'Superseded');
      site.prove(2);
      await site.told('a');
      assert.equal(site.device('a').text('Ready'), 'False/Pending');
      site.isPublished = true;
      site.prove(3);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Ready'), 'True/Ready');
    });
  });

  describe('a device with tokens', () => {
    const tokens = {
      issuers: [{ issuer: 'x', audience: 'y', jwks: { ref: { kind: 'ConfigMap', name: 'k', key: 'jwks.json' } } }],
    };
    const { workload, ...spec } = (broker as KubeObject & { readonly spec: Readonly<Record<string, unknown>> }).spec;
    const tokenBroker = object('MqttBroker', 'main', { ...spec, tokens });
    const tokenDevice = object('MqttDevice', 'a', {
      ...{ brokerRef: { name: 'main' }, templateRefs: [{ name: 'sensor' }], authentication: { type: 'Token' } },
    });

    it('is ready when its rights are published, and costs no Secret', async () => {
      assert.ok(workload);
      const site = new Site();
      site.cluster.put(tokenBroker);
      site.cluster.put(tokenDevice);
      await site.reconcile('a');
      site.prove(1);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Ready'), 'True/Ready');
      assert.deepEqual(site.cluster.reads, []);
      assert.equal(site.passwords.isComplete(main), true);
    });

    it('is refused on Mosquitto, and told why', async () => {
      const site = new Site();
      site.cluster.put(tokenDevice);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Accepted'), 'False/Invalid');
      assert.match(JSON.stringify(site.cluster.object('MqttDevice', 'plant/a')), /Mosquitto cannot check tokens/);
    });

    it('loses the certificates that it had', async () => {
      const site = await certifiedSite();
      site.cluster.put(tokenBroker);
      site.cluster.put(tokenDevice);
      await site.reconcile('a');
      assert.equal(site.cluster.object('DeviceCertificate', 'plant/a'), undefined);
      assert.equal(site.ledger.get('1a')?.reason, 'Superseded');
    });
  });

  describe('taking back', () => {
    it('revokes what a revoked device holds, and is ready when that is proved', async () => {
      const site = await certifiedSite();
      site.isPublished = false;
      site.cluster.put(certificateDevice('a', { revoked: { reason: 'KeyCompromise' } }));
      await site.told('a');
      assert.equal(site.ledger.get('1a')?.reason, 'KeyCompromise');
      assert.equal(site.device('a').text('Ready'), 'False/Pending');
      site.prove(2);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Ready'), 'False/Pending', 'the list is not out yet');
      site.isPublished = true;
      site.prove(3);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Ready'), 'True/Revoked');
      assert.equal(site.device('a').status.bundleRevision, 3);
      site.written();
      site.restart();
      site.prove(9);
      await site.reconcile('a');
      assert.deepEqual(site.written(), []);
    });

    it('tells each step with its time, also when it is told later', async () => {
      const site = await certifiedSite();
      const second = (count: number) => new Date(site.clock.now().getTime() + count * 1000).toISOString();
      const [begun, proved, gone] = [second(0), second(3), second(7)];
      site.isPublished = false;
      site.cluster.put(certificateDevice('a', { revoked: { reason: 'KeyCompromise' } }));
      await site.reconcile('a');
      site.clock.stopFor(1000);
      await site.reconcile('a');
      site.clock.stopFor(1000);
      site.isPublished = true;
      site.prove(3);
      const { proved: [proof] = [] } = site.broker ?? {};
      assert.ok(proof);
      site.clock.stopFor(2000);
      const times = { provedAt: new Date(proved), sessionsEndedAt: new Date(proved) };
      site.broker = { ...site.broker, proved: [{ ...proof, ...times }] };
      await site.reconcile('a');
      const steps = {
        ...{ reason: 'KeyCompromise', certificates: 1, begunAt: begun, recordedAt: begun },
        ...{ publishedAt: proved, provedAt: proved, disconnectedAt: proved },
      };
      assert.deepEqual(site.device('a').status.revocation, steps);
      site.clock.stopFor(3000);
      site.cluster.remove('DeviceCertificate', 'plant/a');
      await site.reconcile('a');
      assert.deepEqual(site.device('a').status.revocation, { ...steps, deletedAt: gone });
      site.restart();
      site.written();
      site.isKnown = false;
      await site.reconcile('a');
      assert.deepEqual(site.written(), []);
    });

    it('tells how far a suspension is, and nothing of it when it is over', async () => {
      const site = await certifiedSite();
      const at = site.clock.now().toISOString();
      site.cluster.put(certificateDevice('a', { suspended: true }));
      site.prove(2);
      await site.reconcile('a');
      const steps = { recordedAt: at, publishedAt: at, provedAt: at };
      const hold = { reason: 'CertificateHold', certificates: 1, begunAt: at };
      assert.deepEqual(site.device('a').status.revocation, { ...hold, ...steps });
      site.cluster.put(certificateDevice('a'));
      site.prove(3);
      await site.reconcile('a');
      assert.equal(site.device('a').status.revocation, undefined);
    });

    it('tells of no proof of a suspension while it is not known what was published since', async () => {
      const site = await certifiedSite();
      const proof = () => (site.device('a').status.revocation as { readonly provedAt?: string } | undefined)?.provedAt;
      site.cluster.put(certificateDevice('a', { suspended: true }));
      site.prove(2);
      site.broker = { ...site.broker, changes: { ...nothingKnown, knownFrom: 4 } };
      await site.told('a');
      assert.equal(proof(), undefined);
      site.prove(4);
      await site.reconcile('a');
      assert.equal(proof(), site.clock.now().toISOString());
    });

    it('calls a suspended device ready when it is denied everything', async () => {
      const site = await readySite();
      site.cluster.put(passwordDevice('a', { suspended: true }));
      await site.told('a');
      assert.equal(site.device('a').text('Ready'), 'False/Pending');
      site.prove(2);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Ready'), 'True/Suspended');
      assert.ok(site.events.some(({ reason }) => reason === 'Suspended'));
      assert.ok(site.passwords.lines(main).has('a'), 'its line stays');
    });

    it('comes back when the device ends', async () => {
      const site = await readySite({ expiresAt: '2026-02-01T00:00:00Z' });
      assert.equal((await site.reconcile('a')).kind, 'RequeueAt');
      site.clock.stopFor(40 * 86_400_000);
      site.prove(2);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Ready'), 'True/Expired');
    });
  });

  describe('deletion', () => {
    it('waits for ledger and published set, not for a proof', async () => {
      const site = await certifiedSite();
      site.isPublished = false;
      await deleteDevice(site);
      assert.equal((await site.reconcile('a')).kind, 'RequeueAt');
      assert.equal(site.ledger.get('1a')?.reason, 'CessationOfOperation');
      assert.ok(site.cluster.object('MqttDevice', 'plant/a'));
      site.isPublished = true;
      await site.reconcile('a');
      assert.equal(site.cluster.object('MqttDevice', 'plant/a'), undefined);
    });

    it('waits while nothing is known of its certificates', async () => {
      const site = await certifiedSite();
      site.isKnown = false;
      await deleteDevice(site);
      await site.reconcile('a');
      site.clock.stopFor(6000);
      await site.reconcile('a');
      assert.match(site.device('a').message('Ready'), /cert-manager/);
      assert.ok(site.cluster.object('MqttDevice', 'plant/a'));
    });

    it('fails as long as the ledger cannot be written', async () => {
      const site = await certifiedSite();
      site.ledgerError = refusal(500, 'InternalError');
      await deleteDevice(site);
      await assert.rejects(site.reconcile('a'), /InternalError/);
      assert.ok(site.cluster.object('MqttDevice', 'plant/a'));
    });

    for (const [name, prepare] of [
      ['its broker is gone', (site: Site) => site.cluster.remove('MqttBroker', main)],
      [
        'its broker is going',
        (site: Site) => {
          const metadata = { ...broker.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x/y'] };
          site.cluster.put({ ...broker, metadata });
        },
      ],
      [
        'its namespace is going',
        (site: Site) => {
          const status = { phase: 'Terminating' };
          site.cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plant' }, status } as KubeObject);
        },
      ],
    ] as const) {
      it(`waits for nothing when ${name}, but tells the ledger`, async () => {
        const site = await certifiedSite();
        site.isPublished = false;
        prepare(site);
        await deleteDevice(site);
        await site.reconcile('a');
        assert.ok(site.ledger.has('1a'));
        assert.equal(site.cluster.object('MqttDevice', 'plant/a'), undefined);
      });
    }

    it('is never of a password device that holds nothing', async () => {
      const site = await readySite();
      assert.equal(site.cluster.object('MqttDevice', 'plant/a')?.metadata.finalizers, undefined);
      await deleteDevice(site);
      await site.reconcile('a');
      assert.equal(site.passwords.lines(main).has('a'), false);
    });
  });

  describe('what refuses a device', () => {
    it('is told with its reason, and makes nothing', async () => {
      const site = new Site();
      site.cluster.put(passwordDevice('a', { rules: [{ effect: 'Allow', actions: ['Publish'], topic: '#' }] }));
      await site.reconcile('a');
      assert.deepEqual(site.written(), ['status MqttDevice plant/a']);
      assert.equal(site.device('a').text('Accepted'), 'False/OverBroad');
      assert.equal(site.device('a').text('Stalled'), 'True/OverBroad');
      assert.equal(site.passwords.isComplete(main), true);
    });

    it('may come right by itself where something is not there', async () => {
      const site = new Site();
      site.cluster.put(passwordDevice('a', { templateRefs: [{ name: 'nowhere' }] }));
      await site.reconcile('a');
      assert.equal(site.device('a').text('Accepted'), 'True/Accepted');
      assert.equal(site.device('a').text('ResolvedRefs'), 'False/TemplateNotFound');
      assert.equal(site.device('a').text('Reconciling'), 'True/TemplateNotFound');
      site.cluster.put({ ...template, metadata: { namespace: 'plant', name: 'nowhere' } });
      await site.reconcile('a');
      site.prove();
      await site.reconcile('a');
      assert.equal(site.device('a').text('ResolvedRefs'), 'True/ResolvedRefs');
      assert.equal(site.device('a').text('Ready'), 'True/Ready');
    });

    it('is an older device of the same identity, which is untouched', async () => {
      const site = await readySite();
      const metadata = { creationTimestamp: '2026-01-02T00:00:00Z' };
      site.cluster.put(object('MqttDevice', 'b', specOf(passwordDevice('b', { identity: 'a' })), metadata));
      const line = site.passwords.lines(main).get('a');
      await site.reconcile('b');
      await site.reconcile('a');
      assert.equal(site.device('b').text('Accepted'), 'False/Conflicted');
      assert.equal(site.passwords.lines(main).get('a'), line);
      assert.deepEqual(site.written(), ['status MqttDevice plant/b']);
      site.cluster.remove('MqttDevice', 'plant/b');
      await site.reconcile('b');
      assert.equal(site.passwords.lines(main).get('a'), line);
    });

    it('is the broker that no longer admits its namespace', async () => {
      const site = new Site();
      const grant = { from: 'All', topicPrefix: 'tenants/{namespace}', roles: ['Device'] };
      site.cluster.put({ ...broker, spec: { ...specOf(broker), allowedNamespaces: grant } } as KubeObject);
      const spec = {
        ...specOf(passwordDevice('a', { templateRefs: [] })),
        brokerRef: { name: 'main', namespace: 'plant' },
      };
      site.cluster.put(object('MqttDevice', 'a', spec, { namespace: 'tenant' }));
      await site.reconcile('a', 'tenant');
      site.prove();
      await site.reconcile('a', 'tenant');
      assert.equal(site.device('a', 'tenant').status.identity, 'tenant.a');
      assert.equal(site.device('a', 'tenant').text('Ready'), 'True/Ready');
      site.cluster.put(broker);
      await site.reconcile('a', 'tenant');
      assert.equal(site.device('a', 'tenant').text('Accepted'), 'False/NotAllowed');
      assert.equal(site.device('a', 'tenant').text('Programmed'), 'False/NotAllowed');
    });

    it('keeps the last good version in force while the object is invalid', async () => {
      const site = await readySite();
      site.cluster.put(passwordDevice('a', { identity: 'no spaces' }));
      await site.reconcile('a');
      const { text, message, status } = site.device('a');
      assert.equal(text('Accepted'), 'False/Invalid');
      assert.match(message('Accepted'), /last good version stays in force/);
      assert.equal(text('Programmed'), 'True/Programmed');
      assert.equal(status.identity, 'a');
      assert.ok(site.passwords.lines(main).has('a'));
    });
  });

  it('makes nothing in a namespace that is going', async () => {
    const site = new Site();
    const status = { phase: 'Terminating' };
    site.cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plant' }, status } as KubeObject);
    site.cluster.put(passwordDevice('a'));
    site.cluster.put(certificateDevice('b'));
    await site.told('a');
    await site.told('b');
    assert.deepEqual(site.written(), ['status MqttDevice plant/a', 'status MqttDevice plant/b']);
  });

  it('does nothing on what its mirror had before its own last write', async () => {
    const site = new Site();
    site.cluster.put(certificateDevice('a'));
    site.cluster.isMirrored = false;
    await site.reconcile('a');
    assert.deepEqual(site.written(), ['patch MqttDevice plant/a', 'apply DeviceCertificate plant/a']);
    await site.reconcile('a');
    assert.deepEqual(site.written(), []);
    site.clock.stopFor(60_000);
    await assert.rejects(site.reconcile('a'), /Conflict/, 'a mirror that stays behind is believed: writes are refused');
  });

  describe('progress', () => {
    it('is written when it lasts over five seconds', async () => {
      const site = await readySite();
      site.cluster.put(otherTemplate);
      const outcome = await site.reconcile('a');
      assert.deepEqual(outcome, { kind: 'RequeueAt', at: new Date(site.clock.now().getTime() + 5000) });
      assert.deepEqual(site.written(), []);
      site.clock.stopFor(5000);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Programmed'), 'False/Pending');
    });

    it('is not written as long as there is nothing to tell', async () => {
      const site = new Site();
      site.cluster.put(passwordDevice('a'));
      await site.told('a');
      site.written();
      site.broker = { proved: [{ revision: 1, statuses: undefined }] };
      for (let seconds = 0; seconds < 60; seconds += 6) {
        await site.reconcile('a');
        site.clock.stopFor(6000);
      }
      assert.deepEqual(site.written(), []);
    });

    it('names what the agent refuses and which instances are missing', async () => {
      const site = await readySite();
      site.cluster.put(otherTemplate);
      const old = site.broker?.proved?.[0];
      site.broker = { proved: [{ revision: 2, statuses: site.compiled().statuses }, old!], expectedInstances: 2 };
      await site.reconcile('a');
      site.clock.stopFor(5000);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Programmed'), 'False/PartiallyProgrammed');
      site.broker = { proved: [old!], refusal: 'one: hash: differs' };
      site.clock.stopFor(5000);
      await site.reconcile('a');
      site.clock.stopFor(5000);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Programmed'), 'False/Refused');
    });

    it('of a broker that was made anew is none, until that one has proved it', async () => {
      const site = await readySite();
      site.cluster.remove('MqttBroker', main);
      site.cluster.put(broker);
      site.broker = undefined;
      const outcome = await site.reconcile('a');
      assert.equal(outcome.kind, 'RequeueAt');
      site.clock.stopFor(5_000);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Ready'), 'False/Pending');
      site.prove(1);
      await site.reconcile('a');
      assert.equal(site.device('a').text('Ready'), 'True/Ready');
    });

    it('is unknown without an instance', async () => {
      const site = new Site();
      site.cluster.put(passwordDevice('a'));
      site.broker = { expectedInstances: 0, proved: [] };
      await site.told('a');
      assert.equal(site.device('a').text('Programmed'), 'Unknown/NoInstances');
    });
  });
});

/** With a password device `a` that is ready in revision 1, and no writes on record. */
async function readySite(spec: object = {}): Promise<Site> {
  const site = new Site();
  site.cluster.put(passwordDevice('a', spec));
  await site.reconcile('a');
  site.prove(1);
  await site.reconcile('a');
  assert.equal(site.device('a').text('Ready'), 'True/Ready');
  site.written();
  site.events.length = 0;
  return site;
}

/** With one more right. */
function ruled(level: string): object {
  return { rules: [{ effect: 'Allow', actions: ['Publish'], topic: `${level}/{device}` }] };
}

/** The same with a certificate device, whose certificate has serial 1a. */
async function certifiedSite(): Promise<Site> {
  const site = new Site();
  site.cluster.put(certificateDevice('a'));
  await site.reconcile('a');
  site.held = [held('a', '1a')];
  site.prove(1);
  await site.reconcile('a');
  assert.equal(site.device('a').text('Ready'), 'True/Ready');
  assert.deepEqual(site.cluster.object('MqttDevice', 'plant/a')?.metadata.finalizers, [revokeFinalizer]);
  site.written();
  return site;
}

async function deleteDevice(site: Site): Promise<void> {
  await site.context.client.delete(
    { group: '', version: '', plural: '', kind: 'MqttDevice', namespaced: true },
    'plant',
    'a',
  );
}

function passwordIn(site: Site): string {
  const secret = site.cluster.object('Secret', 'plant/a-password') as { data?: Record<string, string> } | undefined;
  return Buffer.from(secret?.data?.['password'] ?? '', 'base64').toString();
}

function secretOf(name: string, values: Readonly<Record<string, string>>): KubeObject {
  const data = Object.fromEntries(Object.entries(values).map(([k, v]) => [k, Buffer.from(v).toString('base64')]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'plant', name }, data } as KubeObject;
}

const otherTemplate = {
  ...template,
  spec: { role: 'Device', rules: [{ effect: 'Allow', actions: ['Subscribe'], topic: 'commands/{device}' }] },
} as KubeObject;

function specOf(one: KubeObject): object {
  return (one as { spec?: object }).spec ?? {};
}
