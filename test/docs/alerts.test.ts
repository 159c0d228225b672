import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { load, loadAll } from 'js-yaml';
import { brokerLabel } from '../../src/api/labels.ts';
import { brokerPodSpec } from '../../src/controllers/workload/pod.ts';
import type { ManagedWorkload } from '../../src/domain/fleet.ts';
import { root } from '../cli/program.ts';
import { aBroker } from '../fixtures.ts';
import { type CustomResource, customResources, exposedMetrics } from './metrics.ts';
import { groupedLabels, selectorsIn } from './promql.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}
interface Schema {
  readonly type?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const text = (file: string) => readFileSync(path.join(root, file), 'utf8');
const { spec } = load(text('deploy/monitoring/prometheus-rules.yaml')) as {
  readonly spec: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
};
const rules = spec.groups.flatMap((group) => group.rules);
const alerts = [...new Set(rules.map(({ alert }) => alert))].sort();

describe('alert rules', () => {
  const metrics = exposedMetrics();
  const cases = text('test/docs/alerts.yaml');

  for (const { alert, expr, labels, annotations } of rules) {
    describe(`${alert}, ${labels.severity}`, () => {
      it('asks for metrics and labels that there are', () => {
        const selectors = selectorsIn(expr);
        assert.ok(selectors.length > 0);
        const known = selectors.map(({ metric }) => metrics.get(metric));
        for (const [index, { metric, labels: asked }] of selectors.entries()) {
          const own = known[index];
          assert.ok(own, `nothing exposes ${metric}`);
          for (const label of asked) assert.ok(own.has(label), `${metric} has no label ${label}`);
        }
        for (const label of groupedLabels(expr)) {
          assert.ok(
            known.some((own) => own?.has(label)),
            `no label ${label}`,
          );
        }
      });

      it('has a severity, a line that says what is the matter, and its runbook', () => {
        assert.ok(['critical', 'warning', 'info'].includes(labels.severity));
        assert.match(annotations.summary, /^\S.*\.$/);
        assert.equal(annotations.runbook_url, `docs/runbooks/${alert}.md`);
        assert.ok(existsSync(path.join(root, annotations.runbook_url)));
      });

      it('is seen to fire', () => {
        const isSeen = new RegExp(`alertname="${alert}",\\s*severity="${labels.severity}"`);
        assert.match(cases, isSeen);
      });
    });
  }

  it('have a runbook each, and no runbook is left over', () => {
    const runbooks = globSync('docs/runbooks/*.md', { cwd: root }).map((file) => path.basename(file, '.md'));
    assert.deepEqual(runbooks.sort(), alerts);
  });

  it('are listed in the guide of operations', () => {
    const listed = [...text('docs/operations.md').matchAll(/\]\(runbooks\/(\w+)\.md\)/g)].map(([, name = '']) => name);
    assert.deepEqual([...new Set(listed)].sort(), alerts);
  });
});

describe('runbooks', () => {
  for (const alert of alerts) {
    it(`${alert} says what it means, where to look and what to do`, () => {
      const headings = [...text(`docs/runbooks/${alert}.md`).matchAll(/^#+ .*$/gm)].map(([line]) => line);
      assert.deepEqual(headings, [`# ${alert}`, '## What it means', '## Look', '## What to do']);
    });
  }
});

describe('metrics of kube-state-metrics', () => {
  for (const resource of customResources) {
    it(`are made of fields that ${resource.groupVersionKind.kind} has`, () => {
      const schema = schemaOf(resource);
      for (const { each } of resource.metrics) {
        const metric = each.gauge ?? each.info;
        assert.ok(metric);
        const base = fieldAt(schema, metric.path);
        const element = base.items ?? base;
        for (const field of [metric.valueFrom ?? [], ...Object.values(metric.labelsFromPath ?? {})]) {
          fieldAt(element, field);
        }
      }
    });
  }

  function schemaOf({ groupVersionKind: { kind } }: CustomResource): Schema {
    const crd = load(text(`crds/mqttsecurity.io_${kind.toLowerCase()}s.yaml`)) as {
      readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
    };
    const [version] = crd.spec.versions;
    assert.ok(version);
    return version.schema.openAPIV3Schema;
  }

  function fieldAt(schema: Schema, fields: readonly string[]): Schema {
    return fields.reduce((at, field) => {
      const next = at.properties?.[field];
      assert.ok(next, `no field ${field} in ${fields.join('.')}`);
      return next;
    }, schema);
  }
});

describe('what Prometheus scrapes', () => {
  it('are the ports and labels that operator and agents have', () => {
    const monitors = loadAll(text('deploy/monitoring/pod-monitors.yaml')) as {
      readonly spec: {
        readonly selector: Readonly<Record<string, unknown>>;
        readonly podMetricsEndpoints: readonly { readonly port: string }[];
      };
    }[];
    const [operator, agents] = monitors.map(({ spec: one }) => one);
    const deployment = load(text('deploy/operator/20-deployment.yaml')) as {
      readonly spec: {
        readonly selector: unknown;
        readonly template: {
          readonly spec: { readonly containers: readonly { readonly ports: readonly { readonly name: string }[] }[] };
        };
      };
    };
    assert.deepEqual(operator?.selector, deployment.spec.selector);
    assert.equal(operator?.podMetricsEndpoints[0]?.port, deployment.spec.template.spec.containers[0]?.ports[0]?.name);
    assert.deepEqual(agents?.selector, { matchExpressions: [{ key: brokerLabel, operator: 'Exists' }] });
    const { initContainers } = brokerPod() as {
      readonly initContainers: readonly { readonly ports?: readonly { readonly name: string }[] }[];
    };
    const ports = initContainers.flatMap(({ ports: some = [] }) => some);
    assert.deepEqual(
      agents.podMetricsEndpoints.map(({ port }) => port),
      ports.map(({ name }) => name),
    );
  });

  function brokerPod() {
    const workload: ManagedWorkload = {
      ...{ kind: 'Managed', replicas: 1, acknowledgeNoClustering: false, imagePullSecrets: [] },
      ...{ resources: { requests: new Map(), limits: new Map() }, nodeSelector: new Map() },
      service: { type: 'ClusterIP' },
    };
    const options = { namespace: 'system', image: 'mqttsec:1' };
    return brokerPodSpec({ broker: aBroker(), workload, options, presentResources: undefined });
  }
});
