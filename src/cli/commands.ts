import type { Command } from './command.ts';

/** A command before it is loaded. */
export interface Entry {
  readonly about: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** All commands, in the order of the help text. Each is loaded only when it is called. */
export const commands: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['validate', { about: 'check manifests', load: () => import('./validate.ts') }],
  ['render', { about: 'write the files that a broker gets', load: () => import('./render.ts') }],
  ['can-i', { about: 'may this identity publish, receive, subscribe?', load: () => import('./can-i.ts') }],
  ['audit', { about: 'look for rights that reach far and weak credentials', load: () => import('./audit.ts') }],
  ['diff', { about: 'show rights gained and lost between manifests', load: () => import('./diff.ts') }],
  ['import', { about: 'turn files of a Mosquitto into manifests', load: () => import('./import.ts') }],
  ['dev', { about: 'run a broker from a directory of manifests', load: () => import('./dev.ts') }],
  ['status', { about: 'show what a broker enforces', load: () => import('./status.ts') }],
  ['sightings', { about: 'print who came to the broker of an agent', load: () => import('./sightings.ts') }],
  ['verify', { about: 'go through the security checklist at a running broker', load: () => import('./verify.ts') }],
  ['bundle', { about: 'write the connection kit of a device', load: () => import('./bundle.ts') }],
  ['revoke', { about: 'take an identity back for good', load: () => import('./revoke.ts') }],
  ['renew', { about: 'renew the certificate of a device', load: () => import('./renew.ts') }],
  ['enrol', { about: 'let devices ask for certificates', load: () => import('./enrol.ts') }],
  ['unlock', { about: 'end the lockout of a device', load: () => import('./unlock.ts') }],
  ['wait', { about: 'wait until devices are ready', load: () => import('./wait.ts') }],
  ['hash', { about: 'turn a password into a password line hash', load: () => import('./hash.ts') }],
  ['operator', { about: 'run the controllers of a cluster', load: () => import('./operator.ts') }],
  ['agent', { about: 'keep a broker of a cluster on what was published', load: () => import('./agent.ts') }],
  ['authz', { about: 'answer brokers that ask over HTTP who may do what', load: () => import('./authz.ts') }],
  ['completion', { about: 'print what completes words in a shell', load: () => import('./completion.ts') }],
  ['version', { about: 'print the version', load: () => import('./version.ts') }],
]);
