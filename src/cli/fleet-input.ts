import { type Finding } from '../domain/finding.ts';
import { readManifests } from '../local/manifests.ts';
import { parseManifests, type ParseResult } from '../parse/manifests.ts';
import { findingsText, reportable } from '../parse/report.ts';
import { UsageError, type Io } from './io.ts';

/** Manifests as a command was given them. */
export interface FleetInput extends ParseResult {
  /** Number of files that were read. */
  readonly files: number;
  /** What could not be read at all. */
  readonly unreadable: readonly Finding[];
}

/** Reads the manifests that `paths` name: files, directories, `-` for standard input. */
export async function fleetInput(paths: readonly string[], io: Io): Promise<FleetInput> {
  if (paths.length === 0) throw new UsageError('give the manifests: files, directories or - for standard input');
  const { files, findings } = await readManifests(paths, () => io.stdin);
  return { ...parseManifests(files), files: files.length, unreadable: findings };
}

export function errorsAmong(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity }) => severity === 'Error');
}

/** Shows findings on standard error and tells whether one of them is an Error, which makes the input unusable. */
export function isRefused(findings: readonly Finding[], io: Io): boolean {
  io.err(findingsText(reportable(findings, 'Warning')));
  return errorsAmong(findings).length > 0;
}
