import { claimBytes, isNetwork, newClaim } from '../domain/enrol/claim.ts';
import { keepClaim } from '../local/claims.ts';
import { systemRandom } from '../local/system.ts';
import { durationSeconds } from '../parse/duration.ts';
import { commandOf } from './command.ts';
import { UsageError, type Io } from './io.ts';
import { deviceNamed, deviceOperand, localState, stateOption } from './local-state.ts';

export const command = commandOf({
  synopsis: 'claim DEVICE [--valid DURATION] [--from NETWORK] [--state DIR]',
  about: `'enrol claim' lets a device that keeps its own key ask for its first certificate, once: it prints a claim,
ID:SECRET, for whoever installs the device. Only a hash of it is kept. The device shows it by EST (RFC 7030) at the port
that 'dev --enrol-port' opens, with a signing request; later it asks there with its certificate.
The manifest of such a device has authentication type Certificate, and no certificate template.`,
  options: {
    valid: { type: 'string', value: 'DURATION', about: 'how long it is good, such as 30m or 72h (24h)' },
    from: {
      type: 'string',
      multiple: true,
      value: 'NETWORK',
      about: 'networks that it is good from, such as 10.1.0.0/16 (all); may be given several times',
    },
    state: stateOption,
  },
  run: async ({ options, operands, io }) => {
    const [deed, ...rest] = operands;
    if (deed !== 'claim') throw new UsageError("enrol takes 'claim DEVICE'");
    return claimed(deviceOperand(rest), options, io);
  },
});

const dayMilliseconds = 86_400_000;
/** A claim that is good for longer is one that is forgotten. */
const longestMilliseconds = 366 * dayMilliseconds;

interface ClaimOptions {
  readonly valid?: string;
  readonly from?: readonly string[];
  readonly state?: string;
}

async function claimed(name: string, { valid, from: networks = [], state: directory }: ClaimOptions, io: Io) {
  const wrong = networks.find((network) => !isNetwork(network));
  if (wrong !== undefined) throw new UsageError(`--from '${wrong}' is no network such as 10.1.0.0/16`);
  const life = valid === undefined ? dayMilliseconds : lifeOf(valid);
  const state = await localState(directory, io);
  const { device, enrols, reason } = deviceNamed(state, name);
  if (enrols !== true) {
    throw new Error(
      `claim for ${device}: it has a password, or its manifest has a certificate template: it does not enrol`,
    );
  }
  if (reason === 'Revoked') throw new Error(`claim for ${device}: it is revoked`);
  const expiresAt = new Date(io.now().getTime() + life);
  const terms = { broker: state.status.broker, device, expiresAt, networks };
  const { claim, secret } = newClaim(terms, systemRandom.bytes(claimBytes));
  await keepClaim(state.paths.claims, claim);
  io.out(`${claim.id}:${secret}\n`);
  io.err(`mqttsec: claim of ${device}, good once until ${expiresAt.toISOString()}\n`);
  return 0 as const;
}

function lifeOf(text: string): number {
  const milliseconds = (durationSeconds(text) ?? 0) * 1000;
  if (milliseconds > 0 && milliseconds <= longestMilliseconds) return milliseconds;
  throw new UsageError(`--valid '${text}' is not a duration such as 30m or 72h, a year at most`);
}
