import type { CaKeyId } from '../domain/pki/certificate.ts';
import { replaceFile, textOf } from './files.ts';

/**
 * The number of the last revocation list that was signed, beside the state directory: an older copy of the directory that
 * is put back does not know of revocations that there were since.
 */
interface Mark {
  readonly caKeyId: CaKeyId;
  readonly crlNumber: bigint;
}

/** Of this CA; undefined where there is none, or it is of another one or cannot be read. */
export async function markedNumber(file: string, caKeyId: CaKeyId): Promise<bigint | undefined> {
  const words = (await textOf(file).catch(() => undefined))?.trim().split(' ') ?? [];
  const [keyId, number = ''] = words;
  return keyId === caKeyId && words.length === 2 && /^\d{1,60}$/.test(number) ? BigInt(number) : undefined;
}

/** Where the place is not ours to write to there is no mark, and a copy is not told from the directory that it is of. */
export async function keepMark(file: string, { caKeyId, crlNumber }: Mark): Promise<void> {
  await replaceFile(file, `${caKeyId} ${crlNumber}\n`).catch(() => undefined);
}
