import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issuerKeyring, type ValueReader } from '../../../src/authz/tokens/keyring.ts';
import type { TokenIssuer } from '../../../src/domain/fleet.ts';
import type { Download, DownloadRequest } from '../../../src/ports.ts';
import { downloaderWith } from '../../../src/shell/downloader.ts';
import { around, newCa, serverPair } from '../../agent/site.ts';
import { aTokenIssuer, keySet, signer } from '../../domain/tokens/tokens.ts';
import { aBroker } from '../../fixtures.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';

const atUrl = aTokenIssuer({
  keySet: { kind: 'Url', url: 'https://issuer.example/keys', ca: { kind: 'Secret', name: 'web', key: 'ca.crt' } },
});

function standOf(issuer: TokenIssuer) {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const values = new Map<string, string>();
  let hanging: Promise<never> | undefined;
  const readValue: ValueReader = ({ kind, name, key }) => {
    seen.push(`${kind} ${name} ${key}`);
    if (hanging) return hanging;
    const text = values.get(name);
    return text === undefined ? Promise.reject(new Error(`there is no ${name}`)) : Promise.resolve(text);
  };
  const download = ({ url, ca }: DownloadRequest): Promise<Download> => {
    seen.push(`${url} ${ca ?? ''}`);
    const text = values.get(url);
    if (text === undefined) return Promise.reject(new Error('the server answers 500'));
    return Promise.resolve({ kind: 'Content', bytes: Buffer.from(text) });
  };
  const findings: string[] = [];
  const keyring = issuerKeyring({
    ...{ download, monotonic: () => clock.now().getTime() },
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
    onFinding: ({ code, path, message }) => void findings.push(`${code} ${path} ${message}`),
  });
  const stop = new AbortController();
  const following = keyring.follow(stop.signal);
  const broker = aBroker({ tokenIssuers: [issuer] });
  return {
    ...{ clock, values, keyring, broker, readValue },
    seen: () => seen.splice(0),
    findings: () => findings.splice(0),
    hang: () => void (hanging = new Promise<never>(() => undefined)),
    serve: (reader = readValue) => keyring.serve(broker, reader),
    state: () => {
      const keys = keyring.keysOf(issuer);
      return typeof keys === 'string' ? keys : 'Known';
    },
    end: async () => {
      stop.abort();
      await following;
    },
  };
}

