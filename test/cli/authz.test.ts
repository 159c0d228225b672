import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { until } from '../cluster/component.ts';
import { authzProcess, type AuthzUnderTest, secret } from './authz-process.ts';
import { directoryOf, fleet, mqttsec } from './program.ts';

const yes = '{"result":"allow"}';
const no = '{"result":"deny"}';

async function asked({ port }: AuthzUnderTest, topic = 'sensors/s-1/x'): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${String(port)}/authorization`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({ username: 's-1', clientid: 's-1', action: 'publish', topic }),
  });
  return answer.text();
}

describe('mqttsec authz', function () {
  this.timeout(60_000);
  const keys = directoryOf({ secret: `${secret}\n`, short: 'abc', odd: `${secret}/` });
  const words = ['--dialect', 'emqx', '--secret-file', path.join(keys, 'secret')];

  it('answers by the manifests, follows edits, and ends when it is asked to', async () => {
    const directory = directoryOf(fleet);
    const service = await authzProcess([directory, ...words, '--http-port', '0', '--http-host', '127.0.0.1']);
    assert.equal(await asked(service), yes);
    assert.equal(await asked(service, 'sensors/s-2/x'), no);
    const revoked = fleet['devices.yaml'].replace('brokerRef', 'revoked: { reason: KeyCompromise }\n  brokerRef');
    writeFileSync(path.join(directory, 'devices.yaml'), revoked);
    await until(async () => (await asked(service)) === no, 'the revocation');
    const health = `http://127.0.0.1:${String(service.healthPort)}`;
    assert.equal((await fetch(`${health}/readyz`)).status, 200);
    const metrics = await (await fetch(`${health}/metrics`)).text();
    assert.match(
      metrics,
      /^mqttsec_authz_decisions_total\{dialect="emqx",call="authorization",result="allowed"\} [1-9]/m,
    );
    assert.match(metrics, /^mqttsec_authz_denials_total\{reason="Revoked"\} [1-9]/m);
    assert.match(metrics, /^mqttsec_authz_source_age_seconds \d/m);
    await until(() => service.audit.some(({ reason }) => reason === 'Revoked'), 'the audit line');
    assert.equal(await service.stop(), 0);
    assert.ok(!service.log().includes(secret));
  });

  it('denies everything once its directory could not be read for too long', async () => {
    const directory = directoryOf(fleet);
    const service = await authzProcess([directory, ...words, '--max-age', '7', '--http-port', '0']);
    assert.equal(await asked(service), yes, 'as soon as it listens');
    rmSync(directory, { recursive: true });
    await until(async () => (await asked(service)) === no, 'it is stale');
    await until(() => service.audit.some(({ reason }) => reason === 'Stale'), 'the audit line');
    assert.equal((await fetch(`http://127.0.0.1:${String(service.healthPort)}/readyz`)).status, 500);
    assert.equal(await service.stop(), 0);
  });

  it('ends the sessions of who is revoked, where it is told how', async () => {
    const ended: (readonly [string | undefined, string | undefined, unknown])[] = [];
    const sessions = [
      ...['s-1', 's-2'].map((user) => ({ user, protocol: 'MQTT 3.1.1' })),
      { user: 'somebody', protocol: 'AMQP 0-9-1' },
    ];
    const rabbitMq = createServer(({ method, url, headers }, response) => {
      if (method === 'DELETE') ended.push([url, headers.authorization, headers['x-reason']]);
      response.writeHead(method === 'DELETE' ? 204 : 200).end(method === 'DELETE' ? '' : JSON.stringify(sessions));
    });
    await new Promise<void>((resolve) => rabbitMq.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((rabbitMq.address() as AddressInfo).port)}`;
    const directory = directoryOf(fleet);
    const service = await authzProcess([directory, ...rabbit, ...management(url), '--http-port', '0']);
    const revoked = fleet['devices.yaml'].replace('brokerRef', 'revoked: { reason: KeyCompromise }\n  brokerRef');
    writeFileSync(path.join(directory, 'devices.yaml'), revoked);
    await until(() => ended.some(([, , reason]) => reason === 'Revoked'), 'the session is ended');
    const authorization = `Basic ${Buffer.from(`x:${secret}`).toString('base64')}`;
    assert.ok(ended.some((one) => String(one) === `/api/connections/username/s-1,${authorization},Revoked`));
    assert.ok(!ended.some(([place]) => place?.includes('somebody')), 'who is no client of MQTT');
    await until(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${String(service.healthPort)}/metrics`)).text();
      return /^mqttsec_authz_sessions_ended_total\{reason="Revoked"\} [1-9]/m.test(metrics);
    }, 'it is counted');
    assert.equal(await service.stop(), 0);
    assert.ok(!service.log().includes(secret));
    rabbitMq.closeAllConnections();
    rabbitMq.close();
  });

  const rabbit = ['--dialect', 'rabbitmq', ...words.slice(2)];
  const management = (url: string) => [
    ...['--management-url', url, '--management-user', 'x'],
    ...['--management-password-file', path.join(keys, 'secret')],
  ];
  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['neither a directory nor a broker', words, /needs DIR, or --broker NAME/],
    ['two directories', ['DIR', 'DIR', ...words], /takes one DIR/],
    ['half of what RabbitMQ needs', ['DIR', ...words, '--management-user', 'x'], /belong together/],
    ['sessions of another broker', ['DIR', ...words, ...management('https://x')], /is for --dialect rabbitmq/],
    [
      'a password in clear',
      ['DIR', ...rabbit, ...management('http://192.0.2.1')],
      /neither https:\/\/ nor http:\/\/ to/,
    ],
    ['a URL that is none', ['DIR', ...rabbit, ...management('x')], /'x' is neither/],
    ['a directory and a cluster', ['DIR', ...words, '--context', 'x'], /--context is about a cluster, DIR is not/],
    ['a directory and namespaces', ['DIR', ...words, '--watch-namespace', 'x'], /is about a cluster, DIR is not/],
    ['a broker without a namespace', [...words, '--broker', 'a'], /needs --namespace NS \(or POD_NAMESPACE\)/],
    ['a broker of another namespace', [...words, '--broker', 'a/b', '--watch-namespace', 'x'], /needs a, too/],
    ['a namespace that is none', [...words, '--broker', 'a/b', '--watch-namespace', 'a,B'], /'B' is not the name/],
    ['the state of a cluster', [...words, '--broker', 'a/b', '--state', 'x'], /--state belongs to DIR/],
    ['a cluster and too short an age', [...words, '--broker', 'a/b', '--max-age', '9'], /it is at least 10/],
    ['no kubeconfig', [...words, '--broker', 'a/b', '--kubeconfig', 'nowhere'], /read kubeconfig nowhere/],
    ['no dialect', ['DIR', ...words.slice(2)], /authz needs --dialect: rabbitmq, emqx/],
    ['another dialect', ['DIR', '--dialect', 'x', ...words.slice(2)], /'x' is none of rabbitmq/],
    ['no secret', ['DIR', '--dialect', 'emqx'], /has to prove itself/],
    ['a short secret', ['DIR', '--dialect', 'emqx', '--secret-file', path.join(keys, 'short')], /at least 24/],
    ['a secret with a slash', ['DIR', '--dialect', 'emqx', '--secret-file', path.join(keys, 'odd')], /only letters/],
    [
      'a secret that is not there',
      ['DIR', '--dialect', 'emqx', '--secret-file', path.join(keys, 'none')],
      /read .*none/,
    ],
    ['a CA without a name', ['DIR', ...words, '--client-ca', 'x'], /belong together/],
    ['a CA without TLS', ['DIR', ...words, '--client-ca', 'x', '--client-name', 'x'], /needs --tls-dir/],
    ['an address of others without TLS', ['DIR', ...words, '--host', '0.0.0.0'], /without TLS only on an address/],
    ['a number that is none', ['DIR', ...words, '--max-age', '1h'], /'1h' is not a number/],
    ['a port that is none', ['DIR', ...words, '--port', '65536'], /'65536' is not a number from 0 to 65535/],
  ];
  const directory = directoryOf(fleet);
  for (const [what, given, message] of refused) {
    it(`does not begin with ${what}`, () => {
      const { code, out, err } = mqttsec(['authz', ...given.map((word) => (word === 'DIR' ? directory : word))]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
    });
  }
});
