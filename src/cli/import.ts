import { readFile } from 'node:fs/promises';
import { dump } from 'js-yaml';
import { readForeignAcl } from '../domain/import/acl-reader.ts';
import { importedManifests, type Manifest } from '../domain/import/manifests.ts';
import { type Note, noteText } from '../domain/import/note.ts';
import { readForeignPasswords } from '../domain/import/password-reader.ts';
import { parsedCrls } from '../domain/pki/crl.ts';
import { reasonOf } from '../local/files.ts';
import { parseManifests } from '../parse/manifests.ts';
import { validationFindings } from '../parse/validation.ts';
import { fileLimit } from '../parse/yaml.ts';
import { commandOf } from './command.ts';
import { isRefused } from './fleet-input.ts';
import { type ExitCode, type Io, UsageError } from './io.ts';

export const command = commandOf({
  synopsis: '--acl FILE [--passwd FILE] [--crl FILE] [--broker NAME] [-n NAMESPACE]',
  about: `Writes manifests with the same verdicts as the acl_file, password_file and crlfile of a Mosquitto that runs today.
Users with the same rules but for their name share an AclTemplate; patterns become a default template of the broker; who is not
in the password file is taken for the common name of a certificate. Standard error lists, line by line, what is not kept as it
is; nobody ever has more than before. Name the issuers in the MqttBroker before you apply it.
Exit code 0: everything is kept. 1: something is not. 2: a file cannot be read, or Mosquitto would refuse it.`,
  options: {
    acl: { type: 'string', value: 'FILE', about: 'the acl_file' },
    passwd: { type: 'string', value: 'FILE', about: 'the password_file; hashes are taken over' },
    crl: { type: 'string', value: 'FILE', about: 'the crlfile, in PEM' },
    broker: { type: 'string', value: 'NAME', about: 'name of the MqttBroker (default: imported)' },
    namespace: { type: 'string', short: 'n', value: 'NAME', about: 'namespace of the objects (default: default)' },
  },
  run: async ({ options, operands, io }) => {
    const { acl, passwd, crl, broker = 'imported', namespace = 'default' } = options;
    if (acl === undefined || operands.length > 0) throw new UsageError('import takes --acl FILE, and no operands');
    const names = { acl, passwords: passwd ?? '', crl: crl ?? '' };
    const read = readForeignAcl(await textOf(acl));
    if (!read.ok) return notesTold(read.problems, names, io, 2);
    const lists = crl === undefined ? undefined : await textOf(crl);
    const crls = lists === undefined ? undefined : parsedCrls(lists);
    if (crls && !crls.ok)
      throw new Error(`read ${names.crl}: ${crls.findings.map(({ message }) => message).join('; ')}`);
    const foreign = {
      acl: read.acl,
      passwords: readForeignPasswords(passwd === undefined ? '' : await textOf(passwd)),
      ...(lists !== undefined && { crl: lists }),
    };
    const { manifests, notes } = importedManifests(foreign, { namespace, broker });
    const text = oneFile(manifests, acl);
    // Names given on the command line may be none; what is written has to be valid as a whole.
    if (isRefused(validationFindings(parseManifests([{ name: 'manifests', text }])), io)) return 2;
    io.out(text);
    return notesTold(notes, names, io, notes.length > 0 ? 1 : 0);
  },
});

function notesTold(notes: readonly Note[], names: Parameters<typeof noteText>[1], io: Io, code: ExitCode): ExitCode {
  io.err(notes.map((note) => `${noteText(note, names)}\n`).join(''));
  return code;
}

/** All of them, where one file may hold them: no other command would read them. */
function oneFile(manifests: readonly Manifest[], acl: string): string {
  const texts: string[] = [];
  let length = 0;
  for (const manifest of manifests) {
    const text = yamlText(manifest);
    length += Buffer.byteLength(text) + '---\n'.length;
    const most = `${fileLimit / 1024 / 1024} MiB`;
    if (length > fileLimit)
      throw new Error(`import ${acl}: the manifests take more than the ${most} of a file: import some users at a time`);
    texts.push(text);
  }
  return texts.join('---\n');
}

function yamlText(manifest: Manifest): string {
  return dump(manifest, { lineWidth: -1, noRefs: true });
}

async function textOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Error(`read ${file}: ${reasonOf(error)}`, { cause: error });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Error(`read ${file}: it is not UTF-8`, { cause: error });
  }
}