describe('keys of issuers', () => {
  const place = 'ConfigMap issuer jwks.json';
  let set: string;

  before(async () => {
    set = keySet(await signer('ES256', 'ours'));
  });

  it('are read when the broker is known, again after their time, and at once where values are others', async () => {
    const issuer = aTokenIssuer();
    const { clock, values, serve, seen, state, readValue, end } = standOf(issuer);
    values.set('issuer', set);
    assert.equal(state(), 'KeysNotRead');
    serve();
    await clock.advance(0);
    assert.equal(state(), 'Known');
    assert.deepEqual(seen(), [place]);
    serve();
    await clock.advance(299_000);
    assert.deepEqual(seen(), []);
    await clock.advance(2000);
    assert.deepEqual(seen(), [place]);
    serve((ref, signal) => readValue(ref, signal));
    await clock.advance(0);
    assert.deepEqual(seen(), [place]);
    await end();
  });

  it('come from a web server by the CA that is named', async () => {
    const { clock, values, serve, seen, state, end } = standOf(atUrl);
    values.set('web', 'PEM').set('https://issuer.example/keys', set);
    serve();
    await clock.advance(0);
    assert.equal(state(), 'Known');
    assert.deepEqual(seen(), ['Secret web ca.crt', 'https://issuer.example/keys PEM']);
    await end();
  });

  it('come over real HTTPS, from a server that the named CA vouches for and no other', async () => {
    const [ca, stranger] = [newCa('web', new Date()), newCa('other', new Date())];
    const { certificate: cert, key } = serverPair(ca, around(new Date()));
    const server = createServer({ cert, key }, (_, response) => void response.end(set));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://localhost:${String((server.address() as AddressInfo).port)}/keys`;
    const issuer = aTokenIssuer({ keySet: { kind: 'Url', url, ca: { kind: 'Secret', name: 'web', key: 'ca.crt' } } });
    const findings: string[] = [];
    const states: string[] = [];
    for (const { pem } of [stranger, ca]) {
      const keyring = issuerKeyring({
        ...{ download: downloaderWith({ isAllowed: () => true }), monotonic: () => performance.now() },
        ...{ sleep: () => new Promise(() => undefined), onFinding: ({ message }) => void findings.push(message) },
      });
      keyring.serve(aBroker({ tokenIssuers: [issuer] }), () => Promise.resolve(pem));
      await keyring.refresh(issuer);
      const keys = keyring.keysOf(issuer);
      states.push(typeof keys === 'string' ? keys : 'Known');
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(states, ['KeysNotRead', 'Known']);
    assert.equal(findings.length, 1, String(findings));
  });

  it('that cannot be read or used leave the former ones, until they are too old; it is told once', async () => {
    const { clock, values, serve, seen, state, findings, end } = standOf(aTokenIssuer({ refreshSeconds: 60 }));
    values.set('issuer', set);
    serve();
    await clock.advance(0);
    values.set('issuer', '{"keys":[{"kty":"oct"}]}');
    await clock.advance(61_000);
    assert.equal(state(), 'Known');
    const path = 'spec.tokens.issuers[0].jwks';
    const read = 'read the keys of issuer https://issuer.example:';
    assert.deepEqual(findings(), [`MQS306 ${path} ${read} it holds a shared key, by which whoever checks could sign`]);
    values.delete('issuer');
    await clock.advance(120_000);
    assert.equal(state(), 'Known');
    assert.deepEqual(findings(), [`MQS306 ${path} ${read} there is no issuer`]);
    await clock.advance(60_000);
    assert.equal(state(), 'KeysStale');
    assert.ok(seen().length <= 26, 'not oftener than each ten seconds');
    values.set('issuer', set);
    await clock.advance(11_000);
    assert.equal(state(), 'Known');
    await end();
  });

  it('that the issuer takes out of its set, the last one too, are gone when that is read; it is told once', async () => {
    const issuer = aTokenIssuer({ refreshSeconds: 60 });
    const { clock, values, serve, keyring, findings, end } = standOf(issuer);
    const isEmpty = () => {
      const keys = keyring.keysOf(issuer);
      return typeof keys === 'string' ? keys : keys.isEmpty;
    };
    values.set('issuer', set);
    serve();
    await clock.advance(0);
    assert.equal(isEmpty(), false);
    values.set('issuer', '{"keys":[]}');
    await clock.advance(130_000);
    assert.equal(isEmpty(), true);
    const [told, ...more] = findings();
    assert.match(told ?? '', /^MQS306 .* no key for signatures/);
    assert.deepEqual(more, []);
    values.set('issuer', set);
    await clock.advance(61_000);
    assert.equal(isEmpty(), false);
    await end();
  });

  it('are read for the sake of tokens every ten seconds at most, however many ask', async () => {
    const issuer = aTokenIssuer();
    const { clock, values, serve, seen, keyring, end } = standOf(issuer);
    values.set('issuer', set);
    serve();
    await clock.advance(0);
    seen();
    await Promise.all(Array.from({ length: 100 }, () => keyring.refresh(issuer)));
    assert.deepEqual(seen(), []);
    await clock.advance(10_000);
    await Promise.all(Array.from({ length: 100 }, () => keyring.refresh(issuer)));
    assert.deepEqual(seen(), [place]);
    await end();
  });

  it('that do not come keep a login waiting for three seconds', async () => {
    const issuer = aTokenIssuer();
    const { clock, hang, serve, keyring, end } = standOf(issuer);
    hang();
    serve();
    let isDone = false;
    const waiting = keyring.refresh(issuer).then(() => (isDone = true));
    await clock.advance(2999);
    assert.equal(isDone, false);
    await clock.advance(1);
    await waiting;
    await end();
  });

  it('of an issuer that is not named any more are forgotten', async () => {
    const issuer = aTokenIssuer();
    const { clock, values, serve, state, keyring, readValue, end } = standOf(issuer);
    values.set('issuer', set);
    serve();
    await clock.advance(0);
    assert.equal(state(), 'Known');
    keyring.serve(aBroker(), readValue);
    assert.equal(state(), 'KeysNotRead');
    await end();
  });
});
