import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { pemBlocks, pemText } from '../../../src/domain/pki/pem.ts';
import { manyLines, mutatedText, textsAround } from '../mutations.ts';
import { authority } from './authorities.ts';

const rules = { labels: ['CERTIFICATE', 'X509 CRL'], comments: true } as const;
const good = authority('plant CA').issuer.pem;

/** The certificate that OpenSSL reads first in a text. */
function byOpenssl(text: string): Buffer | undefined {
  try {
    return new X509Certificate(text).raw;
  } catch {
    return undefined;
  }
}

describe('PEM', () => {
  it('gives back what was written, block by block', () => {
    const block = fc.tuple(fc.constantFrom(...rules.labels), fc.uint8Array({ minLength: 1, maxLength: 300 }));
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('', '\n', '# a\n'),
        (all, comment) => {
          const text = all.map(([label, bytes]) => comment + pemText(label, Buffer.from(bytes))).join('');
          assert.deepEqual(pemBlocks(text, rules), { ok: true, value: all.map(([, bytes]) => Buffer.from(bytes)) });
        },
      ),
    );
  });

  it('is a problem or blocks, whatever the text', () => {
    for (const comments of [true, false]) {
      fc.assert(
        fc.property(textsAround(good + good), (text) => {
          const read = pemBlocks(text, { ...rules, comments });
          assert.ok(read.ok ? read.value.length > 0 : read.problem !== '');
        }),
        { numRuns: 500 },
      );
    }
    for (const line of ['', 'A', '-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----', '-----']) {
      assert.equal(pemBlocks(manyLines(line), rules).ok, false);
    }
  });

  it('that is taken is read by openssl in the same way', () => {
    let taken = 0;
    const text = `Issued to the plant\n${good}`;
    const ends = fc.constantFrom(
      '',
      ' ',
      '\t',
      '\r',
      '\v',
      '\f',
      '\u00a0',
      '\u2028',
      '\0',
      '\n',
      '\r\n',
      '\n\n',
      '=',
      ':',
    );
    const lines = text.split('\n');
    const reshaped = fc
      .array(fc.tuple(fc.nat(lines.length - 1), fc.nat(64), ends), { minLength: 1, maxLength: 3 })
      .map((changes) => {
        const changed = [...lines];
        for (const [index, at, end] of changes) {
          const line = changed[index] ?? '';
          changed[index] = at % 2 === 0 ? line + end : line.slice(0, at) + end + line.slice(at);
        }
        return changed.join('\n');
      });
    fc.assert(
      fc.property(fc.oneof(mutatedText(text), reshaped), (some) => {
        const read = pemBlocks(some, rules);
        const [first] = read.ok ? read.value : [];
        // What is no certificate is refused later, by both.
        if (!first || !isCertificate(first)) return;
        taken += 1;
        assert.deepEqual(byOpenssl(some), first);
      }),
      { numRuns: 3000 },
    );
    assert.ok(taken > 0, 'none was taken');
  });
});

function isCertificate(bytes: Buffer): boolean {
  return byOpenssl(pemText('CERTIFICATE', bytes)) !== undefined;
}
