/** What an expression of PromQL asks for. Only as much of the language as alerts and dashboard of this repository use. */
export interface Selector {
  readonly metric: string;
  /** Of matchers beside it. */
  readonly labels: readonly string[];
}

const keywords = new Set(['and', 'or', 'unless', 'bool', 'offset']);
const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const names = (list: string) => [...list.matchAll(/[a-zA-Z_]\w*/g)].map(([name]) => name);

export function selectorsIn(expression: string): readonly Selector[] {
  const bare = expression
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\boffset\s+\w+/g, '')
    .replaceAll(grouping, '');
  return [...bare.matchAll(/\b([a-zA-Z_:][\w:]*)\b(\{[^}]*\})?(?!\s*\()/g)]
    .map(([, metric = '', matchers = '']) => ({
      metric,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }))
    .filter(({ metric }) => !keywords.has(metric));
}

/** Labels that the expression groups or joins by. */
export function groupedLabels(expression: string): readonly string[] {
  return [...expression.matchAll(grouping)].flatMap(([, list = '']) => names(list));
}
