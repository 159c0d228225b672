/**
 * What no history of a plant may bring about: a revoked certificate that is missing from a published list before it has
 * expired, a list with a lower number, or one past its end while the operator runs. MQTTSEC_HISTORIES says how many (8
 * without it; `make soak` has thousands), MQTTSEC_SEED replays the one that failed.
 */
import { runHistory } from './histories/history.ts';

const replayed = process.env['MQTTSEC_SEED'];
const asked = process.env['MQTTSEC_HISTORIES'];
/** The same ones each time, unless somebody asks for so many. */
const first = Number(replayed ?? (asked === undefined ? 1 : Math.floor(Math.random() * 1_000_000_000)));
const count = replayed === undefined ? Number(asked ?? 8) : 1;
const length = 40;

describe(`revocation lists in random histories, seeds ${first} to ${first + count - 1}`, function () {
  this.timeout(60_000 + count * 30_000);

  it(`say what ${count} of them ask for`, async () => {
    for (let seed = first; seed < first + count; seed += 1) await runHistory(seed, length);
  });

  it(`say so in ${count} in which CAs come and go and somebody else signs`, async () => {
    for (let seed = first; seed < first + count; seed += 1) await runHistory(seed, length, 'Changing');
  });

  it('say so, too, where they once did not', async () => {
    for (const seed of [395_351_711, 467_030_888, 458_429_097, 505_383_314, 652_751_631, 902_139_320, 5_014, 7_009])
      await runHistory(seed, length);
    for (const seed of [100_265, 100_273]) await runHistory(seed, length, 'Changing');
  });
});
