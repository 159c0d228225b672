/** A statement of in-toto about how the files of a release came to be, in the predicate of SLSA provenance v1. Unsigned. */
import type { Digest } from './archive.ts';

export interface BuildFacts {
  readonly subjects: readonly Digest[];
  /** The commit that was built. */
  readonly revision: string;
  readonly time: Date;
  readonly version: string;
  /** What pins every package that is in it. */
  readonly lockFile: Digest;
}

const name = 'mqtt-security-operator';

export function provenance({ subjects, revision, time, version, lockFile }: BuildFacts): string {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(subjectOf),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `urn:${name}:make-release-dry-run`,
        externalParameters: { version, revision },
        resolvedDependencies: [{ name: 'sources', digest: { gitCommit: revision } }, subjectOf(lockFile)],
      },
      runDetails: {
        builder: { id: `urn:${name}:local` },
        metadata: { invocationId: revision, startedOn: time.toISOString() },
      },
    },
  };
  return `${JSON.stringify(statement, undefined, 2)}\n`;
}

function subjectOf({ name: file, sha256 }: Digest): object {
  return { name: file, digest: { sha256 } };
}
