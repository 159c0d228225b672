/** A value that was decoded, or why it was not. The caller turns the problem into a finding of its own kind. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export function decoded<T>(value: T): Decoded<T> {
  return { ok: true, value };
}

export function undecodable(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

/** PEM text of one block: 64 characters per line, as RFC 7468 section 3 wants it of a generator. */
export function pemText(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

export interface PemRules {
  /** Labels that may stand in the text. */
  readonly labels: readonly string[];
  /** Text between the blocks is ignored, as OpenSSL does; otherwise only white space may stand there. */
  readonly comments: boolean;
}

/** A block while it is being read. */
interface OpenBlock {
  readonly label: string;
  readonly lines: string[];
}

const boundary = /^-----(?<edge>BEGIN|END) (?<label>[A-Z0-9 ]{1,40})-----$/;

/**
 * The DER of each PEM block, in order. Stricter than RFC 7468 section 3 demands of a parser: each line but the last of a
 * block holds 64 characters and none is empty, because OpenSSL, hence the broker, drops a block that has it otherwise; to
 * it an empty line ends headers.
 */
export function pemBlocks(text: string, rules: PemRules): Decoded<readonly Buffer[]> {
  const blocks: Buffer[] = [];
  let open: OpenBlock | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = withoutEndingSpace(raw);
    const { edge, label = '' } = boundary.exec(line)?.groups ?? {};
    const problem = lineProblem(line, { edge, label, open, rules });
    if (problem !== undefined) return undecodable(`line ${index + 1} ${problem}`);
    if (edge === 'BEGIN') open = { label, lines: [] };
    else if (edge === 'END') {
      const der = derOf(open?.lines ?? []);
      if (!der) return undecodable(`the block that ends in line ${index + 1} is not base64 in lines of 64 characters`);
      blocks.push(der);
      open = undefined;
    } else open?.lines.push(line);
  }
  if (open) return undecodable(`the block ${open.label} is cut off: it has no END line`);
  return blocks.length > 0 ? decoded(blocks) : undecodable(`it holds no PEM block ${rules.labels.join(' or ')}`);
}

/** ASCII alone: what Unicode calls a space is one to OpenSSL on some processors only. */
function withoutEndingSpace(line: string): string {
  let end = line.length;
  while (end > 0 && ' \t\v\f\r'.includes(line.charAt(end - 1))) end -= 1;
  return line.slice(0, end);
}

interface LineContext {
  readonly edge: string | undefined;
  readonly label: string;
  readonly open: OpenBlock | undefined;
  readonly rules: PemRules;
}

function lineProblem(line: string, { edge, label, open, rules }: LineContext): string | undefined {
  if (edge === 'BEGIN') {
    if (open) return 'begins a block inside another';
    return rules.labels.includes(label) ? undefined : `begins a block ${label}, not ${rules.labels.join(' or ')}`;
  }
  if (edge === 'END') return open?.label === label ? undefined : `ends a block ${label} that was not begun`;
  if (open) return undefined;
  return line.includes('-----') || (!rules.comments && line !== '') ? 'is not PEM' : undefined;
}

function derOf(lines: readonly string[]): Buffer | undefined {
  const isRagged = lines.some((line, index) => line.length > 64 || line.length < (index < lines.length - 1 ? 64 : 1));
  if (isRagged || lines.length === 0) return undefined;
  const text = lines.join('');
  const der = Buffer.from(text, 'base64');
  return der.length > 0 && der.toString('base64') === text ? der : undefined;
}
