/**
 * Local mode in random histories: what is published of revocation is checked as in `test/controllers/histories.test.ts`.
 * MQTTSEC_HISTORIES says how many (6 without it), MQTTSEC_SEED replays the one that failed.
 */
import { runHistory } from './histories/history.ts';

const replayed = process.env['MQTTSEC_SEED'];
const asked = process.env['MQTTSEC_HISTORIES'];
/** The same ones each time, unless somebody asks for so many. */
const first = Number(replayed ?? (asked === undefined ? 1 : Math.floor(Math.random() * 1_000_000_000)));
const count = replayed === undefined ? Number(asked ?? 6) : 1;
const length = 30;

describe(`revocation lists of local mode in random histories, seeds ${first} to ${first + count - 1}`, function () {
  this.timeout(60_000 + count * 30_000);

  it(`say what ${count} of them ask for`, async () => {
    for (let seed = first; seed < first + count; seed += 1) await runHistory(seed, length);
  });

  it('say so, too, where they once did not', async () => {
    for (const seed of [714_150_475]) await runHistory(seed, length);
  });
});
