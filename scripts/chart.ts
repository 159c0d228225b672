/**
 * Writes what the chart takes from elsewhere in the repository, its README, and what deploy/ takes from the chart.
 * Usage: chart.ts [--check]; with --check it writes nothing, judges what the chart renders, and exits 1 when a file is stale
 * or something is wrong.
 */
import { chartProblems } from './chart/judge.ts';
import { plainManifests, plainReleases, type PlainRenderings } from './chart/manifests.ts';
import { chartTools, renderedTemplates } from './chart/render.ts';
import { generatedFiles } from './chart/source.ts';
import { areFresh } from './gen/files.ts';

const isCheck = process.argv.includes('--check');
process.exitCode = isDone() ? 0 : 1;

function isDone(): boolean {
  // First what helm reads.
  if (!areFresh('chart', generatedFiles(), isCheck)) return false;
  const tools = chartTools();
  const rendered = Object.entries(plainReleases).map(([name, one]) => [name, renderedTemplates(tools, one)] as const);
  const plain = plainManifests(Object.fromEntries(rendered) as PlainRenderings);
  if (!areFresh('chart', plain, isCheck)) return false;
  const problems = isCheck ? chartProblems(tools) : [];
  for (const problem of problems) console.error(`chart: ${problem}`);
  return problems.length === 0;
}
