/** A field of a document as keys and indices; `pathText` is the form that findings carry. */
export type Path = readonly (string | number)[];

const plainKey = /^[A-Za-z_$][\w$-]*$/;

/** `spec.rules[2].topic`; keys that are not plain words are quoted: `metadata.labels["a/b"]`. */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (plainKey.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** How messages name a field. */
export function fieldName(path: Path): string {
  return path.length === 0 ? 'the document' : `\`${pathText(path)}\``;
}

/** Inverse of `pathText`. What is not of its form ends the path: the nearest parent is then what is meant. */
export function pathOf(text: string): Path {
  const step = /\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  const path: (string | number)[] = [];
  while (step.lastIndex < text.length) {
    const [match, key, index, quoted] = step.exec(text) ?? [];
    if (match === undefined) break;
    const part = key ?? (index === undefined ? unquoted(quoted) : Number(index));
    if (part === undefined) break;
    path.push(part);
  }
  return path;
}

function unquoted(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(text);
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Path of a JSON pointer (RFC 6901); steps that look like indices are kept as text, for only the value knows. */
export function pathOfPointer(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
