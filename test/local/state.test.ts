import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endOrphan, lockHolder, rememberBroker, takeLock, type ProcessTable } from '../../src/local/lock.ts';
import { listenerPorts } from '../../src/local/ports.ts';
import { addToRecord, keepRequest, readRecord, readRecords, removeRecord } from '../../src/local/records.ts';
import { existingState, jsonOf, objectPath, openState } from '../../src/local/state.ts';
import { systemClock } from '../../src/local/system.ts';
import { aBroker } from '../fixtures.ts';

describe('state directory', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'mqttsec-state-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const at = (name: string) => path.join(root, name);

  it('is made for its owner alone, and opens again', async () => {
    const paths = await openState(at('state'));
    await openState(at('state'));
    assert.equal(statSync(paths.root).mode & 0o777, 0o700);
    for (const name of readdirSync(paths.root))
      assert.equal(statSync(path.join(paths.root, name)).mode & 0o077, 0, name);
  });

  it('of another layout is refused and not touched', async () => {
    mkdirSync(at('state'));
    writeFileSync(path.join(at('state'), 'version'), '2\n');
    await assert.rejects(openState(at('state')), /^Error: open state .*version:1: layout version "2" is not 1/);
    assert.deepEqual(readdirSync(at('state')), ['version']);
  });

  it('is not made in a directory that holds something else', async () => {
    writeFileSync(at('thesis.txt'), '');
    await assert.rejects(openState(root), /the directory holds something else/);
    assert.deepEqual(readdirSync(root), ['thesis.txt']);
  });

  it('must exist for who only reads it', async () => {
    await assert.rejects(
      existingState(at('none')),
      /there is none; 'mqttsec dev DIR' makes DIR\/\.mqttsec, which --state names/,
    );
  });

  it('says nothing of what is in a file that is no JSON: it may be a password', async () => {
    writeFileSync(at('connection.json'), '{"password": hunter2}');
    await assert.rejects(jsonOf(at('connection.json')), ({ message, cause }: Error) => {
      assert.match(message, /^read .*connection.json: it is no JSON$/);
      return cause === undefined;
    });
  });

  for (const key of ['../x/y', 'a/..', 'a/b/../c', 'a/', '/a', 'A/b', 'a/\n'] as const) {
    it(`has no place for the object ${JSON.stringify(key)}`, () => {
      const place = () => objectPath('/state', key);
      if (key === 'a/b/../c') assert.equal(place(), '/state/a/b');
      else assert.throws(place, /it is no NAMESPACE\/NAME/);
    });
  }

  describe('lock', () => {
    const alive = (...pids: number[]): ProcessTable => ({
      self: process.pid,
      isAlive: (pid) => pids.includes(pid),
      terminate: () => undefined,
    });

    it('is held by one process, and given back', async () => {
      const unlock = await takeLock(at('lock'), alive(process.pid));
      await assert.rejects(takeLock(at('lock'), alive(process.pid)), /process id \d+ uses this state directory/);
      assert.equal(await lockHolder(at('lock'), alive(process.pid)), process.pid);
      await unlock();
      assert.equal(await lockHolder(at('lock'), alive(process.pid)), undefined);
      await (
        await takeLock(at('lock'), alive(process.pid))
      )();
      assert.deepEqual(readdirSync(root), []);
    });

    for (const [name, text] of Object.entries({
      'of a process that has ended': '{"pid":999999,"start":"1"}',
      'of another process with the same number': `{"pid":${String(process.pid)},"start":"1"}`,
      'cut in the middle': '{"pid":',
    })) {
      it(`${name} is taken over`, async () => {
        writeFileSync(at('lock'), text);
        await (
          await takeLock(at('lock'), alive(process.pid))
        )();
      });
    }

    it('remembers the broker, so that the next run ends one that was left behind', async () => {
      const ended: number[] = [];
      const table: ProcessTable = {
        self: 1,
        isAlive: (pid) => !ended.includes(pid),
        terminate: (pid) => void ended.push(pid),
      };
      await rememberBroker(at('broker.json'), process.pid);
      await endOrphan(at('broker.json'), table, systemClock());
      assert.deepEqual(ended, [process.pid]);
      await endOrphan(at('broker.json'), table, systemClock());
      assert.deepEqual(ended, [process.pid]);
    });
  });

  describe('records', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const revoked = { reason: 'KeyCompromise', at: now, fromManifest: false } as const;

    it('are read as they were written, and a revocation stays as it first was', async () => {
      await addToRecord(at('records'), 'plant/a', { revoked });
      await addToRecord(at('records'), 'plant/a', { renewAt: now });
      await addToRecord(at('records'), 'plant/a', { revoked: { ...revoked, reason: 'Superseded' } });
      const { records, findings } = await readRecords(at('records'));
      assert.deepEqual([...records], [['plant/a', { revoked, renewAt: now }]]);
      assert.deepEqual(findings, []);
      await removeRecord(at('records'), 'plant/a');
      assert.equal((await readRecords(at('records'))).records.size, 0);
    });

    it('are kept of commands that run at the same time, whichever was first', async () => {
      const times = Array.from({ length: 40 }, (_, index) => new Date(now.getTime() + ((index * 7) % 40)));
      const reasons = ['KeyCompromise', 'Superseded'] as const;
      await Promise.all([
        ...times.map((renewAt) => addToRecord(at('records'), 'plant/a', { renewAt })),
        ...times.map((unlockAt) => addToRecord(at('records'), 'plant/a', { unlockAt })),
        ...reasons.map((reason) => addToRecord(at('records'), 'plant/a', { revoked: { ...revoked, reason } })),
      ]);
      const last = new Date(now.getTime() + 39);
      const { revoked: kept, ...others } = await readRecord(at('records'), 'plant/a');
      assert.deepEqual(others, { renewAt: last, unlockAt: last });
      assert.ok(kept && reasons.some((reason) => reason === kept.reason), 'the revocation is lost');
      assert.deepEqual(readdirSync(path.join(at('records'), 'plant')), ['a']);
    });

    it('are kept of processes that write at the same time', async function () {
      this.timeout(60_000);
      const fields = ['revoked', 'renewAt', 'unlockAt'];
      const program = path.join(import.meta.dirname, 'record-writer.ts');
      const writers = fields.map((field) =>
        spawn(process.execPath, [program, at('records'), field, now.toISOString()], {
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      );
      await Promise.all(writers.map(({ stdout }) => once(stdout, 'data')));
      const ends = writers.map((writer) => once(writer, 'exit'));
      for (const { stdin } of writers) stdin.write('go\n');
      assert.deepEqual(await Promise.all(ends), [
        [0, null],
        [0, null],
        [0, null],
      ]);
      const { records } = await readRecords(at('records'));
      assert.equal(records.size, 40);
      for (const record of records.values()) assert.deepEqual(record, { revoked, renewAt: now, unlockAt: now });
    });

    it('of one JSON object, as they once were, are read as before', async () => {
      await addToRecord(at('records'), 'plant/a', { revoked });
      writeFileSync(objectPath(at('records'), 'plant/a'), `${JSON.stringify({ revoked }, undefined, 2)}\n`);
      await addToRecord(at('records'), 'plant/a', { renewAt: now });
      assert.deepEqual(await readRecord(at('records'), 'plant/a'), { revoked, renewAt: now });
    });

    it('have beside them what came by enrolment, which takes nothing from them', async () => {
      const later = new Date(now.getTime() + 1);
      const read = async () => (await readRecords(at('records'), at('requests'))).records.get('plant/a');
      await keepRequest(at('requests'), 'plant/a', { csr: 'x', renewAt: now });
      assert.deepEqual(await read(), { csr: 'x', renewAt: now });
      await addToRecord(at('records'), 'plant/a', { revoked, renewAt: later });
      assert.deepEqual(await read(), { csr: 'x', revoked, renewAt: later });
      await keepRequest(at('requests'), 'plant/a', { csr: 'y', renewAt: new Date(later.getTime() + 1) });
      assert.deepEqual(await read(), { csr: 'y', revoked, renewAt: new Date(later.getTime() + 1) });
      assert.deepEqual(await readRecord(at('records'), 'plant/a'), { revoked, renewAt: later });
    });

    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '{"revoked":{"reason":"Nothing","at":"2026-01-01T00:00:00Z"}}',
      '{"renewAt":7}',
    ]) {
      it(`that hold ${JSON.stringify(text)} are findings, and hold up no other`, async () => {
        await addToRecord(at('records'), 'plant/a', { revoked });
        writeFileSync(objectPath(at('records'), 'plant/b'), text);
        const { records, unreadable, findings } = await readRecords(at('records'));
        if (text === '[]') assert.deepEqual(records.get('plant/b'), {});
        else {
          assert.deepEqual([...unreadable], ['plant/b']);
          assert.deepEqual(
            findings.map(({ code }) => code),
            ['MQS123'],
          );
        }
        assert.ok(records.has('plant/a'));
      });
    }
  });

  describe('ports', () => {
    const { listeners } = aBroker();
    const names = listeners.map(({ name }) => name);
    const choice = (first?: number) => ({
      file: at('ports.json'),
      host: '127.0.0.1',
      ...(first !== undefined && { first }),
    });
    const servers: Server[] = [];
    afterEach(() => {
      for (const server of servers.splice(0)) server.close();
    });
    const taken = (port: number) =>
      new Promise<number>((resolve, reject) => {
        const server = createServer().once('error', reject);
        servers.push(server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port)));
      });

    it('are free ones, the same at the next start', async () => {
      const first = await listenerPorts(listeners, choice(), new Map());
      assert.deepEqual([...first.keys()], names);
      assert.equal(new Set(first.values()).size, names.length);
      assert.deepEqual(await listenerPorts(listeners, choice(), new Map()), first);
    });

    it('are others when theirs were taken meanwhile', async () => {
      const first = await listenerPorts(listeners, choice(), new Map());
      const [port = 0] = first.values();
      await taken(port);
      assert.equal([...(await listenerPorts(listeners, choice(), new Map())).values()].includes(port), false);
    });

    it('stay while the broker has them', async () => {
      const first = await listenerPorts(listeners, choice(), new Map());
      for (const port of first.values()) await taken(port);
      assert.deepEqual(await listenerPorts(listeners, choice(), first), first);
    });

    it('are refused when they were asked for and are in use', async () => {
      const port = await taken(0);
      const message = new RegExp(`open port ${String(port)} of listener ${names[0] ?? ''} on 127.0.0.1: it is in use`);
      await assert.rejects(listenerPorts(listeners, choice(port), new Map()), message);
      assert.throws(() => readFileSync(at('ports.json')));
    });

    it('are refused on an address that is not of this machine', async () => {
      const elsewhere = { ...choice(), host: '192.0.2.1' };
      await assert.rejects(
        listenerPorts(listeners, elsewhere, new Map()),
        /listen on 192\.0\.2\.1: this machine has no such address/,
      );
    });
  });
});
