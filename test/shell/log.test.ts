import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createLog, type LogFields } from '../../src/shell/log.ts';

const secret = 'hunter2-hunter2-hunter2';

function logged(fields: LogFields, message = 'done'): string {
  const lines: string[] = [];
  createLog({ level: 'debug', now: () => new Date(0), write: (line) => lines.push(line) }).info(fields, message);
  return lines.join('');
}

const pem = `-----BEGIN EC PRIVATE KEY-----\n${secret}\nabc\n-----END EC PRIVATE KEY-----`;
const jwt = `eyJhbGciOiJub25lIn0.${Buffer.from(secret).toString('base64url')}.x`;

/** What must not be seen, wherever it is. */
const hidden: Readonly<Record<string, LogFields>> = {
  'a password': { password: secret },
  'a field of an object': { device: { Authorization: secret } },
  'a list of tokens': { token: [secret, secret] },
  'the data of a Secret': { secret: { data: { a: secret } } },
  'a spec': { object: { metadata: { name: 'x' }, spec: { a: secret } } },
  bytes: { chunk: Buffer.from(secret) },
  'what lies too deep': { a: { b: { c: { d: { e: { f: { g: { h: secret } } } } } } } },
  'a private key in a text': { text: `read:\n${pem}` },
  'half a private key': { text: `-----BEGIN PRIVATE KEY-----\n${secret}` },
  'a bearer token': { text: `Authorization: Bearer ${secret}` },
  'a JWT': { text: `token ${jwt}` },
  'a password hash': {
    text: `line ada:$7$101$${Buffer.from(secret).toString('base64')}==$${Buffer.from(secret).toString('base64')}==`,
  },
  'a private key in an error': { error: new Error(`parse: ${pem}`) },
  'a private key in a cause': { error: new Error('parse: no', { cause: new Error(pem) }) },
  'what libraries hang on errors': {
    error: Object.assign(new Error('no'), { response: { body: secret }, config: secret }),
  },
  'a cause that is no error': { error: new Error('no', { cause: { body: secret } }) },
};

describe('log', () => {
  it('writes a line of JSON with time, level, fields and message', () => {
    assert.equal(
      logged({ broker: 'main', revision: 5 }),
      '{"level":"info","time":"1970-01-01T00:00:00.000Z","broker":"main","revision":5,"msg":"done"}\n',
    );
  });

  for (const [title, fields] of Object.entries(hidden)) {
    it(`does not tell ${title}`, () => {
      const line = logged(fields);
      assert.ok(!line.includes(secret), line);
      assert.ok(!line.includes(Buffer.from(secret).toString('base64')), line);
      assert.ok(!line.includes(Buffer.from(secret).toString('base64url')), line);
      JSON.parse(line);
    });
  }

  it('keeps counts, names and hashes, whose names only sound like secrets', () => {
    const line = logged({
      key: 3,
      tokens: 5,
      object: 'plant/one',
      hash: 'abc',
      secretName: 'one-tls',
      data: undefined,
    });
    assert.match(line, /"key":3,"tokens":5,"object":"plant\/one","hash":"abc","secretName":"one-tls"/);
  });

  it('tells what failed, why, and where', () => {
    const { error } = JSON.parse(logged({ error: new TypeError('apply: no', { cause: new Error('reset') }) })) as {
      error: { type: string; message: string; stack: string; cause: { message: string } };
    };
    assert.equal(error.type, 'TypeError');
    assert.equal(error.message, 'apply: no');
    assert.match(error.stack, /^ +at .*log\.test\.ts/);
    assert.equal(error.cause.message, 'reset');
  });

  it('hides them in children too, and in messages', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', now: () => new Date(0), write: (line) => lines.push(line) });
    log.child({ controller: 'x', password: secret }).warn({ token: secret }, `got Bearer ${secret}`);
    log.debug({}, 'not at this level');
    assert.equal(lines.length, 1);
    assert.ok(!lines[0]?.includes(secret), lines[0]);
    assert.match(lines[0] ?? '', /"controller":"x"/);
  });

  it('makes JSON of anything', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (fields) => {
        JSON.parse(logged({ fields }));
      }),
      { numRuns: 200 },
    );
  });
});
