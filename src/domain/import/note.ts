/** What an import could not take over as it was. */
export interface Note {
  readonly file: 'acl' | 'passwords' | 'crl';
  /** Counts from 1; absent: it is about an identity, not a line. */
  readonly line?: number;
  readonly message: string;
}

/** `acl:12: MESSAGE`. */
export function noteText({ file, line, message }: Note, names: Readonly<Record<Note['file'], string>>): string {
  return `${names[file]}${line === undefined ? '' : `:${line}`}: ${message}`;
}
