import assert from 'node:assert/strict';
import { isExpired } from '../../src/kube/errors.ts';
import { completeList } from '../../src/kube/list.ts';
import {
  configMap,
  configMaps,
  json,
  list,
  type ScriptedServer,
  scriptedServer,
  status,
  type ConfigMap,
} from './scripted-server.ts';
import { VirtualClock } from './virtual-clock.ts';

const expired = json(410, status(410, 'Expired'));

class Names {
  readonly all: string[] = [];
  add(items: readonly ConfigMap[]): Promise<void> {
    this.all.push(...items.map(({ metadata }) => metadata.name));
    return Promise.resolve();
  }
}

describe('complete lists', () => {
  let server: ScriptedServer;
  beforeEach(async () => (server = await scriptedServer({ clock: new VirtualClock() })));
  afterEach(() => server.close());

  const whole = () => completeList(server.client, configMaps, { limit: 2 }, () => new Names());
  const asked = () => server.asked.map(({ query }) => [query['limit'], query['continue']]);

  it('begin anew when the version of the first pages is gone, and forget them', async () => {
    server.answers(
      list('10', [configMap('gone', '1')], 'a'),
      expired,
      list('20', [configMap('a', '15')], 'b'),
      list('20', [configMap('b', '16')]),
    );
    const { gathered, resourceVersion } = await whole();
    assert.deepEqual(gathered.all, ['a', 'b']);
    assert.equal(resourceVersion, '20');
    assert.deepEqual(asked(), [
      ['2', undefined],
      ['2', 'a'],
      ['2', undefined],
      ['2', 'b'],
    ]);
  });

  it('come in one piece when that happens again', async () => {
    server.answers(list('10', [], 'a'), expired, list('20', [], 'b'), expired, list('30', [configMap('a', '15')]));
    const { gathered, resourceVersion } = await whole();
    assert.deepEqual([gathered.all, resourceVersion], [['a'], '30']);
    assert.deepEqual(asked().at(-1), [undefined, undefined]);
    assert.ok(
      server.asked.every(({ query }) => query['resourceVersion'] === undefined),
      'none is of an older version',
    );
  });

  it('fail when even that is refused', async () => {
    server.answers(list('10', [], 'a'), expired, list('20', [], 'b'), expired, expired);
    await assert.rejects(whole(), isExpired);
  });
});
