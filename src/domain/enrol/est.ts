/** Messages of Enrollment over Secure Transport (RFC 7030, RFC 8951): what a client asks, and the bodies of both sides. */
import { tagged, derOf, explicit, integer, oid, sequence, set } from '../pki/encode.ts';
import * as der from '../pki/der.ts';
import { decoded, type Decoded, pemBlocks, pemText, undecodable } from '../pki/pem.ts';

/** What a client may ask for (RFC 7030 section 3.2.2); the optional operations are not served. */
export type EstOperation = 'cacerts' | 'simpleenroll' | 'simplereenroll';

const operations: ReadonlyMap<string, EstOperation> = new Map(
  (['cacerts', 'simpleenroll', 'simplereenroll'] as const).map((name) => [`/.well-known/est/${name}`, name]),
);

/** The operation that a request target names; undefined for all else, labels and query strings included. */
export function operationAt(target: string): EstOperation | undefined {
  return operations.get(target);
}

/** The one method of each operation. */
export const methods: Readonly<Record<EstOperation, 'GET' | 'POST'>> = {
  cacerts: 'GET',
  simpleenroll: 'POST',
  simplereenroll: 'POST',
};

/** The most that the body of a request may hold, bytes: an RSA 4096 request in base64 has 2.3 KiB. */
export const bodyLimitBytes = 20 * 1024;

/** Whether the headers announce a PKCS #10 request in base64 (RFC 7030 section 4.2.1, RFC 8951 section 3.1). */
export function isRequestType(contentType: string | undefined, transferEncoding: string | undefined): boolean {
  const [type = ''] = (contentType ?? '').split(';', 1);
  const isBase64 = transferEncoding === undefined || transferEncoding.trim().toLowerCase() === 'base64';
  return isBase64 && type.trim().toLowerCase() === 'application/pkcs10';
}

/** The longest signing request, characters of PEM: that of `spec.csr` of a DeviceCertificate. */
const requestLimit = 8192;

/** The signing request of a body as PEM: base64 of DER, white space ignored (RFC 8951 section 3.1). What the DER holds is not looked at. */
export function requestInBody(body: string): Decoded<string> {
  const text = body.replace(/[ \t\r\n]+/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0) return undecodable('the body is empty');
  if (bytes.toString('base64') !== text) return undecodable('the body is not base64');
  const pem = pemText('CERTIFICATE REQUEST', bytes);
  return pem.length <= requestLimit
    ? decoded(pem)
    : undecodable(`the request has more than ${requestLimit} characters in PEM`);
}

const signedData = '1.2.840.113549.1.7.2';
const data = '1.2.840.113549.1.7.1';

/**
 * Certificates in the form that EST answers with: degenerate SignedData of PKCS #7 in base64 (RFC 7030 sections 4.1.3
 * and 4.2.3). Their order stays, though a SET of DER would be sorted: clients take the first for theirs.
 */
export function certsOnlyBody(pem: string): Decoded<string> {
  const blocks = pemBlocks(pem, { labels: ['CERTIFICATE'], comments: true });
  if (!blocks.ok) return blocks;
  const content = sequence(
    integer('1'),
    set(),
    sequence(oid(data)),
    tagged(der.contextTag(0), Buffer.concat([...blocks.value])),
    set(),
  );
  return decoded(base64Lines(derOf(sequence(oid(signedData), explicit(0, content)))));
}

function base64Lines(bytes: Buffer): string {
  return `${(bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')}\r\n`;
}

/** User name and password of HTTP basic authentication (RFC 7617); undefined where there are none. */
export function basicCredentials(authorization: string | undefined): { user: string; password: string } | undefined {
  const [, encoded] = /^basic ([A-Za-z0-9+/]{1,512}={0,2})$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
