/**
 * Keeps a control plane up for a person: API server, controllers and cert-manager on this machine, with the kinds of
 * this project installed; with --operator also the operator, with its rights and policies. Prints how to use it; Ctrl-C
 * ends it and removes all that it made. There are no nodes: pods stay pending.
 */
import { administrator, startControlPlane } from '../test/cluster/control-plane.ts';
import { startOperator } from '../test/cluster/operator.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const asked = Promise.race(signals.map((signal) => new Promise((resolve) => process.once(signal, resolve))));
const begin = performance.now();
const plane = await startControlPlane();
const operator = process.argv.includes('--operator') ? await startOperator(plane) : undefined;
const kubeconfig = await plane.kubeconfig(administrator);
console.log(`Kubernetes is up after ${((performance.now() - begin) / 1000).toFixed(1)} s, with cert-manager${operator ? ' and the operator' : ''}. In another shell:

  export KUBECONFIG=${kubeconfig}
  export PATH=${plane.programs}:$PATH
  kubectl apply -f deploy/samples/plant
  kubectl get mqtt-security,certificates -A

Logs are in ${plane.directory}${operator ? `, metrics at ${operator.address()}/metrics` : ''}. Ctrl-C ends it; nothing stays.`);

const keepAlive = setInterval(() => undefined, 60_000);
await asked;
clearInterval(keepAlive);
await operator?.stop();
await operator?.proxy.close();
const { size } = plane.processes();
await plane.stop();
console.log(`\nStopped ${size + (operator ? 1 : 0)} processes and removed ${plane.directory}.`);
