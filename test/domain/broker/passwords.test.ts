import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  parsePasswords,
  passwordHash,
  passwordHashProblem,
  passwordsText,
  saltBytes,
  verifyPassword,
} from '../../../src/domain/broker/passwords.ts';
import { assertRefused, manyLines, textsAround } from '../mutations.ts';

const salt = Buffer.from('1b3JxznSF0Di4ykf', 'base64');
/** Written by mosquitto_passwd of 2.0.11 for the password `pw`. */
const byMosquitto =
  '$7$101$1b3JxznSF0Di4ykf$DucdfH3KAc4ehKkIEMNUxvSpGwWFOOZuSd6L/NWxBiPdQKGkKlAJT6BXvSpHRlLf3zrx1wkPDmxvPHYSY9puig==';
/** Written by mosquitto_passwd of 2.0.11 with -H sha512 for the password `pw`. */
const bySha512 =
  '$6$GnO1GGxZ+uuZS7uk$pC/+/pPVWVJb1EuoT4yHPazNWrDTjMHw+tjPCe+U37lipeSxKeiyllHG5BVoSNkKRFAVktVKq3mml8X9ts/NwQ==';
const [hash64 = ''] = byMosquitto.split('$').slice(4);

describe('password hashes', () => {
  it('are the ones that mosquitto_passwd makes', () => {
    assert.equal(passwordHash('pw', salt), byMosquitto);
  });

  it('verify the password they were made of and no other', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.uint8Array({ minLength: saltBytes, maxLength: saltBytes }),
        (a, b, s) => {
          assert.equal(verifyPassword(a, passwordHash(a, s)), true);
          assert.equal(verifyPassword(b, passwordHash(a, s)), a === b);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('of the older format $6$ verify too', () => {
    assert.equal(verifyPassword('pw', bySha512), true);
    assert.equal(verifyPassword('pW', bySha512), false);
  });

  const refused: Record<string, [hash: string, why: RegExp]> = {
    'plain text': ['secret', /not a hash/],
    nothing: ['', /not a hash/],
    argon2: ['$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA', /argon2/],
    bcrypt: ['$2b$10$abcdefghijklmnopqrstuv', /neither/],
    'a salt of 64 bytes, which 2.0 drops': [`$7$101$${Buffer.alloc(64).toString('base64')}$${hash64}`, /12 bytes/],
    'a salt of 16 bytes, which 2.1 exits on': [`$7$101$${Buffer.alloc(16).toString('base64')}$${hash64}`, /12 bytes/],
    'a short hash': [`$7$101$1b3JxznSF0Di4ykf$${Buffer.alloc(32).toString('base64')}`, /64 bytes/],
    'a broken hash': [byMosquitto.replace('/NW', '*NW'), /64 bytes/],
    'too many iterations': [byMosquitto.replace('$101$', '$210000$'), /stalls/],
    'no iterations': [byMosquitto.replace('$101$', '$0$'), /whole number/],
    'a field too many': [`${byMosquitto}$x`, /neither/],
  };
  for (const [name, [hash, why]] of Object.entries(refused)) {
    it(`are refused: ${name}`, () => {
      assert.match(passwordHashProblem(hash) ?? 'taken', why);
      assert.equal(verifyPassword('pw', hash), false);
    });
  }

  it('with up to 1,000 iterations are taken', () => {
    assert.equal(passwordHashProblem(byMosquitto.replace('$101$', '$1000$')), undefined);
  });
});

describe('password file', () => {
  it('reads back as what was written', () => {
    const user = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._@-]{0,62}[A-Za-z0-9])?$/);
    const hash = fc.uint8Array({ minLength: saltBytes, maxLength: saltBytes }).map((some) => passwordHash('x', some));
    fc.assert(
      fc.property(fc.array(fc.tuple(user, hash)), (entries) => {
        const hashes = new Map(entries);
        assert.deepEqual(parsePasswords(passwordsText(hashes)), { ok: true, value: hashes });
      }),
      { numRuns: 50 },
    );
  });

  it('is read as exactly what it says, or refused', () => {
    const good = passwordsText(new Map([byMosquitto, bySha512].map((hash, index) => [`device-${index}`, hash])));
    fc.assert(
      fc.property(textsAround(good), (text) => {
        const read = parsePasswords(text);
        if (read.ok) assert.equal(passwordsText(read.value), text);
        else assert.ok(read.findings.every(({ code }) => code === 'MQS102'));
      }),
      { numRuns: 1000 },
    );
    for (const line of ['', 'x', `a:${byMosquitto}`]) assertRefused(parsePasswords(manyLines(line)));
  });

  const refused: Record<string, [text: string, why: RegExp]> = {
    'a duplicate': [`a:${byMosquitto}\na:${byMosquitto}\n`, /listed twice/],
    'a line without colon': ['alice\n', /colon/],
    'an entry without name': [`:${byMosquitto}\n`, /colon/],
    'an entry without hash': ['alice:\n', /refused/],
    'plain text': ['alice:secret\n', /refused/],
    'a comment that hides a user': [`#a:${byMosquitto}\n`, /colon/],
    'an empty line': [`a:${byMosquitto}\n\nb:${byMosquitto}\n`, /colon/],
    'a carriage return': [`a:${byMosquitto}\r\n`, /refused/],
    'a control character in a name': [`a\tb:${byMosquitto}\n`, /colon/],
    'a file cut in its last line': [`a:${byMosquitto}`, /does not end/],
  };
  for (const [name, [text, why]] of Object.entries(refused)) {
    it(`is refused with ${name}`, () => {
      const read = parsePasswords(text);
      assert.ok(!read.ok);
      assert.match(read.findings.map(({ message }) => message).join('\n'), why);
    });
  }
});
