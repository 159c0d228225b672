/** Watches what must not happen at any moment of a run. */
import {
  type CertificateRequestObject,
  certificateRequests,
  configMaps,
  type ConfigMapObject,
} from '../../../src/api/kinds.ts';
import { indexName } from '../../../src/domain/bundle/index-text.ts';
import { parsedCrls } from '../../../src/domain/pki/crl.ts';
import { createReflector } from '../../../src/kube/reflector.ts';
import { realClock, realRandom, testClient } from '../client.ts';
import { administrator, type ControlPlane } from '../control-plane.ts';
import { operatorNamespace } from '../operator.ts';

export interface Monitor {
  /** What went wrong so far. */
  readonly wrong: readonly string[];
  /** Certificates that cert-manager issued anew. Its Events tell so, too, but not each time. */
  readonly issuedAgain: ReadonlySet<string>;
  readonly stop: () => Promise<void>;
}

/** Revisions of sets, and numbers of revocation lists, must not go down. It watches when this resolves. */
export async function startMonitor(plane: ControlPlane, namespace: string): Promise<Monitor> {
  const { client, transport } = testClient(await plane.credentials(administrator), { userAgent: 'crash' });
  const wrong: string[] = [];
  const highest = new Map<string, bigint>();
  const isSeen = (what: string, number: bigint) => {
    const former = highest.get(what) ?? -1n;
    if (number < former) wrong.push(`${what} went down from ${former} to ${number}`);
    else highest.set(what, number);
  };
  const reflectors = [namespace, operatorNamespace].map((place) => {
    const reflector = createReflector<ConfigMapObject, ConfigMapObject>({
      ...{ client, type: configMaps, selection: { namespace: place }, clock: realClock, random: realRandom },
      project: (object) => object,
    });
    reflector.onChange((old, next) => {
      if (!next) return;
      const name = `${place}/${next.metadata.name}`;
      const fresh = Object.entries(next.data ?? {}).filter(([key, text]) => old?.data?.[key] !== text);
      for (const [key, text] of fresh) {
        if (key !== indexName) continue;
        isSeen(`revision of ${name}`, BigInt((JSON.parse(text) as { revision: number }).revision));
      }
      // The list before is kept beside it, and both are new to whoever comes late.
      const newest = fresh.flatMap(([, text]) => crlNumbers(text)).reduce((a, b) => (a > b ? a : b), -1n);
      if (newest >= 0n) isSeen(`CRL number in ${name}`, newest);
    });
    reflector.start();
    return reflector;
  });
  const issuedAgain = new Set<string>();
  const requests = createReflector<CertificateRequestObject, CertificateRequestObject>({
    ...{ client, type: certificateRequests, selection: { namespace }, clock: realClock, random: realRandom },
    project: (object) => object,
  });
  requests.onChange((_, next) => {
    const { annotations } = next?.metadata ?? {};
    const name = annotations?.['cert-manager.io/certificate-name'];
    if (name !== undefined && Number(annotations?.['cert-manager.io/certificate-revision']) > 1) issuedAgain.add(name);
  });
  requests.start();
  const all = [...reflectors, requests];
  await Promise.all(all.map((reflector) => reflector.ready));
  const stop = () => {
    for (const reflector of all) reflector.stop();
    return transport.close();
  };
  return { wrong, issuedAgain, stop };
}

function crlNumbers(text: string): readonly bigint[] {
  if (!text.includes('-----BEGIN X509 CRL-----')) return [];
  const crls = parsedCrls(text);
  return crls.ok ? crls.value.map(({ number }) => number) : [];
}
