/** What brokers whose levels are parted by dots cannot tell apart. */
import type { ResolvedDevice } from '../../domain/resolve.ts';

/**
 * Why such a broker cannot do what a device's rules say, if so: a dot in its identity or in a level would part it in two,
 * and a `*` is a wildcard or comes out as one. The whole device is refused, for without one of its denials it could do more.
 */
export function dottedProblem({ device, rules }: ResolvedDevice): string | undefined {
  if (device.identity.includes('.')) return 'its identity has a dot, which parts levels on this broker';
  for (const { filter } of rules) {
    for (const level of filter) {
      if (level.kind !== 'literal') continue;
      if (level.text.includes('.')) return 'a level of its rules has a dot, which parts levels on this broker';
      if (level.text.includes('*')) return 'a level of its rules has *, which is a wildcard on this broker';
    }
  }
  return undefined;
}
