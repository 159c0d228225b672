import { isChangedSince, isKnownSince } from '../domain/bundle/changes.ts';
import { keyOf } from '../domain/fleet.ts';
import { devicesIn } from '../domain/pki/lineage.ts';
import { withPositions } from '../parse/manifests.ts';
import { reportable } from '../parse/report.ts';
import { currentCertificates } from './plan.ts';
import { renewalsOf } from './renewals.ts';
import { revocationsOf } from './revocations.ts';
import type { Run } from './run.ts';
import { writeJson } from './state.ts';
import { deviceStatuses, type LocalStatus } from './status.ts';

/** The status as it is now; written and told when it is another than the last. */
export async function currentStatus(run: Run): Promise<LocalStatus> {
  run.revocations = revocationsNow(run);
  const status = statusOf(run);
  if (JSON.stringify(status) === JSON.stringify(run.status)) return status;
  if (JSON.stringify(status.findings) !== JSON.stringify(run.status?.findings)) run.world.onFindings(status.findings);
  run.status = status;
  await writeJson(run.store.paths.status, status);
  run.world.onStatus(status);
  return status;
}

function revocationsNow(run: Run): Run['revocations'] {
  const { bundle, store, published, report, carried, revocations, world } = run;
  if (!bundle) return revocations;
  const loaded = report?.loaded;
  const facts = {
    ...{ former: revocations, devices: devicesIn(bundle.fleet), ledger: store.ledger, held: store.held, loaded },
    published: published && carried.get(published.hash),
    proved: loaded && carried.get(loaded.hash),
    isProof: (identity: string) => isProof(run, identity),
  };
  return revocationsOf(facts, world.clock.now());
}

/** The broker has proved all that it can enforce of the identity by now. */
function isProof({ report, changes }: Run, identity: string): boolean {
  const { revision } = report?.loaded ?? {};
  return revision !== undefined && isKnownSince(changes, revision) && !isChangedSince(changes, revision, identity);
}

function statusOf(run: Run): LocalStatus {
  const { accepted: present, broker, bundle, published, report, store } = run;
  const key = keyOf(broker);
  const loaded = report?.loaded;
  const lastError = run.failure ?? report?.lastError;
  return {
    broker: key,
    mosquittoVersion: run.mosquitto.version,
    host: run.options.host,
    listeners: broker.listeners.map(({ name, authentication, tls, protocol, port }) => {
      return { name, port: run.ports.get(name) ?? port, authentication, tls, protocol };
    }),
    ...(run.enrolment && { enrolment: { port: run.enrolment.port } }),
    ...(published && { bundle: { revision: published.revision, hash: published.hash } }),
    ...(loaded && { loaded }),
    ...(report?.refused && { refused: report.refused }),
    ...(lastError !== undefined && { lastError }),
    devices: bundle
      ? deviceStatuses({
          broker: key,
          accepted: present,
          devices: devicesIn(bundle.fleet),
          statuses: bundle.compiled.statuses,
          loaded: loaded && run.carried.get(loaded.hash),
          isProof: (identity) => isProof(run, identity),
          isRefused: report?.refused !== undefined,
          findings: bundle.findings,
          certificates: currentCertificates(store),
          revocations: run.revocations,
          lockouts: bundle.lockouts,
          notices: bundle.compiled.notices,
          now: run.world.clock.now(),
        })
      : [],
    ...(bundle && { renewals: renewalsOf(store, bundle.compiled.statuses, run.world.clock.now()) }),
    findings: reportable(withPositions(bundle?.findings ?? present.findings, present.result)),
  };
}
