/** Answers to "are you alive?" and "are you ready?", in the manner of Kubernetes components. */

export interface HealthCheck {
  /** Part of a path: `/readyz/NAME`. */
  readonly name: string;
  /** Why not; nothing if all is well. What it throws is a reason too. */
  readonly problem: () => string | undefined | Promise<string | undefined>;
}

export interface HealthAnswer {
  readonly status: 200 | 404 | 500;
  readonly text: string;
}

export interface HealthQuestion {
  /** Such as `readyz`. */
  readonly title: string;
  readonly checks: readonly HealthCheck[];
  /** Only this one. */
  readonly name?: string;
  readonly verbose: boolean;
  /** Names of checks that do not count. */
  readonly exclude: readonly string[];
}

/** A check that takes longer than a probe waits has failed. */
const patienceMilliseconds = 1000;

interface CheckResult {
  readonly name: string;
  readonly problem: string | undefined;
  readonly isExcluded: boolean;
}

/** Reasons are given only to who asks verbosely; the log has them too. */
export async function healthAnswer({ title, checks, name, verbose, exclude }: HealthQuestion): Promise<HealthAnswer> {
  const asked = name === undefined ? checks : checks.filter((check) => check.name === name);
  if (name !== undefined && asked.length === 0) return { status: 404, text: `there is no check ${name}\n` };
  const results = await Promise.all(asked.map((check) => resultOf(check, exclude)));
  const isWell = results.every(({ problem, isExcluded }) => problem === undefined || isExcluded);
  const lines = results.map(lineOf);
  if (!isWell) return { status: 500, text: [...lines, `${title} check failed`, ''].join('\n') };
  return { status: 200, text: verbose ? [...lines, `${title} check passed`, ''].join('\n') : 'ok' };
}

function lineOf({ name, problem, isExcluded }: CheckResult): string {
  if (isExcluded) return `[+]${name} excluded: ok`;
  return problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`;
}

async function resultOf({ name, problem }: HealthCheck, exclude: readonly string[]): Promise<CheckResult> {
  if (exclude.includes(name)) return { name, problem: undefined, isExcluded: true };
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve('it does not answer'), patienceMilliseconds);
  try {
    const asked = new Promise<string | undefined>((resolve) => resolve(problem()));
    return { name, problem: await Promise.race([asked, late.promise]), isExcluded: false };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error), isExcluded: false };
  } finally {
    clearTimeout(timer);
  }
}
