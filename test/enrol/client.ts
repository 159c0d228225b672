/** What a client of EST writes and reads (RFC 7030), for tests: the bodies of its requests and of the answers. */
import * as der from '../../src/domain/pki/der.ts';
import { decoded, type Decoded, pemBlocks, pemText, undecodable } from '../../src/domain/pki/pem.ts';

/** The certificates of an answer as PEM, in their order. */
export function certificatesInBody(body: string): Decoded<readonly string[]> {
  const outer = der.cursorOn(Buffer.from(body.replace(/\s+/g, ''), 'base64'));
  const info = der.inside(outer, der.taken(outer, der.tags.sequence, 'content'));
  if (der.takenOid(info, 'content type') !== '1.2.840.113549.1.7.2') der.fault(info, 'it is no SignedData');
  const wrapped = der.inside(info, der.taken(info, der.contextTag(0), 'content'));
  const fields = der.inside(wrapped, der.taken(wrapped, der.tags.sequence, 'SignedData'));
  der.taken(fields, der.tags.integer, 'version');
  der.taken(fields, der.tags.set, 'digest algorithms');
  der.taken(fields, der.tags.sequence, 'encapsulated content');
  const list = der.inside(fields, der.taken(fields, der.contextTag(0), 'certificates'));
  const certificates: string[] = [];
  while (!der.isAtEnd(list)) {
    const certificate = der.taken(list, der.tags.sequence, 'certificate');
    certificates.push(pemText('CERTIFICATE', der.encodingOf(list, certificate)));
  }
  const [problem] = outer.faults;
  return problem === undefined ? decoded(certificates) : undecodable(problem);
}

/** A signing request (PEM) as the body of a request. */
export function bodyOf(csr: string): string {
  const blocks = pemBlocks(csr, { labels: ['CERTIFICATE REQUEST'], comments: true });
  if (!blocks.ok) throw new Error(blocks.problem);
  return `${((blocks.value[0] ?? Buffer.alloc(0)).toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')}\r\n`;
}
