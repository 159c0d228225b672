import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import type { Registry } from 'prom-client';
import { agentHealth } from '../../src/agent/http.ts';
import { listNumbers, noticeNumbers, renewalNumbers } from '../../src/controllers/broker/metrics.ts';
import { createMetrics } from '../../src/shell/metrics.ts';
import { root } from '../cli/program.ts';

export interface CustomResource {
  readonly groupVersionKind: { readonly kind: string };
  readonly metricNamePrefix: string;
  readonly labelsFromPath: Readonly<Record<string, readonly string[]>>;
  readonly metrics: readonly {
    readonly name: string;
    readonly each: {
      readonly gauge?: CustomMetric;
      readonly info?: CustomMetric;
    };
  }[];
}
interface CustomMetric {
  readonly path: readonly string[];
  readonly valueFrom?: readonly string[];
  readonly labelsFromPath?: Readonly<Record<string, readonly string[]>>;
}

/** What kube-state-metrics is told to make of our kinds. */
export const customResources = (
  load(readFileSync(path.join(root, 'deploy/monitoring/kube-state-metrics.yaml'), 'utf8')) as {
    readonly spec: { readonly resources: readonly CustomResource[] };
  }
).spec.resources;

/** Labels of what Prometheus scrapes, by deploy/monitoring/pod-monitors.yaml and by itself. */
const targetLabels = ['job', 'namespace', 'pod', 'container', 'instance'];

/** Every metric that may be asked for, with its labels: those that operator and agent register, and the others. */
export function exposedMetrics(): ReadonlyMap<string, ReadonlySet<string>> {
  const metrics = createMetrics();
  const brokers = { all: () => [] };
  const clock = { now: () => new Date(0) };
  for (const numbers of [...renewalNumbers(brokers), ...listNumbers(brokers), ...noticeNumbers(brokers, clock)]) {
    metrics.watchNumbers(numbers);
  }
  return new Map([
    ...registered(metrics.registry, []),
    ...registered(agentHealth().registry, ['broker']),
    ...customResources.flatMap(customMetrics),
    ['up', new Set([...targetLabels, 'broker'])] as const,
  ]);
}

function registered(registry: Registry, more: readonly string[]): (readonly [string, ReadonlySet<string>])[] {
  return registry.getMetricsAsArray().flatMap((metric) => {
    const own = 'labelNames' in metric ? (metric.labelNames as readonly string[]) : [];
    const labels = [...own, ...targetLabels, ...more];
    // The registry tells the type as text, its declaration as an enumeration.
    const isHistogram = String(metric.type) === 'histogram';
    const names = isHistogram ? ['_bucket', '_sum', '_count'].map((end) => metric.name + end) : [metric.name];
    return names.map((name) => [name, new Set(isHistogram ? [...labels, 'le'] : labels)] as const);
  });
}

function customMetrics(resource: CustomResource): (readonly [string, ReadonlySet<string>])[] {
  const common = Object.keys(resource.labelsFromPath);
  return resource.metrics.map(({ name, each }) => {
    const labels = Object.keys((each.gauge ?? each.info)?.labelsFromPath ?? {});
    return [`${resource.metricNamePrefix}_${name}`, new Set([...common, ...labels])] as const;
  });
}
