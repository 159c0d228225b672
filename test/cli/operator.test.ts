import assert from 'node:assert/strict';
import { mqttsec } from './program.ts';

describe('mqttsec operator', () => {
  for (const [namespaces, wrong] of [
    ['plant,Yard', 'Yard'],
    ['plant,', ''],
    ['plant yard', 'plant yard'],
  ] as const) {
    it(`takes '${namespaces}' for no namespaces`, () => {
      const words = ['operator', '--image', 'mqttsec:1', '--kubeconfig', 'nowhere', '--watch-namespace', namespaces];
      const { code, err } = mqttsec(words);
      assert.equal(code, 2);
      assert.match(err, new RegExp(`--watch-namespace '${namespaces}': '${wrong}' is not the name of a namespace`));
    });
  }

  it('takes several with commas between them, also from the environment', () => {
    const words = ['operator', '--image', 'mqttsec:1', '--kubeconfig', 'nowhere'];
    for (const more of [{ words: ['--watch-namespace', 'plant, yard'] }, { env: { WATCH_NAMESPACE: 'plant,yard' } }]) {
      const { err } = mqttsec([...words, ...(more.words ?? [])], { env: more.env ?? {} });
      assert.match(err, /nowhere/);
    }
  });
});
