import assert from 'node:assert/strict';
import { mqttsec } from './program.ts';

const rows: readonly (readonly [words: string, says: string])[] = [
  ['', "enrol takes 'claim DEVICE' or 'serve'"],
  ['steal pump-1', "enrol takes 'claim DEVICE' or 'serve'"],
  ['serve plant', "enrol takes 'claim DEVICE' or 'serve'"],
  ['claim', 'give one DEVICE'],
  ['claim pump-1 --from plant', "--from 'plant' is no network such as 10.1.0.0/16"],
  ['claim pump-1 --valid 400d', "--valid '400d' is not a duration such as 30m or 72h, a year at most"],
  ['claim pump-1 --state x -n plant', '--namespace is about a cluster, --state is not'],
  ['serve', 'enrol serve needs --broker NAME (or MQTTSEC_BROKER)'],
  ['serve --broker plant', 'enrol serve needs --namespace NS (or POD_NAMESPACE)'],
  ['serve --broker a/b/c', "--broker 'a/b/c' is neither NAME nor NAMESPACE/NAME"],
  ['serve --broker a/b --port 70000', "--port '70000' is not a port number from 0 to 65535"],
  ['serve --broker a/b --http-port x', "--http-port 'x' is not a port number from 0 to 65535"],
  ['serve --broker a/b --state x', "--state is for claims: 'dev --enrol-port' serves local mode"],
  ['serve --broker a/b --kubeconfig /none', '/none'],
];

describe('mqttsec enrol', () => {
  for (const [words, says] of rows) {
    it(`says what is wrong with '${words}'`, () => {
      const { code, out, err } = mqttsec(['enrol', ...words.split(' ').filter(Boolean)]);
      assert.deepEqual([code, out], [2, '']);
      assert.ok(err.includes(says), err);
    });
  }
});
