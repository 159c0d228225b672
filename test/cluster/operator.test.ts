import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import path from 'node:path';
import { until } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { operatorNamespace, rightsSoFar, startOperator, type TestOperator } from './operator.ts';
import { sharedControlPlane } from './shared.ts';

/** An empty namespace, so that nothing of other tests is looked at. */
const watchNamespace = 'operator-process';

describe('the operator as a process', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let operator: TestOperator;

  before(async () => {
    plane = await sharedControlPlane();
    await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: watchNamespace } } });
    operator = await startOperator(plane, { watchNamespace });
  });

  after(() => operator.close());

  const holder = async () => {
    const place = `/apis/coordination.k8s.io/v1/namespaces/${operatorNamespace}/leases/mqtt-security-operator`;
    return (await plane.admin.call<{ spec: { holderIdentity: string } }>('GET', place)).spec.holderIdentity;
  };
  const health = async (path: string) => (await fetch(`${operator.address()}${path}`)).status;

  it('is alive, ready and leads', async () => {
    assert.equal(await health('/healthz'), 200);
    assert.equal(await health('/readyz'), 200);
    for (const check of ['leader-election', 'device', 'brokerStatus'])
      assert.equal(await health(`/healthz/${check}`), 200);
    assert.equal(await health('/healthz/none'), 404);
    assert.match(await operator.metrics(), /^leader_election_master_status\{name="mqtt-security-operator"\} 1$/m);
    assert.notEqual(await holder(), '');
  });

  it('writes nothing where nothing is declared', async () => {
    await operator.quiet(500);
    assert.deepEqual(operator.writes(), []);
  });

  it('leaves a second one waiting, which takes over when the first is stopped in order', async () => {
    const second = await startOperator(plane, { watchNamespace, waitsFor: 'Listening' });
    assert.equal(
      second.lines().some(({ msg }) => msg === 'leading'),
      false,
    );
    assert.equal(await operator.stop(), 0);
    await until(() => second.lines().some(({ msg }) => msg === 'leading'), 'the second one to lead');
    await second.close();
    assert.equal(await holder(), '', 'the lease is free at once');
    await operator.start();
  });

  it('never asks for a Secret that it does not know by name, nor for what it has no right to', () => {
    assert.deepEqual(operator.unexpected(), []);
  });
});

/** A right that no test of some files needed says nothing. */
function areAllFilesRun(): boolean {
  const files = globSync('*.test.ts', { cwd: import.meta.dirname });
  return files.every((file) => process.argv.some((word) => word.endsWith(path.join('cluster', file))));
}

// Outside of any suite this is a hook of the whole run.
after('the operator has the rights that it uses, and no others', () => {
  const { missing, surplus } = rightsSoFar();
  assert.deepEqual(missing, []);
  if (areAllFilesRun()) assert.deepEqual(surplus, []);
});
