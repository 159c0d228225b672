/** Stand-ins for the controllers beside that of devices: a ledger, certificates, and a broker that proves what it is told to. */
import { nothingKnown } from '../../../src/domain/bundle/changes.ts';
import { compileBroker, type Compiled, type CompileInput } from '../../../src/domain/bundle/compile.ts';
import { imagePlacement } from '../../../src/domain/bundle/placement.ts';
import type { ObjectKey } from '../../../src/domain/names.ts';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import type {
  BrokerState,
  ControllerContext,
  FleetState,
  PasswordState,
  Trust,
} from '../../../src/controllers/context.ts';

type State = ControllerContext['state'];

export const main: ObjectKey = 'plant/main';
const caKeyId = 'ca';

export function held(device: string, serial: string): HeldCertificate {
  return {
    ...{
      identity: device,
      caKeyId,
      serial,
      fingerprint: serial,
      keyId: serial,
      key: 'ECDSA 256',
      renewBeforeSeconds: 1,
    },
    ...{ notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-04-01T00:00:00Z') },
    ...{ lineage: `plant/${device}`, device: `plant/${device}`, issuedAt: new Date('2026-01-01T00:00:00Z') },
  };
}

const trust: Trust = {
  ...{ crls: [], revocations: [], findings: [], nextChangeAt: undefined },
  cas: [{ name: 'devices', keyId: caKeyId, certificates: '', revocation: 'None' }],
};

export abstract class Neighbours {
  readonly ledger = new Map<string, RevocationEntry>();
  held: readonly HeldCertificate[] = [];
  isKnown = true;
  /** Whether what is in the ledger is in the published set. */
  isPublished = true;
  ledgerError: Error | undefined;
  /** What is published now, as far as passwords go. */
  published: ReadonlyMap<string, string> = new Map();
  publishedError: Error | undefined;
  broker: Partial<BrokerState> | undefined;
  /** What devices keep because of a mistake. */
  kept: CompileInput['kept'];
  /** Who is locked out, as the broker sees it. */
  lockouts: BrokerState['lockouts'] = new Map();
  readonly #broker: ObjectKey;

  constructor(broker: ObjectKey = main) {
    this.#broker = broker;
  }

  protected abstract now(): Date;
  #state: Pick<State, 'fleet' | 'passwords'> | undefined;

  state(fleet: FleetState, passwords: PasswordState): State {
    this.#state = { fleet, passwords };
    const brokers = { get: () => this.broker && { ...this.#compiled(), ...this.broker } };
    return { fleet, passwords, issued: this.#issued(), authorities: this.#authorities(), brokers };
  }

  publishedPasswords(): Promise<ReadonlyMap<string, string>> {
    return this.publishedError ? Promise.reject(this.publishedError) : Promise.resolve(this.published);
  }

  #issued(): State['issued'] {
    const isKnown = () => this.isKnown;
    const all = () => this.held;
    return {
      get isKnown() {
        return isKnown();
      },
      get byIdentity() {
        return ShardedMap.from(Map.groupBy(all(), ({ identity }) => identity));
      },
      ofLineage: (lineage) => all().filter((one) => one.lineage === lineage),
      ofDevice: (device) => all().filter((one) => one.device === device),
    };
  }

  #authorities(): State['authorities'] {
    return {
      trustOf: () => trust,
      issuingCa: () => caKeyId,
      issuance: () => ({ keyId: caKeyId }),
      revoke: (entries) => {
        if (this.ledgerError) return Promise.reject(this.ledgerError);
        for (const entry of entries) this.ledger.set(entry.serial, this.ledger.get(entry.serial) ?? entry);
        return Promise.resolve();
      },
      isPublished: ({ serial }) => this.isPublished && this.ledger.has(serial),
      isRevoked: ({ serial }) => this.ledger.has(serial),
    };
  }

  /** What the compiler makes of the fleet now. */
  compiled(): Compiled {
    return this.#compiled().compiled;
  }

  #compiled(): BrokerState {
    const { fleet, passwords } = this.#state ?? assertNever();
    const live = this.held.filter((one) => !this.ledger.has(one.serial));
    const input = {
      ...{ fleet: fleet.fleet, broker: this.#broker, cas: trust.cas, crls: [], revocations: [] },
      certificates: ShardedMap.from(Map.groupBy(live, ({ identity }) => identity)),
      ...(this.kept && { kept: this.kept }),
      ...{
        passwordLines: passwords.lines(this.#broker),
        lockouts: ShardedMap.from([...this.lockouts.values()].map(({ identity, until }) => [identity, until])),
        placement: imagePlacement,
      },
    };
    return {
      broker: fleet.fleet.brokers.get(this.#broker) ?? assertNever(),
      compiled: compileBroker(input, this.now()),
      ...{ lockouts: this.lockouts, published: undefined, trust, isCurrent: true, expectedInstances: 1, proved: [] },
      ...{ changes: { ...nothingKnown, knownFrom: 0 }, refusal: undefined, problem: undefined },
    };
  }

  /** The broker publishes what is compiled now as this revision, and every instance proves it. */
  prove(revision = 1, instances = 1): void {
    const { statuses } = this.compiled();
    const index = {
      broker: 'main',
      revision,
      hash: String(revision),
      parts: {},
    } as unknown as BrokerState['published'];
    this.published = new Map((this.#state ?? assertNever()).passwords.lines(this.#broker).entries());
    const proved = Array.from({ length: instances }, () => ({ revision, statuses, trust }));
    this.broker = { published: index, proved, expectedInstances: instances };
  }
}

function assertNever(): never {
  throw new Error('there is a broker in this state');
}
