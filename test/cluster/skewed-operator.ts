/**
 * The operator with a clock that is wrong by the seconds of the first argument, until SIGUSR2 puts it right. The other
 * arguments are those of the command that the harness of the tests gives. It may fetch lists from this very machine.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { endedOperator } from '../../src/shell/operator-process.ts';

const [seconds = '0', , ...words] = process.argv.slice(2);
const { values } = parseArgs({
  args: words,
  options: {
    kubeconfig: { type: 'string', default: '' },
    namespace: { type: 'string', default: '' },
    image: { type: 'string', default: '' },
    'http-host': { type: 'string', default: '' },
    'http-port': { type: 'string', default: '' },
    'leader-elect': { type: 'string' },
  },
});

let skewMilliseconds = Number(seconds) * 1000;
process.on('SIGUSR2', () => (skewMilliseconds = 0));

const { exitCode } = await endedOperator({
  ...{ namespace: values.namespace, image: values.image, instance: 'skewed', version: '0.0.0', logLevel: 'info' },
  isElected: values['leader-elect'] === 'true',
  http: { host: values['http-host'], port: Number(values['http-port']) },
  kubeConfig: { file: values.kubeconfig },
  writeLog: (line) => process.stderr.write(`${line}\n`),
  isDownloadAllowed: () => true,
  clock: {
    now: () => new Date(Date.now() + skewMilliseconds),
    sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
  },
});
process.exitCode = exitCode;
