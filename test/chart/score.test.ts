import assert from 'node:assert/strict';
import { keptFindings, scoreProblems, type ScoreFinding } from '../../scripts/chart/score.ts';

/** One finding for each that is kept. */
const kept = keptFindings.map(({ set = 'full-values', kind = 'Deployment', check, says }): ScoreFinding => {
  return { set, object: `${kind} gate`, check, says };
});
const unset = {
  check: 'container-security-context-user-group-id',
  says: 'The container has no configured security context',
};

describe('what kube-score finds', () => {
  it('is all kept with a reason, and each reason is needed', () => {
    assert.deepEqual(scoreProblems(kept), []);
    for (const { because } of keptFindings) assert.match(because, /\w+ \w+/);
  });

  it('is a problem where nothing says why it is kept', () => {
    const found = scoreProblems([...kept, { set: 'full-values', object: 'Deployment gate', ...unset }]);
    assert.deepEqual(found, [`full-values: Deployment gate: ${unset.says} (kube-score ${unset.check})`]);
  });

  it('is kept in the set of values and of the kind alone that a reason names', () => {
    const off = { check: 'deployment-has-poddisruptionbudget', says: 'No matching PodDisruptionBudget was found' };
    const open = { check: 'pod-networkpolicy', says: 'The pod does not have a matching NetworkPolicy' };
    const found = scoreProblems([
      ...kept,
      { set: 'full-values', object: 'Deployment gate', ...off },
      { set: 'full-values', object: 'Deployment gate', ...open },
    ]);
    assert.deepEqual(found, [
      `full-values: Deployment gate: ${off.says} (kube-score ${off.check})`,
      `full-values: Deployment gate: ${open.says} (kube-score ${open.check})`,
    ]);
  });

  it('has no reasons left over', () => {
    const [first, ...rest] = kept;
    assert.ok(first);
    assert.deepEqual(scoreProblems(rest), [
      `kube-score does not say any more, so do not keep: ${first.says} (${first.check})`,
    ]);
  });
});
