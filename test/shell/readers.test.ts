import assert from 'node:assert/strict';
import type { Route } from '../../src/shell/http.ts';
import { guardedRoute } from '../../src/shell/readers.ts';
import { VirtualClock } from '../kube/virtual-clock.ts';

/** An API server that knows these tokens, and lets these users read. */
interface Cluster {
  users: Record<string, string>;
  readonly mayRead: Set<string>;
  readonly asked: string[];
  /** Answers come when this resolves. */
  gate: Promise<unknown>;
}

interface Review {
  readonly kind: string;
  readonly spec: { readonly token?: string; readonly user?: string; readonly nonResourceAttributes?: object };
}

const shown: Route = () => Promise.resolve({ status: 200, text: 'up 1\n' });

describe('readers of a route', () => {
  let cluster: Cluster;
  let clock: VirtualClock;
  let route: Route;

  beforeEach(() => {
    clock = new VirtualClock();
    cluster = { users: {}, mayRead: new Set(), asked: [], gate: Promise.resolve() };
    const send = async ({ body = '' }: { readonly body?: string }) => {
      const { kind, spec } = JSON.parse(body) as Review;
      cluster.asked.push(kind);
      await cluster.gate;
      return Buffer.from(JSON.stringify({ status: answered(spec) }));
    };
    route = guardedRoute('/metrics', shown, { transport: { send }, clock });
  });

  function answered({ token, user, nonResourceAttributes }: Review['spec']): object {
    if (token === undefined) {
      assert.deepEqual(nonResourceAttributes, { path: '/metrics', verb: 'get' });
      return { allowed: cluster.mayRead.has(user ?? '') };
    }
    const username = Object.hasOwn(cluster.users, token) ? cluster.users[token] : undefined;
    return username === undefined ? { authenticated: false } : { authenticated: true, user: { username } };
  }

  async function asked(authorization?: string, path = '/metrics'): Promise<number | undefined> {
    const headers = authorization === undefined ? {} : { authorization };
    return (await route(new URL(path, 'http://process'), { headers }))?.status;
  }

  it('are those whose token is known and whose user may get the path', async () => {
    cluster.users = { good: 'prometheus', other: 'somebody' };
    cluster.mayRead.add('prometheus');
    assert.deepEqual(
      [await asked(), await asked('Basic good'), await asked('Bearer'), await asked('Bearer bad')],
      [401, 401, 401, 401],
    );
    assert.equal(await asked('Bearer other'), 403);
    assert.equal(await asked('bearer good'), 200);
    assert.equal(await asked('Bearer good', '/debug'), undefined);
  });

  it('are asked of once a minute', async () => {
    cluster.users = { good: 'prometheus' };
    cluster.mayRead.add('prometheus');
    for (let scrape = 0; scrape < 5; scrape++) assert.equal(await asked('Bearer good'), 200);
    assert.deepEqual(cluster.asked, ['TokenReview', 'SubjectAccessReview']);
    cluster.mayRead.clear();
    await clock.advance(60_000);
    assert.equal(await asked('Bearer good'), 403, 'a right that was taken back');
  });

  it('are asked of once however many requests come at a time', async () => {
    cluster.users = { good: 'prometheus' };
    cluster.mayRead.add('prometheus');
    const statuses = await Promise.all(Array.from({ length: 40 }, () => asked('Bearer good')));
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.equal(cluster.asked.length, 2);
  });

  it('are let in while strangers try tokens, who wait for nobody', async () => {
    cluster.users = { good: 'prometheus' };
    cluster.mayRead.add('prometheus');
    assert.equal(await asked('Bearer good'), 200);
    const opened = Promise.withResolvers<undefined>();
    cluster.gate = opened.promise;
    const guesses = Array.from({ length: 100 }, (_, guess) => asked(`Bearer guess-${guess}`));
    assert.equal(await asked('Bearer good'), 200);
    opened.resolve(undefined);
    const statuses = await Promise.all(guesses);
    assert.deepEqual(
      [401, 429].map((code) => statuses.filter((status) => status === code).length),
      [16, 84],
    );
  });

  it('are not told in the error about an answer that is none', async () => {
    const send = ({ body = '' }: { readonly body?: string }) => Promise.resolve(Buffer.from(body.replaceAll('"', '')));
    const broken = guardedRoute('/metrics', shown, { transport: { send }, clock });
    const request = broken(new URL('/metrics', 'http://process'), { headers: { authorization: 'Bearer hunter2' } });
    await assert.rejects(request, ({ message, cause }: Error) => {
      assert.equal(message, 'create tokenreviews: the answer is no JSON');
      return cause === undefined;
    });
  });

  it('are nobody while the API server cannot be asked, and that is not remembered', async () => {
    cluster.users = { good: 'prometheus' };
    cluster.mayRead.add('prometheus');
    cluster.gate = Promise.reject(new Error('create tokenreviews: ConnectionFailed'));
    await assert.rejects(asked('Bearer good'), /ConnectionFailed/);
    cluster.gate = Promise.resolve();
    assert.equal(await asked('Bearer good'), 200);
  });
});
