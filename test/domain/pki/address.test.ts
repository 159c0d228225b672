import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import fc from 'fast-check';
import { addressBytes } from '../../../src/domain/pki/address.ts';

const hex = (text: string) => {
  const bytes = addressBytes(text);
  return bytes && Buffer.from(bytes).toString('hex');
};

describe('address bytes', () => {
  const rows: [string, string | undefined][] = [
    ['127.0.0.1', '7f000001'],
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['256.0.0.1', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1::2::3', undefined],
    ['fe80::1%eth0', undefined],
    ['example.org', undefined],
    ['', undefined],
  ];
  for (const [text, bytes] of rows)
    it(`of ${JSON.stringify(text)} are ${bytes ?? 'none'}`, () => assert.equal(hex(text), bytes));

  it('are those of exactly the addresses that the system takes for addresses', () => {
    const noisy = fc.stringMatching(/^[0-9a-f:.]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), fc.ipV4(), noisy), (text) => {
        const length = { 0: undefined, 4: 4, 6: 16 }[isIP(text)];
        assert.equal(addressBytes(text)?.length, length);
      }),
      { numRuns: 2000 },
    );
  });
});
