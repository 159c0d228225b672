/** What containers print, those included that are gone by now, and what of it must not be there. */
import { closeSync, globSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { nodeNames, podLogFolder } from './node.ts';

export interface ContainerLog {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly lines: readonly string[];
}

export interface PodLogs {
  /** Of all containers since it was started, one after another. */
  readonly logs: () => readonly ContainerLog[];
  readonly stop: () => void;
}

const milliseconds = 100;

/** Opens each file as soon as it is there: the kubelet removes it with its pod, and it can be read all the same. */
export function followedLogs({ directory }: ControlPlane): PodLogs {
  const opened = new Map<string, number>();
  const folders = nodeNames.map((name) => podLogFolder(directory, name));
  const look = () => {
    for (const file of folders.flatMap((folder) => globSync(`${folder}/*/*/*.log`))) {
      if (!opened.has(file)) openIfThere(file, opened);
    }
  };
  const timer = setInterval(look, milliseconds);
  return {
    logs: () => {
      look();
      return [...opened].map(([file, descriptor]) => logOf(file, descriptor));
    },
    stop: () => {
      clearInterval(timer);
      for (const descriptor of opened.values()) closeSync(descriptor);
      opened.clear();
    },
  };
}

function openIfThere(file: string, opened: Map<string, number>): void {
  try {
    opened.set(file, openSync(file, 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Folders are named `NAMESPACE_POD_UID/CONTAINER`. */
function logOf(file: string, descriptor: number): ContainerLog {
  const [of = '', container = ''] = path.dirname(file).split(path.sep).slice(-2);
  const [namespace = '', pod = ''] = of.split('_');
  // From its beginning: read by the descriptor itself it would go on where it ended the last time.
  const text = readFileSync(`/proc/self/fd/${descriptor}`, 'utf8');
  return { namespace, pod, container, lines: printedLines(text) };
}

/** A line of the file has a time, a stream, `P` where the next one belongs to it, and what was printed. */
function printedLines(text: string): readonly string[] {
  const lines: string[] = [];
  let begun = '';
  for (const [, part, printed = ''] of text.matchAll(/^\S+ \S+ ([FP]) (.*)$/gm)) {
    begun += printed;
    if (part === 'P') continue;
    lines.push(begun);
    begun = '';
  }
  return lines;
}

/** Warnings of operator and agents that a sound run of these tests has, each with its reason. */
const expected: readonly RegExp[] = [
  // Somebody was faster, or the object is gone; it is tried again.
  /: (Conflict|AlreadyExists|NotFound): /,
  // A pod ends: Mosquitto first, in order, and then its agent, which may be about to tell that.
  / terminating(?: \|.*)?".*"msg":"(Mosquitto ended|proof|refused a bundle)"/,
  /"what":"send report: SIGTERM"/,
  // A broker was deleted, or the release, and the rights went before the pods.
  /"what":"send report: get brokerinstances \S+: Forbidden: /,
  /"message":"(apply|get) leases \S+: Forbidden: .*"msg":"lease failed"/,
  // The same, or a pod was deleted by force: its token ends before it does, whatever it asks for then.
  /: Unauthorized: /,
  // For up to half a minute after the install the API server does not know the kinds of the policies (docs/install.md).
  /: Invalid: .* failed to configure policy: failed to find resource referenced by paramKind: /,
  /: Forbidden: .* cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion mqttsecurity/,
  // The API server, a webhook or an aggregated API behind it is busy or begins; it is tried again.
  /: (TooManyRequests|ServiceUnavailable|ServerTimeout|Timeout|InternalError): /,
  // A machine that is so busy that a watch with a bookmark each minute stands still.
  /: Timeout: nothing came for \d+ s"/,
];

/** Lines of operator and agents that are no JSON, or tell of a problem that nobody expects. */
export function unexpectedLines(logs: readonly ContainerLog[]): readonly string[] {
  return logs
    .filter(({ container }) => container === 'operator' || container === 'agent')
    .flatMap(({ pod, container, lines }) =>
      lines
        .filter(isProblem)
        .filter((line, index, all) => !isOfEnding(line, all[index + 1] ?? ''))
        .filter((line) => !expected.some((pattern) => pattern.test(line)))
        .map((line) => `${pod} ${container}: ${line}`),
    );
}

/** An agent looks after its broker in the moment between that one's end in order and its own: the next problem tells. */
function isOfEnding(line: string, next: string): boolean {
  return line.includes('"what":"the local listener does not answer"') && / terminating"/.test(next);
}

/** What clients did is told in lines of another form, as events. */
function isProblem(line: string): boolean {
  try {
    const { level, event } = JSON.parse(line) as { readonly level?: string; readonly event?: string };
    return event === undefined && level !== 'info' && level !== 'debug';
  } catch {
    return true;
  }
}

interface SecretList {
  readonly items: readonly { readonly data?: Readonly<Record<string, string>> }[];
}

/** Entries of Secrets that everybody may see. */
const publicKeys = ['ca.crt', 'tls.crt', 'client.crt', 'username', 'connection.json', 'cafile', 'certfile', 'conf'];

/** Words of all Secrets of the cluster: lines of private keys, passwords, salts and hashes. */
export async function secretWords({ admin }: ControlPlane): Promise<readonly string[]> {
  const { items } = await admin.call<SecretList>('GET', '/api/v1/secrets');
  return items
    .flatMap(({ data = {} }) => Object.entries(data))
    .filter(([key]) => !publicKeys.includes(key))
    .flatMap(([, value]) =>
      Buffer.from(value, 'base64')
        .toString('latin1')
        .split(/[\s":$,]+/),
    )
    .filter((word) => word.length >= 16 && /\d/.test(word) && /[A-Z]/.test(word));
}

/** Lines of any container that have one of these words, or a token of a service account, in them. */
export function leakingLines(logs: readonly ContainerLog[], words: ReadonlySet<string>): readonly string[] {
  const secrets = ['eyJhbGciOi', ...words];
  return logs.flatMap(({ pod, container, lines }) =>
    lines.filter((line) => secrets.some((word) => line.includes(word))).map((line) => `${pod} ${container}: ${line}`),
  );
}
