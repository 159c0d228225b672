import { systemRandom } from '../local/system.ts';
import { checklist } from '../verify/points.ts';
import { pointResults, type PointResult } from '../verify/point.ts';
import { networkProber } from '../verify/network.ts';
import { resultsJson, resultsJunit, resultsTable } from '../verify/report.ts';
import { choiceOf, commandOf } from './command.ts';
import { type Io, UsageError } from './io.ts';
import { stateOption } from './local-state.ts';
import { targetOf } from './verify-target.ts';

export const command = commandOf({
  synopsis: `[PATH…] [--state DIR] [--identity NAME]…
[PATH…] --kit DIR [--kit DIR]…
[PATH…] --broker HOST:PORT [--ca FILE] --cert FILE --key FILE
[PATH…] --broker HOST:PORT [--ca FILE] --username NAME --password-file FILE`,
  about: `Goes through the security checklist with real connections to a running broker: that of local mode, or any other
with the credentials of one identity or, with connection kits (mqttsec bundle), of several. PATH, the manifests of the
broker, says who may do what: without it most of what is about topics cannot be tried.
It takes over the sessions of the identities that it is given: name some that are there for this. Beside their sessions
nothing is touched: topics and client IDs of probes contain 'mqttsec-verify', and what is retained is removed again.
Exit code 0: nothing failed. 1: something did. 2: the broker cannot be reached, or wrong usage.`,
  options: {
    state: stateOption,
    identity: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      about: 'local mode: try it as these devices (default: up to 12); with --broker: client ID of the one',
    },
    kit: {
      type: 'string',
      multiple: true,
      value: 'DIR',
      about: 'connection kit of an identity, and where it connects',
    },
    refused: {
      type: 'string',
      multiple: true,
      value: 'DIR',
      about: 'kit with a certificate that must be refused: revoked, expired or of another CA',
    },
    broker: { type: 'string', value: 'HOST:PORT', about: 'where the broker listens with TLS' },
    ca: { type: 'string', value: 'FILE', about: 'CA of its server certificate (default: those that Node.js knows)' },
    cert: { type: 'string', value: 'FILE', about: 'client certificate' },
    key: { type: 'string', value: 'FILE', about: 'its key' },
    username: { type: 'string', value: 'NAME', about: 'user name, and client ID' },
    'password-file': { type: 'string', value: 'FILE', about: 'file with the password' },
    'plain-port': {
      type: 'string',
      multiple: true,
      value: 'PORT',
      about: 'port of the host that must not speak MQTT without TLS (default 1883, in local mode none; 0: none)',
    },
    as: { type: 'string', value: 'NAME', about: 'the MqttBroker in PATH that is meant: NAME or NAMESPACE/NAME' },
    timeout: { type: 'string', value: 'SECONDS', about: 'how long to wait for each answer (default 5)' },
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'table (default), json or junit' },
  },
  run: async ({ options, operands, io }) => {
    const format = choiceOf('output', options.output, ['table', 'json', 'junit']) ?? 'table';
    const prober = networkProber(millisecondsOf(options.timeout));
    const world = await targetOf(options, operands, io);
    const results = await pointResults(checklist(systemRandom), world, prober, progress(io));
    io.out({ table: resultsTable, json: resultsJson, junit: resultsJunit }[format](results));
    return results.some(({ verdict }) => verdict === 'Fail') ? 1 : 0;
  },
});

function millisecondsOf(text = '5'): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 60)) throw new UsageError(`--timeout '${text}' is no number of seconds up to 60`);
  return seconds * 1000;
}

function progress(io: Io): (result: PointResult) => void {
  return ({ name, verdict }) => {
    if (io.isErrorTerminal) io.err(`${name}: ${verdict}\n`);
  };
}
