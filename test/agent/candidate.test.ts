import assert from 'node:assert/strict';
import v8 from 'node:v8';
import vm from 'node:vm';
import { type Candidate, candidateOf } from '../../src/agent/candidate.ts';
import type { Bundle } from '../../src/domain/bundle/content.ts';
import { bundleOf, newSite } from './site.ts';

const place = { link: '/run/set', user: 'nobody', ports: { mtls: 1, password: 2 } };
const site = newSite({ ...place, now: new Date('2026-01-01T00:00:00Z'), dialect: { version: '2.0' } });

/** A set with one device; all parts but `acl` and `identities` are those of every other one. */
function bundleWith(identity: string): Bundle {
  return bundleOf(site, { revision: 1, devices: [{ identity, lines: [{ access: 'read', topic: 'news' }] }] });
}

function usersIn(candidate: Candidate): readonly string[] {
  const acl = candidate.acl();
  return acl.ok ? acl.value.granted : [];
}

describe('a candidate', () => {
  it('takes over what was read of the same texts, and reads the others', () => {
    const former = candidateOf(bundleWith('a'));
    const [conf, acl] = [former.conf(), former.acl()];
    const next = candidateOf({ ...bundleWith('b'), parts: { ...bundleWith('b').parts, ca: ['another'] } }, former);
    assert.equal(next.conf(), conf);
    assert.notEqual(next.acl(), acl);
    assert.deepEqual(usersIn(next), ['b']);
    assert.equal(next.cas().ok, false);
    assert.equal(former.cas().ok, true);
  });

  it('reads CRLs again when the CAs are others', () => {
    const former = candidateOf(bundleWith('a'));
    const bundle = { ...former.bundle, parts: { ...former.bundle.parts, ca: [] } };
    const next = candidateOf(bundle, former).crls();
    assert.deepEqual(next.ok && next.value.map(({ signer }) => signer), [undefined]);
    assert.notEqual(former.crls(), next);
  });

  it('keeps no set before it, however many there were', () => {
    v8.setFlagsFromString('--expose-gc');
    const collect = vm.runInNewContext('gc') as () => void;
    const formers: WeakRef<object>[] = [];
    let last = candidateOf(bundleWith('d-0'));
    for (let number = 1; number <= 5; number += 1) {
      last.conf();
      last.acl();
      formers.push(new WeakRef(last), new WeakRef(last.bundle), new WeakRef(last.bundle.parts));
      last = candidateOf(bundleWith(`d-${number}`), last);
    }
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      collect();
      assert.deepEqual(
        formers.filter((former) => former.deref() !== undefined),
        [],
      );
      assert.deepEqual(usersIn(last), ['d-5']);
    });
  });
});
