/** Revocation lists as other software may sign them: with extensions that ours never have. */
import { contextTag, tags } from '../../../src/domain/pki/der.ts';
import {
  bitString,
  derOf,
  encoded,
  explicit,
  extension,
  integer,
  type Node,
  octetString,
  sequence,
  tagged,
  time,
} from '../../../src/domain/pki/encode.ts';
import { oids } from '../../../src/domain/pki/oids.ts';
import { pemText } from '../../../src/domain/pki/pem.ts';
import { signatureIdentifier, signatureOver } from '../../../src/domain/pki/signature.ts';
import type { CaSigner } from '../../../src/domain/pki/x509.ts';
import { seconds, start } from './authorities.ts';

export interface ForeignContent {
  readonly serials: readonly string[];
  /** Of the list, beside number and key identifier. */
  readonly extensions?: readonly Node[];
  /** Of each entry. */
  readonly entryExtensions?: readonly Node[];
  /** Of each entry, as a GeneralizedTime. */
  readonly entryDate?: string;
  /** Behind the key in the authority key identifier. */
  readonly authority?: readonly Node[];
}

/** A list of this CA for a week from `start`, in DER. */
export function foreignCrl({ issuer, key }: CaSigner, content: ForeignContent): Buffer {
  const { serials, extensions = [], entryExtensions = [], entryDate, authority = [] } = content;
  const algorithm = encoded(signatureIdentifier(key));
  const ofEntry = entryExtensions.length > 0 ? [sequence(...entryExtensions)] : [];
  const date = entryDate === undefined ? time(start) : tagged(tags.generalizedTime, Buffer.from(entryDate));
  const keyIdentifier = tagged(contextTag(0, 'primitive'), issuer.subjectKeyId);
  const signed = derOf(
    sequence(
      integer('1'),
      algorithm,
      encoded(issuer.subject),
      time(start),
      time(seconds(start, 7 * 86_400)),
      sequence(...serials.map((serial) => sequence(integer(serial), date, ...ofEntry))),
      explicit(
        0,
        sequence(
          extension(oids.authorityKeyIdentifier, sequence(keyIdentifier, ...authority)),
          extension(oids.cRLNumber, integer('7')),
          ...extensions,
        ),
      ),
    ),
  );
  return derOf(sequence(encoded(signed), algorithm, bitString(signatureOver(signed, key))));
}

/** A list of this CA whose last line is a full one, with an empty line behind it: OpenSSL cannot read it. */
export function crlWithEmptyLine(signer: CaSigner, serials: readonly string[]): string {
  for (let length = 1; ; length += 1) {
    // As long as what is unknown to everybody, and ignored.
    const filler = extension('1.2.3.4', octetString(Buffer.alloc(length)));
    const der = foreignCrl(signer, { serials, extensions: [filler] });
    if (der.length % 48 === 0) return pemText('X509 CRL', der).replace('\n-----END', '\n\n-----END');
  }
}

/** GeneralName with a directory name. */
export function directoryName(name: Buffer): Node {
  return tagged(contextTag(4), name);
}

/** `distributionPoint [0] { fullName [0] { URI } }` of an IssuingDistributionPoint, RFC 5280 section 5.2.5. */
export function distributionPoint(uri: string): Node {
  const name = tagged(contextTag(6, 'primitive'), Buffer.from(uri));
  return explicit(0, explicit(0, name));
}
