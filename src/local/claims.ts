import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Claim, claimIn, claimText, isClaimId, isOverLongSince } from '../domain/enrol/claim.ts';
import type { ClaimStore } from '../enrol/registrar.ts';
import { createFile, makeDirectory, namesIn, replaceFile, textOf } from './files.ts';

/** Claims in a directory: a file for each, and beside it `ID.taken` with the hash of the request that it was taken for. */
export function directoryClaims(directory: string): ClaimStore {
  return {
    async claim(id) {
      if (!isClaimId(id)) return undefined;
      const file = path.join(directory, id);
      const text = await textOf(file);
      if (text === undefined) return undefined;
      const claim = claimIn(text);
      if (claim.ok) return claim.value;
      throw new Error(`read claim ${file}: ${claim.problem}`);
    },
    async take(id, requestHash) {
      const file = path.join(directory, `${id}.taken`);
      if (await createFile(file, `${requestHash}\n`)) return 'Taken';
      const by = await textOf(file);
      return by?.trim() === requestHash ? 'TakenBefore' : 'TakenByOther';
    },
  };
}

export async function keepClaim(directory: string, claim: Claim): Promise<void> {
  await makeDirectory(directory);
  await replaceFile(path.join(directory, claim.id), claimText(claim));
}

/** Removes claims that are over for longer than a day, with what says that they were taken. */
export async function pruneClaims(directory: string, now: Date): Promise<void> {
  for (const name of (await namesIn(directory)).filter(isClaimId)) {
    const claim = claimIn((await textOf(path.join(directory, name))) ?? '');
    if (!claim.ok || !isOverLongSince(claim.value, now)) continue;
    // The claim first: one that is there and not marked as taken could be taken again.
    await rm(path.join(directory, name), { force: true });
    await rm(path.join(directory, `${name}.taken`), { force: true });
  }
}
