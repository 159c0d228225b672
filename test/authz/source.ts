/** What a service is served in tests: a fleet, with the passwords that its manifests hold as hashes. */
import type { SourceState } from '../../src/authz/decision/decider.ts';
import type { Fleet } from '../../src/domain/fleet.ts';
import { mainBroker } from '../fixtures.ts';

export function sourceOf(fleet: Fleet, more: Partial<SourceState> = {}): SourceState {
  return {
    fleet,
    broker: fleet.brokers.get(mainBroker),
    passwordOf: ({ authentication }) =>
      authentication.type === 'Password' && authentication.password.kind === 'Hash'
        ? { kind: 'Hash', hash: authentication.password.hash }
        : undefined,
    blockOf: () => undefined,
    readValue: ({ name }) => Promise.reject(new Error(`there is no ${name}`)),
    ...more,
  };
}
