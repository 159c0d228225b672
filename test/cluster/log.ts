import { readFileSync } from 'node:fs';

/** How each of the programs marks an error: klog by its first letter, etcd by a field, Go by how a crash begins. */
const marks = [/^[EF]\d{4} /, /"level":"(error|fatal|panic|dpanic)"/, /^panic: /, /^fatal error: /];

/** Errors that say nothing about the product: each with the reason why a sound run has them. */
const harmless: readonly RegExp[] = [
  // No program has a manifest of flags.
  /The manifest file is empty, ignoring\./,
  // The first start of an API server: what it looks after in a namespace of its own has to wait for that.
  /err="namespaces \\"(kube-system|default)\\" not found"/,
  // Without an endpoint reconciler it says so at each start.
  /Found stale data, removed previous endpoints on kubernetes service/,
  // cert-manager looks at something that is not there yet, or no more, and looks again: an issuer before its CA, or a
  // request of a former Certificate of the name before it is collected.
  /"(error getting signing CA TLS certificate|re-queuing item due to error processing)" err="\S+ \\"\S+ (not found|already exists)"/,
  // The same of its self-signed issuer, before it hears of the key that it made for the request.
  /"Referenced secret \S+ not found" err="secrets \\"\S+\\" not found" logger="cert-manager\.sign"/,
  // cert-manager signs a request with the key of its own, which it has just replaced; it makes another request.
  /"Error generating certificate template" err="CSR not signed by referenced private key"/,
  // A controller of the controller manager whose own write has not come back yet, and which looks again.
  /"Error syncing \w+, requeuing" err="(read version: \d+ is not as new as written version: |Operation cannot be fulfilled on )/,
  /"Unhandled Error" err="sync \S+ failed with read version: \d+ is not as new as written version: /,
  // One that counts the replicas of a StatefulSet whose number, or whose whole self, was changed or deleted meanwhile.
  /"Error syncing StatefulSet, requeuing" err="(StatefulSet\.apps \\"\S+\\" is invalid: status\.currentReplicas: Invalid value: -1: |controllerrevisions\.apps \\"\S+\\" not found")/,
  // A disruption budget that goes, or one of a pod whose StatefulSet went a moment ago.
  /"Failed to sync PDB" err="(found no controllers for pod|.* not found")/,
  /"Error syncing PodDisruptionBudget, requeuing" err=".* not found"/,
  // The repair loop meets the address of a Service of which it has not been told yet.
  /"Unhandled Error" err="the ClusterIP \[\S+\]: \S+ for Service \S+ is not allocated; repairing"/,
  // The claim of a pod that went between two looks of the controller that guards it.
  /persistentvolumeclaims \\"(\S+)\\" not found" (PVC="\S+\/\1"|logger="UnhandledError")$/,
  // A client that was ended before the answer to its request, or whose account went before it.
  /"Unable to authenticate the request" err="\[invalid bearer token, (context canceled|serviceaccounts \\"\S+\\" not found)\]"/,
  /: http: Handler timeout"|err="[^"]*http: Handler timeout"|"Post-timeout activity"/,
  /"Unhandled Error" err="FinishRequest: post-timeout activity - .*err: context canceled, panic-reason: <nil>"/,
  /not an metav1\.Status: \S+\{s:\\"context canceled\\"\}: context canceled"|"Timeout or abort while handling"/,
  /"Failed to encode watch event" err="http2: stream closed"/,
  // The repair loop of the API server meets the address of a Service that was deleted a moment ago.
  /"Unhandled Error" err="IPAddress \S+ appears to have leaked: cleaning up"/,
  // cert-manager makes something in a namespace that is going.
  /"re-queuing item due to error processing" err=".*because it is being terminated"/,
  // A manifest with a value of the wrong type, on its way to the schema that refuses it.
  /\[SHOULD NOT HAPPEN\] failed to update managedFields.* to smd typed: /,
];

/** What the controllers of Kubernetes say of kinds that go: harmless in tests that delete kinds. */
export const aboutKindsThatGo = /"Failed to watch" err=".*the server could not find the requested resource"/;

/** The lines of a log that report an error. */
export function errorLines(logFile: string): readonly string[] {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  return lines.filter((line) => marks.some((mark) => mark.test(line)) && !harmless.some((known) => known.test(line)));
}
