import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { type HealthCheck } from '../../src/shell/health.ts';
import { healthRoute, type HttpEndpoint, metricsRoute, startHttp } from '../../src/shell/http.ts';

describe('health and metrics over HTTP', () => {
  let endpoint: HttpEndpoint;
  let problem: HealthCheck['problem'];
  const errors: unknown[] = [];
  const registry = new Registry();

  before(async () => {
    const well: HealthCheck = { name: 'ping', problem: () => undefined };
    const ready = [well, { name: 'stores', problem: () => problem() }];
    const onError = (error: unknown) => errors.push(error);
    const routes = [healthRoute('healthz', [well]), healthRoute('readyz', ready), metricsRoute(registry)];
    endpoint = await startHttp({ host: '127.0.0.1', port: 0, routes, onError });
  });

  after(() => endpoint.close());

  beforeEach(() => (problem = () => undefined));

  async function asked(path: string, method = 'GET'): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${endpoint.port}${path}`, { method });
    return `${response.status} ${await response.text()}`;
  }

  it('says ok when all is well', async () => {
    assert.equal(await asked('/healthz'), '200 ok');
    assert.equal(await asked('/readyz'), '200 ok');
    assert.equal(await asked('/readyz/'), '200 ok');
  });

  it('lists the checks when asked to', async () => {
    assert.equal(await asked('/readyz?verbose'), '200 [+]ping ok\n[+]stores ok\nreadyz check passed\n');
  });

  it('fails with the reason when one check does, and alone where the others are asked', async () => {
    problem = () => 'not listed yet';
    const text = '[+]ping ok\n[-]stores failed: not listed yet\nreadyz check failed\n';
    assert.equal(await asked('/readyz'), `500 ${text}`);
    assert.equal(await asked('/readyz/ping'), '200 ok');
    assert.equal(await asked('/readyz/stores'), '500 [-]stores failed: not listed yet\nreadyz check failed\n');
    assert.equal(await asked('/healthz'), '200 ok');
  });

  it('leaves out what is excluded', async () => {
    problem = () => 'not listed yet';
    assert.equal(await asked('/readyz?exclude=stores'), '200 ok');
    assert.equal(
      await asked('/readyz?exclude=stores&verbose'),
      '200 [+]ping ok\n[+]stores excluded: ok\nreadyz check passed\n',
    );
  });

  it('takes what a check throws, and its silence, as a failure', async () => {
    problem = () => {
      throw new Error('it broke');
    };
    assert.match(await asked('/readyz'), /^500 .*stores failed: it broke/s);
    problem = () => new Promise(() => undefined);
    assert.match(await asked('/readyz'), /^500 .*stores failed: it does not answer/s);
  });

  it('knows no other checks, paths and methods', async () => {
    assert.equal(await asked('/readyz/none'), '404 there is no check none\n');
    assert.match(await asked('/readyz/ping/more'), /^404/);
    assert.match(await asked('/'), /^404/);
    assert.match(await asked('/__proto__'), /^404/);
    assert.match(await asked('/metrics', 'POST'), /^405/);
  });

  it('gives the metrics of the registry', async () => {
    registry.registerMetric(new (await import('prom-client')).Gauge({ name: 'up', help: 'x', registers: [] }));
    assert.match(await asked('/metrics'), /^200 # HELP up x\n/);
    assert.deepEqual(errors, []);
  });

  it('cannot listen where somebody does', async () => {
    const { port } = endpoint;
    const again = startHttp({ host: '127.0.0.1', port, routes: [], onError: () => undefined });
    await assert.rejects(again, new RegExp(`listen on 127.0.0.1:${port}: .*EADDRINUSE`));
  });
});
