/**
 * Keeps a cluster with two nodes up for a person, in namespaces of its own: the operator is installed by its chart, from the
 * image of this checkout. Prints how to use it; Ctrl-C ends it, and nothing stays.
 */
import { chartTools } from './chart/render.ts';
import { chart, operatorNamespace, startPodSite } from '../test/e2e/site.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const asked = Promise.race(signals.map((signal) => new Promise((resolve) => process.once(signal, resolve))));
const begin = performance.now();
const site = await startPodSite();
const seconds = () => ((performance.now() - begin) / 1000).toFixed(1);
console.log(`Kubernetes has its nodes after ${seconds()} s.`);
await site.createVolumes(4);
await site.createNamespace(operatorNamespace);
await site.helm('install', 'mqtt-security-operator', chart, '--namespace', operatorNamespace, '--wait');
console.log(`The operator runs after ${seconds()} s. In another shell, as root:

  nsenter --target ${process.env['MQTTSEC_NAMESPACES'] ?? ''} --net --mount
  cd ${process.cwd()}
  export KUBECONFIG=${site.kubeconfig}
  export PATH=${site.plane.programs}:${chartTools()}:$PATH
  kubectl apply -f deploy/samples/plant
  kubectl get pods,mqtt-security -A

Logs are in ${site.plane.directory}. Ctrl-C ends it; nothing stays.`);

const keepAlive = setInterval(() => undefined, 60_000);
await asked;
clearInterval(keepAlive);
await site.stop();
