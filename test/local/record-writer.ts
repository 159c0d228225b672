/** A process that adds to the records of 40 devices once it is told to: FIELD at TIME, in DIRECTORY. */
import { addToRecord } from '../../src/local/records.ts';

const [directory = '', field = '', time = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  const at = new Date(time);
  const addition = {
    ...(field === 'revoked' && { revoked: { reason: 'KeyCompromise', at, fromManifest: false } as const }),
    ...(field === 'renewAt' && { renewAt: at }),
    ...(field === 'unlockAt' && { unlockAt: at }),
  };
  const devices = Array.from({ length: 40 }, (_, index) => `plant/d-${index}` as const);
  void devices
    .reduce(
      (before, device) => before.then(() => addToRecord(directory, device, addition)).then(() => undefined),
      Promise.resolve(),
    )
    .then(() => process.exit(0));
});
