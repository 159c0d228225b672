import assert from 'node:assert/strict';
import { currentLink } from '../../src/agent/generation.ts';
import { bundleDirectory, placedConf } from '../../src/agent/placement.ts';
import { confText } from '../../src/domain/broker/conf.ts';
import { parseConf } from '../../src/domain/broker/conf-parser.ts';
import { imagePlacement, type Placement } from '../../src/domain/bundle/placement.ts';
import { newSite, valueOf } from './site.ts';

const here: Placement = {
  directory: '/run/agent/current',
  user: 'somebody',
  pluginDirectory: '/opt/plugins',
  persistenceDirectory: '/srv/data',
  bindAddress: '127.0.0.7',
  ports: new Map([['mtls', 18883]]),
};

const somePorts = { mtls: 8883, password: 8884 };

function imageConf(version: '2.0' | '2.1') {
  const { directory: link, user, pluginDirectory, persistenceDirectory = '' } = imagePlacement;
  const dialect = version === '2.1' ? { version, pluginDirectory } : { version };
  const { conf } = newSite({ now: new Date(), link, dialect, user, ports: somePorts });
  return { ...conf, persistenceDirectory };
}

describe('configuration for where the agent runs', () => {
  for (const version of ['2.0', '2.1'] as const) {
    it(`leaves nothing of the image in one of ${version}, and is read back as it is`, () => {
      const placed = valueOf(placedConf(imageConf(version), here));
      const text = confText(placed);
      assert.deepEqual(valueOf(parseConf(text)), placed);
      assert.doesNotMatch(text, /\/mosquitto\/(current|data)|\/usr\/lib\/mosquitto|^user mosquitto$/m);
      assert.match(text, /^user somebody$/m);
      assert.match(text, /^persistence_location \/srv\/data$/m);
      assert.match(text, /^listener 18883 127\.0\.0\.7$/m);
      assert.match(text, /^listener 8884 127\.0\.0\.7$/m);
      assert.equal(text.includes('/opt/plugins/'), version === '2.1');
    });
  }

  it('changes nothing where the agent runs in the image', () => {
    const conf = imageConf('2.1');
    assert.deepEqual(valueOf(placedConf(conf, { ...imagePlacement, bindAddress: '127.0.0.1' })), conf);
  });

  it('saves sessions only where there is a place for them', () => {
    const { directory, user, pluginDirectory, ports } = here;
    const nowhere = { directory, user, pluginDirectory, ports };
    const unsaved = newSite({ now: new Date(), link: '/x', dialect: { version: '2.0' }, user, ports: somePorts }).conf;
    for (const conf of [placedConf(imageConf('2.0'), nowhere), placedConf(unsaved, here)]) {
      assert.match(confText(valueOf(conf)), /^persistence false$/m);
    }
  });

  it('is refused where a path would be read otherwise', () => {
    for (const directory of ['/run/agent\nallow_anonymous true', '/run/agent\u0007']) {
      assert.equal(placedConf(imageConf('2.0'), { ...here, directory }).ok, false);
    }
  });

  it('is checked by the paths of the image, of local mode by its own', () => {
    assert.equal(bundleDirectory('/run/agent', here), imagePlacement.directory);
    assert.equal(bundleDirectory('/run/agent', undefined), currentLink('/run/agent'));
  });
});
