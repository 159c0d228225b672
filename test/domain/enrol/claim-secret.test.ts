import assert from 'node:assert/strict';
import path from 'node:path';
import { claimBytes, claimText, newClaim } from '../../../src/domain/enrol/claim.ts';
import {
  claimSecretName,
  claimSecretNames,
  outdatedKeys,
  secretText,
  takenKey,
} from '../../../src/domain/enrol/claim-secret.ts';
import { root } from '../../cli/program.ts';
import { grantedIn } from '../../cluster/rights.ts';

const broker = 'plant/main';
const now = new Date('2026-11-01T12:00:00Z');
const encoded = (text: string) => Buffer.from(text).toString('base64');

/** What a Secret holds of a claim that ends at this time and was taken. */
function dataOf(expiresAt: string, seed: number): { readonly id: string; readonly data: Record<string, string> } {
  const terms = { broker, device: 'plant/pump-1', networks: [], expiresAt: new Date(expiresAt) } as const;
  const { claim } = newClaim(terms, new Uint8Array(claimBytes).fill(seed));
  return { id: claim.id, data: { [claim.id]: encoded(claimText(claim)), [takenKey(claim.id)]: encoded('hash') } };
}

describe('claims in Secrets', () => {
  it('lie in sixteen of the broker, and these are the Secrets that its service may read', () => {
    const names = claimSecretNames('plant/plant');
    for (const id of ['0123456789abcdef', 'f123456789abcdef']) {
      assert.ok(names.includes(claimSecretName('plant/plant', id)));
    }
    const granted = grantedIn(path.join(root, 'deploy/enrolment/plant.yaml'));
    const readable = granted.filter(({ verb, resource }) => verb === 'get' && resource === 'secrets');
    assert.deepEqual(
      readable.map(({ name }) => name),
      names,
    );
    assert.equal(claimSecretName('plant/main', 'f123456789abcdef'), 'main-claims-f');
  });

  it('are read as text, or are not there', () => {
    assert.equal(secretText({ a: encoded('text') }, 'a'), 'text');
    assert.equal(secretText({}, 'a'), undefined);
    assert.equal(secretText(undefined, 'a'), undefined);
  });

  it('are outdated a day after their end, with what says that they were taken', () => {
    const over = dataOf('2026-10-31T12:00:00Z', 1);
    const ended = dataOf('2026-10-31T12:00:01Z', 2);
    const odd = { '0123456789abcdef': encoded('{}'), 'other.key': encoded('x') };
    const data = { ...over.data, ...ended.data, ...odd };
    assert.deepEqual(outdatedKeys(data, now), [over.id, takenKey(over.id)]);
  });
});
