import { type CallOptions, type KubeClient } from './client.ts';
import { type Term } from './lease.ts';

/**
 * The client of a leader: each write is refused with `LostLeadership` once the term is over, and those under way are
 * ended. What is asked right before the bytes leave also catches a write that waited for a connection, for another try,
 * or through a pause of the whole process. What is left is the time that a write is on its way to the server: whoever
 * cannot bear that names a resourceVersion.
 */
export function fencedClient(client: KubeClient, term: Pick<Term, 'fence' | 'lost'>): KubeClient {
  function fenced<Options extends CallOptions>(options: Options): Options {
    term.fence();
    const signal = options.signal ? AbortSignal.any([options.signal, term.lost]) : term.lost;
    return { ...options, signal, beforeSend: () => term.fence() };
  }
  return {
    get: (...args) => client.get(...args),
    list: (...args) => client.list(...args),
    watch: (...args) => client.watch(...args),
    apply: async (type, object, options) => client.apply(type, object, fenced(options)),
    applyStatus: async (type, object, options) => client.applyStatus(type, object, fenced(options)),
    patchJson: async (type, namespace, name, operations, options = {}) =>
      client.patchJson(type, namespace, name, operations, fenced(options)),
    create: async (type, object, options = {}) => client.create(type, object, fenced(options)),
    delete: async (type, namespace, name, options = {}) => client.delete(type, namespace, name, fenced(options)),
  };
}
