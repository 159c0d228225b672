import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../cli/program.ts';
import { exposedMetrics } from './metrics.ts';
import { groupedLabels, selectorsIn } from './promql.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
}

const file = 'deploy/monitoring/grafana-dashboard.json';
const { panels, templating } = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Dashboard;

describe(file, () => {
  const metrics = exposedMetrics();

  function checkExpression(expr: string, more: readonly string[] = []): void {
    const selectors = selectorsIn(expr.replaceAll(/\bvector\(\d+\)/g, ''));
    assert.ok(selectors.length > 0, expr);
    for (const { metric, labels } of selectors) {
      const own = metrics.get(metric);
      assert.ok(own, `nothing exposes ${metric}`);
      for (const label of [...labels, ...groupedLabels(expr), ...more]) {
        assert.ok(own.has(label), `${metric} has no label ${label}`);
      }
    }
  }

  for (const { title, targets } of panels) {
    it(`"${title}" asks for metrics and labels that there are`, () => {
      assert.ok(targets.length > 0);
      for (const { expr, legendFormat } of targets) {
        checkExpression(
          expr,
          [...legendFormat.matchAll(/{{(\w+)}}/g)].map(([, label = '']) => label),
        );
      }
    });
  }

  it('chooses by labels that there are, and uses each choice', () => {
    for (const { name, query } of templating.list.filter(({ query: text }) => text.startsWith('label_values('))) {
      const [, expr = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      checkExpression(expr, [label]);
      assert.ok(panels.some(({ targets }) => targets.some((target) => target.expr.includes(`$${name}`))));
    }
  });

  it('has panels side by side, each with a number of its own', () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    for (const { gridPos } of panels) assert.ok(gridPos.x + gridPos.w <= 24);
  });
});
