import type { CaKeyId, PublishedCrl, RevocationEntry } from './certificate.ts';
import { crlStamp } from './crl-schedule.ts';
import { parsedCrl, type ReadCrl, signedCrl } from './crl.ts';
import type { CaSigner } from './x509.ts';

/** A list that was signed, with what it says. */
export interface SignedList {
  readonly pem: string;
  readonly read: ReadCrl;
}

export interface ListContent {
  readonly entries: readonly RevocationEntry[];
  /** Of the last list of this CA, where one is known. */
  readonly formerNumber: bigint | undefined;
  readonly validitySeconds: number;
  readonly now: Date;
}

/** A new list of this CA, read back: it is known to say what it was to say. Throws where it does not, which is a defect. */
export function newList(signer: CaSigner, { entries, formerNumber, validitySeconds, now }: ListContent): SignedList {
  const { pem } = signedCrl({ ...signer, entries, ...crlStamp(formerNumber, now, validitySeconds) });
  const read = parsedCrl(pem);
  if (!read.ok) throw new Error('sign revocation list: it does not read back');
  return { pem, read: read.value };
}

/** A list as brokers are told of it. */
export function publishedCrl(caKeyId: CaKeyId, { pem, read }: SignedList): PublishedCrl {
  const { number, thisUpdate, nextUpdate } = read;
  return { caKeyId, pem, number, thisUpdate, nextUpdate };
}
