import type { Server } from 'node:http';

export interface ListenAddress {
  /** All interfaces without it. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Resolves when the server listens. Errors: an address that is taken or not this machine's; `verb` says what it is for. */
export function listening(server: Server, address: ListenAddress, verb = 'listen'): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error) =>
      reject(new Error(`${verb} on ${address.host ?? '*'}:${address.port}: ${cause.message}`, { cause }));
    server.once('error', onError).listen(address, () => {
      server.off('error', onError);
      resolve();
    });
  });
}
