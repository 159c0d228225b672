import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { deviceMetrics } from '../../src/agent/device-metrics.ts';

describe('acts by identity', () => {
  const listed = (...names: readonly string[]) => new Set(names);

  function site(most?: number) {
    const registry = new Registry();
    const devices = deviceMetrics(registry, most);
    const series = async () => {
      const lines = (await registry.metrics()).split('\n').filter((line) => /^\w/.test(line));
      return lines.map((line) => line.replace(/^mqttsec_agent_device_acts_total/, '')).sort();
    };
    return { devices, series };
  }

  it('are no metric unless they are asked for, and none any more afterwards', async () => {
    const { devices, series } = site();
    devices.note('a', 'Oversize');
    assert.deepEqual(await series(), []);
    devices.follow(listed('a'));
    for (const kind of ['ConnectStorm', 'ConnectStorm', 'PublishDenied'] as const) devices.note('a', kind);
    assert.deepEqual(await series(), ['{identity="a",act="Connect"} 2', '{identity="a",act="PublishDenied"} 1']);
    devices.follow(undefined);
    devices.note('a', 'Oversize');
    assert.deepEqual(await series(), []);
    devices.follow(listed('a'));
    devices.note('a', 'Oversize');
    assert.deepEqual(await series(), ['{identity="a",act="Oversize"} 1']);
  });

  it('are of so many identities, and of all others in one more series, whatever comes', async () => {
    const { devices, series } = site(2);
    devices.follow({ has: () => true });
    for (let i = 0; i < 10_000; i += 1) devices.note(`d${i}`, 'ConnectStorm');
    devices.note('d1', 'ConnectStorm');
    const expected = ['_others",act="Connect"} 9998', 'd0",act="Connect"} 1', 'd1",act="Connect"} 2'];
    assert.deepEqual(
      await series(),
      expected.map((line) => `{identity="${line}`),
    );
  });

  it('go with an identity that the broker has no more, whose place another takes', async () => {
    const { devices, series } = site(1);
    devices.follow(listed('a', 'b'));
    for (const name of ['a', 'b']) devices.note(name, 'Flood');
    devices.follow(listed('b'));
    devices.note('b', 'Flood');
    assert.deepEqual(await series(), ['{identity="_others",act="Flood"} 1', '{identity="b",act="Flood"} 1']);
  });
});
