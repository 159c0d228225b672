import assert from 'node:assert/strict';
import { ApiError, isKindGone, isNamespaceGoing } from '../../src/kube/errors.ts';

/** Answers of a Kubernetes 1.36 to somebody who makes an object. */
const answers: readonly (readonly [what: string, status: number, message: string, means: string])[] = [
  ['no such kind, or a definition that is gone', 404, 'the server could not find the requested resource', 'Kind'],
  ['a definition that changes', 405, 'the server does not allow this method on the requested resource', 'Kind'],
  [
    'a definition that is being deleted',
    403,
    'things.example.org "one" is forbidden: create not allowed while custom resource definition is terminating',
    'Kind',
  ],
  [
    'a namespace that is being deleted',
    403,
    'configmaps "one" is forbidden: unable to create new content in namespace plant because it is being terminated',
    'Namespace',
  ],
  ['a right that is missing', 403, 'things.example.org "one" is forbidden: User "eve" cannot create resource', ''],
  ['an object that is there', 409, 'things.example.org "one" already exists', ''],
  ['a server that fails', 500, 'create not allowed while custom resource definition is terminating', ''],
];

describe('what cannot be made because of what is going', () => {
  for (const [what, status, message, means] of answers) {
    it(`${what}: ${means || 'neither'}`, () => {
      const error = new ApiError(`create things plant/one: ${message}`, { status, reason: 'Some' });
      const found = [isKindGone(error) ? 'Kind' : [], isNamespaceGoing(error) ? 'Namespace' : []].flat();
      assert.deepEqual(found, means === '' ? [] : [means]);
    });
  }

  it('other errors', () => assert.equal(isKindGone(new Error('terminating')), false));
});
