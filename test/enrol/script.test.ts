/** deploy/samples/enrolment/enrol.sh, what a device does by curl and openssl. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { directoryOf, root } from '../cli/program.ts';
import { caPem, openedSite, type Site } from './site.ts';

const script = path.join(root, 'deploy/samples/enrolment/enrol.sh');

describe('the script for enrolment', () => {
  let site: Site;
  beforeEach(async () => (site = await openedSite()));
  afterEach(() => site.close());

  it('reads a certificate in whose base64 the word END stands', async () => {
    site.isWanted = (pem) => pem.split('\n').some((line) => !line.startsWith('-----') && line.includes('END'));
    const kit = directoryOf({ 'ca.crt': caPem, claim: site.claim() });
    const words = [kit, `https://localhost:${site.port}`, 'pump-1', path.join(kit, 'claim')];
    const { stdout } = await promisify(execFile)(script, words);
    assert.match(stdout, /^subject=CN *= *pump-1$/m);
    const certificate = readFileSync(path.join(kit, 'client.crt'), 'utf8');
    assert.equal(new X509Certificate(certificate).subject, 'CN=pump-1');
  });

  it('goes on where it was cut off between the next key and the next certificate', async () => {
    const kit = directoryOf({ 'ca.crt': caPem, claim: site.claim() });
    const words = [kit, `https://localhost:${site.port}`, 'pump-1'];
    await promisify(execFile)(script, [...words, path.join(kit, 'claim')]);
    renameSync(path.join(kit, 'client.crt'), path.join(kit, 'next.crt'));
    writeFileSync(path.join(kit, 'next.csr'), 'of the certificate that came');
    const { stdout } = await promisify(execFile)(script, words);
    assert.match(stdout, /^subject=CN *= *pump-1$/m);
    assert.equal(site.submitted.length, 2);
  });
});
