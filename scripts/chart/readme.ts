/** The README of the chart: every value, with the comment that explains it in values.yaml. */
import { load } from 'js-yaml';

/** One value: a leaf, or an object that is empty by default. */
export interface ValueLine {
  /** Such as `image.tag`. */
  readonly path: string;
  /** JSON. */
  readonly otherwise: string;
  readonly comment: string;
}

/**
 * The values of a values.yaml in their order, each with its own comment, or that of what it is in. A comment is the lines right
 * above a key; one that is followed by an empty line is of the whole file. Errors: a value that nothing explains.
 */
export function valueLines(text: string): readonly ValueLine[] {
  const values = load(text) as Readonly<Record<string, unknown>>;
  const comments = commentsIn(text);
  return leavesOf(values).map(({ path, value }) => {
    const parts = path.split('.');
    const above = parts.map((_, length) => comments.get(parts.slice(0, length + 1).join('.')) ?? '');
    const comment = above.findLast((one) => one !== '');
    if (comment === undefined) throw new Error(`explain values: ${path} has no comment`);
    return { path, otherwise: JSON.stringify(value), comment };
  });
}

/** By the path of the key below them. Items of lists have none. */
function commentsIn(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let pending: readonly string[] = [];
  let parents: readonly { readonly indent: number; readonly name: string }[] = [];
  for (const line of text.split('\n')) {
    const [, spaces = '', name] = /^( *)([A-Za-z_]+):/.exec(line) ?? [];
    const [, words] = /^ *# (.*)$/.exec(line) ?? [];
    if (words !== undefined) pending = [...pending, words];
    else if (name === undefined) pending = [];
    else {
      parents = [...parents.filter(({ indent }) => indent < spaces.length), { indent: spaces.length, name }];
      found.set(parents.map((one) => one.name).join('.'), pending.join(' '));
      pending = [];
    }
  }
  return found;
}

function leavesOf(values: Readonly<Record<string, unknown>>, prefix = ''): readonly { path: string; value: unknown }[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject || Object.keys(value).length === 0 || wholes.has(path)) return [{ path, value }];
    return leavesOf(value as Readonly<Record<string, unknown>>, `${path}.`);
  });
}

/** What is given to Kubernetes as it is. */
const wholes = new Set(['podSecurityContext', 'containerSecurityContext', 'resources', 'grafana.dashboard.labels']);

export function readmeText(values: string): string {
  const rows = valueLines(values).map(
    ({ path, otherwise, comment }) => `| \`${path}\` | \`${otherwise.replaceAll('|', '\\|')}\` | ${comment} |`,
  );
  return `<!-- Generated from values.yaml by \`npm run gen\`. -->

# mqtt-security-operator

Identities, least-privilege topic rights and revocation for fleets of devices on Mosquitto, as Kubernetes objects.
[Installing](../../docs/install.md) tells how to install, upgrade and uninstall; in short, with cert-manager there:

\`\`\`
helm install mqtt-security-operator charts/mqtt-security-operator --namespace mqtt-security-system --create-namespace
\`\`\`

One release for a cluster, or one that looks at some namespaces alone (\`watchNamespaces\`). What is written wrongly in values is refused:
\`values.schema.json\` knows each of them.

## Values

| value | otherwise | meaning |
| ----- | --------- | ------- |
${rows.join('\n')}
`;
}
