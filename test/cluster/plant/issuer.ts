/** An issuer that a test plays: cert-manager asks it, and it signs for as short a time as it is told, or fails. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parsedCsr } from '../../../src/domain/pki/csr.ts';
import { signedCertificate } from '../../../src/domain/pki/issue.ts';
import { type Authority, createAuthority } from '../../../src/local/authority.ts';
import { type Api, mergePatch } from '../api.ts';

export const issuerRef = { name: 'quick', kind: 'Issuer', group: 'test.example.com' } as const;

export interface TestIssuer {
  /** The CA, as a Secret of type `kubernetes.io/tls`. */
  readonly secret: (name: string) => object;
  /** How long the next certificate of this common name lives, seconds; the ones after it a day again, or `then` is why there are none. */
  readonly shorten: (commonName: string, seconds: number, then?: string) => void;
  /** Why it gives this common name nothing; undefined: it does. */
  readonly refuse: (commonName: string, message: string | undefined) => void;
  readonly stop: () => Promise<void>;
}

interface SeenRequest {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly request: string; readonly issuerRef: { readonly group?: string } };
  readonly status?: { readonly conditions?: readonly { readonly type: string }[] };
}

const usualSeconds = 86_400;

export async function startTestIssuer(admin: Api, namespace: string): Promise<TestIssuer> {
  const random = { bytes: (length: number) => randomBytes(length) };
  const authority = await createAuthority({ commonName: `Devices of ${namespace}`, now: new Date(), random });
  const lives = new Map<string, { readonly seconds: number; readonly then: string | undefined }>();
  const refusals = new Map<string, string>();
  const path = `/apis/cert-manager.io/v1/namespaces/${namespace}/certificaterequests`;
  const stop = new AbortController();

  async function answerAll(): Promise<void> {
    const { items } = await admin.call<{ items: readonly SeenRequest[] }>('GET', path);
    for (const request of items) {
      const isDone = request.status?.conditions?.some(({ type }) => type === 'Ready') === true;
      if (isDone || request.spec.issuerRef.group !== issuerRef.group) continue;
      const place = `${path}/${request.metadata.name}/status`;
      // It may be gone by now.
      await admin.answer('PATCH', place, { body: { status: answerTo(request) }, contentType: mergePatch });
    }
  }

  function answerTo({ spec }: SeenRequest): object {
    const pem = Buffer.from(spec.request, 'base64').toString();
    const commonName = commonNameOf(pem);
    const [at, refusal] = [`${new Date().toISOString().slice(0, 19)}Z`, refusals.get(commonName)];
    const approved = { type: 'Approved', status: 'True', reason: 'Tested', message: '', lastTransitionTime: at };
    const ready = { type: 'Ready', message: refusal ?? '', lastTransitionTime: at };
    if (refusal !== undefined) {
      return { conditions: [approved, { ...ready, status: 'False', reason: 'Failed' }], failureTime: at };
    }
    const { seconds, then } = lives.get(commonName) ?? { seconds: usualSeconds, then: undefined };
    lives.delete(commonName);
    if (then !== undefined) refusals.set(commonName, then);
    return {
      conditions: [approved, { ...ready, status: 'True', reason: 'Issued' }],
      certificate: Buffer.from(signedFor(authority, pem, commonName, seconds)).toString('base64'),
      ca: Buffer.from(authority.certificatePem).toString('base64'),
    };
  }

  const answering = (async () => {
    while (!stop.signal.aborted) {
      await answerAll();
      await delay(100, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    secret: (name) => ({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'kubernetes.io/tls' },
      stringData: {
        ...{ 'tls.crt': authority.certificatePem, 'tls.key': authority.keyPem, 'ca.crt': authority.certificatePem },
      },
    }),
    shorten: (commonName, seconds, then) => void lives.set(commonName, { seconds, then }),
    refuse: (commonName, message) => {
      if (message === undefined) refusals.delete(commonName);
      else refusals.set(commonName, message);
    },
    stop: () => {
      stop.abort();
      return answering;
    },
  };
}

/** The reader of requests says whose it is when it is not whom we expect. */
function commonNameOf(pem: string): string {
  const read = parsedCsr(pem, '');
  const message = read.ok ? '' : read.findings.map((finding) => finding.message).join();
  const [, name = ''] = /its common name is ("[^"]*")/.exec(message) ?? [];
  return JSON.parse(name) as string;
}

function signedFor(authority: Authority, pem: string, commonName: string, seconds: number): string {
  const read = parsedCsr(pem, commonName);
  assert.ok(read.ok);
  const now = Date.now();
  return signedCertificate(
    {
      ...{ commonName, publicKey: read.value.publicKey },
      ...{ use: { kind: 'Client' }, serialBytes: randomBytes(16) },
      ...{ notBefore: new Date(now - 1000), notAfter: new Date(now + seconds * 1000) },
    },
    authority,
  );
}
