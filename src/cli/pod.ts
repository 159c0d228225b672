/** What long-running commands are told by flags or, in a pod, by the environment. */
import { objectKey, type ObjectKey } from '../domain/names.ts';
import { UsageError } from './io.ts';

/** The first that says something: variables are often set to nothing. */
export function given(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '');
}

/** A broker by `NAME` or `NAMESPACE/NAME`; `namespace` is for the former. Errors: it is neither, or the namespace is missing. */
export function brokerKeyOf(command: string, text: string, namespace: string | undefined): ObjectKey {
  const [first = '', second, ...rest] = text.split('/');
  if (rest.length > 0 || first === '' || second === '') {
    throw new UsageError(`--broker '${text}' is neither NAME nor NAMESPACE/NAME`);
  }
  if (second !== undefined) return objectKey(first, second);
  if (namespace === undefined) throw new UsageError(`${command} needs --namespace NS (or POD_NAMESPACE)`);
  return objectKey(namespace, first);
}

/** Namespaces with commas between them, each once. Errors: what can be none (RFC 1123 label). */
export function namespacesIn(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined)
    throw new UsageError(`--watch-namespace '${text}': '${wrong}' is not the name of a namespace`);
  return [...new Set(names)];
}
