/**
 * A server of the benchmark, in a thread of its own: the authorization service over a fleet, or a bare node:http server
 * that reads the same bodies and answers the same bytes. Tells its port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { denialLog } from '../../src/authz/audit.ts';
import { dialects } from '../../src/authz/dialects/index.ts';
import { startAuthzServer } from '../../src/authz/server.ts';
import { authzService } from '../../src/authz/service.ts';
import { keyOf } from '../../src/domain/fleet.ts';
import { aBroker, aDevice, aFleet, allow, aTemplate, deny } from '../../test/fixtures.ts';
import { identity, secret } from './load.ts';

/** Of who runs it. */
export interface ServerData {
  /** Devices; 0: the bare server. */
  readonly identities: number;
}

const answer = '{"result":"allow"}';

function barePort(): Promise<number> {
  const server = createServer((request, response) => {
    request.on('data', () => undefined);
    request.on('end', () => {
      response.writeHead(200, [
        ...['content-type', 'application/json', 'content-length', String(answer.length)],
        ...['cache-control', 'no-store'],
      ]);
      response.end(answer);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function servicePort(identities: number): Promise<number> {
  const template = aTemplate({
    role: 'Backend',
    rules: [
      allow(['Publish', 'Subscribe'], 'sites/berlin/sensors/{device}/telemetry/#'),
      allow('Publish', 'sites/berlin/alerts/{device}'),
      allow('Subscribe', 'sites/+/commands/{device}/+'),
      deny('sites/berlin/sensors/{device}/private/#'),
    ],
  });
  const devices = Array.from({ length: identities }, (_, index) => aDevice(identity(index)));
  const fleet = aFleet({ templates: [template], devices });
  const monotonic = () => performance.now();
  const service = authzService({
    ...{ dialect: dialects.emqx, secret, isCertificateProven: false, maxAgeSeconds: 3600, monotonic },
    ...{ requestsPerSecond: 1e9, loginsPerSecond: 1e9, now: () => new Date() },
    log: denialLog({ broker: keyOf(aBroker()), write: () => undefined, monotonic }),
  });
  service.serve({
    ...{ fleet, broker: fleet.brokers.get(keyOf(aBroker())), passwordOf: () => undefined, blockOf: () => undefined },
    readValue: () => Promise.reject(new Error('read a value: there is none')),
  });
  const body = { bytes: 262_144, milliseconds: 5000 };
  const onError = (error: unknown) => {
    throw new Error('answer', { cause: error });
  };
  return (await startAuthzServer({ service, host: '127.0.0.1', port: 0, maxConnections: 1000, body, onError })).port;
}

const { identities } = workerData as ServerData;
parentPort?.postMessage(await (identities === 0 ? barePort() : servicePort(identities)));
