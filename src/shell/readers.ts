/** Lets only those read a route who may `get` its path by the cluster's own RBAC, as controller-runtime's servers of metrics do. */
import { hash } from 'node:crypto';
import type { Clock } from '../kube/ports.ts';
import type { Transport } from '../kube/transport.ts';
import type { Route, TextAnswer } from './http.ts';

export interface ReadersOptions {
  readonly transport: Pick<Transport, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
}

type Standing = 'Allowed' | 'Forbidden' | 'Unauthenticated';

interface Answer {
  readonly until: number;
  readonly standing: Standing;
}

/** How long an answer counts, a right that was taken back included. Tokens that are none are asked of each time: anybody has those. */
const answerMilliseconds = 60_000;
const mostAnswers = 64;
const mostReviews = 16;

const refusals: Readonly<Record<Exclude<Standing, 'Allowed'>, TextAnswer>> = {
  Unauthenticated: { status: 401, text: 'a bearer token of this cluster is needed\n' },
  Forbidden: { status: 403, text: 'the right to get this path is needed (nonResourceURLs)\n' },
};
const busy: TextAnswer = { status: 429, text: 'too many unknown callers at a time\n' };

/** A route of this path alone, behind TokenReview and SubjectAccessReview. Fails where these cannot be asked. */
export function guardedRoute(path: string, route: Route, { transport, clock }: ReadersOptions): Route {
  const answers = new Map<string, Answer>();
  const reviews = new Map<string, Promise<Standing>>();

  function remember(key: string, standing: Standing): void {
    if (standing === 'Unauthenticated') return;
    const [oldest] = answers.keys();
    if (answers.size >= mostAnswers && oldest !== undefined) answers.delete(oldest);
    answers.set(key, { until: clock.now().getTime() + answerMilliseconds, standing });
  }

  async function reviewed(key: string, token: string): Promise<Standing> {
    try {
      const standing = await review(transport, token, path);
      remember(key, standing);
      return standing;
    } finally {
      reviews.delete(key);
    }
  }

  function standingOf(token: string): Standing | Promise<Standing> | undefined {
    const key = hash('sha256', token);
    const known = answers.get(key);
    if (known && known.until > clock.now().getTime()) return known.standing;
    answers.delete(key);
    const underWay = reviews.get(key);
    if (underWay || reviews.size >= mostReviews) return underWay;
    const review = reviewed(key, token);
    reviews.set(key, review);
    return review;
  }

  return async (url, request) => {
    if (url.pathname !== path) return undefined;
    const [scheme = '', token = ''] = request.headers.authorization?.split(' ') ?? [];
    if (scheme.toLowerCase() !== 'bearer' || token === '') return refusals.Unauthenticated;
    const standing = await standingOf(token);
    if (standing === undefined) return busy;
    return standing === 'Allowed' ? route(url, request) : refusals[standing];
  };
}

interface Reviewed {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: {
      readonly username?: string;
      readonly uid?: string;
      readonly groups?: readonly string[];
      readonly extra?: Readonly<Record<string, readonly string[]>>;
    };
    readonly allowed?: boolean;
  };
}

/** Without what was read, for the token comes back in it. */
function reviewedIn(answer: Buffer, plural: string): Reviewed {
  try {
    return JSON.parse(answer.toString()) as Reviewed;
  } catch {
    throw new Error(`create ${plural}: the answer is no JSON`);
  }
}

async function review(transport: Pick<Transport, 'send'>, token: string, path: string): Promise<Standing> {
  const send = async (group: string, plural: string, kind: string, spec: object): Promise<Reviewed['status']> => {
    const body = JSON.stringify({ apiVersion: `${group}/v1`, kind, spec });
    const request = { what: `create ${plural}`, method: 'POST', path: `/apis/${group}/v1/${plural}`, body } as const;
    const answer = await transport.send({ ...request, contentType: 'application/json' });
    return reviewedIn(answer, plural).status;
  };
  const known = await send('authentication.k8s.io', 'tokenreviews', 'TokenReview', { token });
  if (known?.authenticated !== true || known.user?.username === undefined) return 'Unauthenticated';
  const { username: user, uid, groups, extra } = known.user;
  const nonResourceAttributes = { path, verb: 'get' };
  const asked = { user, uid, groups, extra, nonResourceAttributes };
  const right = await send('authorization.k8s.io', 'subjectaccessreviews', 'SubjectAccessReview', asked);
  return right?.allowed === true ? 'Allowed' : 'Forbidden';
}
