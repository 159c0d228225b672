/** What Argo CD, Flux and kstatus make of objects: run by gitops-eval, with the interpreters that they have. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadAll } from 'js-yaml';
import { root } from '../cli/program.ts';

/** Scripts for Argo CD by `KIND`. */
export const customizations = path.join(root, 'deploy/gitops/argocd/resource_customizations/mqttsecurity.io');

/** Expressions of a Flux Kustomization. */
interface Expressions {
  readonly current: string;
  readonly failed?: string;
  readonly inProgress?: string;
}

interface Question {
  readonly object: object;
  /** A script of Argo CD; without it and `flux` kstatus is asked. */
  readonly script?: string;
  readonly flux?: Expressions;
}

interface Answer {
  readonly returned?: unknown;
  readonly status?: string;
  readonly error?: string;
}

let built: string | undefined;

/** Path of gitops-eval; built when it is first needed. */
function evaluator(): string {
  const script = path.join(root, 'scripts/gitops-eval.sh');
  built ??= execFileSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  return built;
}

/** One answer for each question; fails for a script or expression that fails. */
function answers(questions: readonly Question[]): readonly Answer[] {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const lines = execFileSync(evaluator(), { input, encoding: 'utf8' }).split('\n').filter(Boolean);
  assert.equal(lines.length, questions.length);
  return lines.map((line, index) => {
    const answer = JSON.parse(line) as Answer;
    assert.equal(answer.error, undefined, JSON.stringify(questions[index]));
    return answer;
  });
}

export interface Health {
  readonly status: string;
  readonly message: string;
}

interface Kinded {
  readonly kind: string;
}

function scriptOf({ kind }: Kinded, file: string): string {
  return readFileSync(path.join(customizations, kind, file), 'utf8');
}

/** What Argo CD says of the health of objects. */
export function argoHealth(objects: readonly Kinded[]): readonly Health[] {
  return answers(objects.map((object) => ({ object, script: scriptOf(object, 'health.lua') }))).map(
    ({ returned }) => returned as Health,
  );
}

/** Names of actions that Argo CD offers for an object, and whether they cannot be chosen now. */
export function offeredActions(object: Kinded): Readonly<Record<string, { readonly disabled: boolean }>> {
  const [answer] = answers([{ object, script: scriptOf(object, 'actions/discovery.lua') }]);
  return answer?.returned as ReturnType<typeof offeredActions>;
}

/** The object as an action wants it. */
export function acted<T extends Kinded>(object: T, action: string): T {
  const [answer] = answers([{ object, script: scriptOf(object, `actions/${action}/action.lua`) }]);
  return answer?.returned as T;
}

/** InProgress, Failed, Current or Terminating, by expressions or, without them, by kstatus. */
export function fluxStatus(questions: readonly Pick<Question, 'object' | 'flux'>[]): readonly string[] {
  return answers(questions).map(({ status = '' }) => status);
}

interface HealthCheck extends Expressions {
  readonly kind: string;
}

/** The expressions of the Flux sample. */
export function fluxHealthChecks(): readonly HealthCheck[] {
  const text = readFileSync(path.join(root, 'deploy/gitops/flux/plant.yaml'), 'utf8');
  const documents = loadAll(text) as { readonly spec: { readonly healthCheckExprs?: readonly HealthCheck[] } }[];
  return documents.flatMap(({ spec }) => spec.healthCheckExprs ?? []);
}
