/** A text, or its pieces in order. What is long is kept in pieces, for joined it would be in memory a second time. */
export type Text = string | readonly string[];

export function piecesOf(text: Text): readonly string[] {
  return typeof text === 'string' ? [text] : text;
}

/** For texts that are short. */
export function joined(text: Text): string {
  return typeof text === 'string' ? text : text.join('');
}

/** The lines with their line feeds, wherever the text is cut into pieces; the last one may have none. */
export function* linesOf(text: Text): Generator<string> {
  let begun = '';
  for (const piece of piecesOf(text)) {
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      yield begun + piece.slice(start, end + 1);
      begun = '';
      start = end + 1;
    }
    begun += piece.slice(start);
  }
  if (begun !== '') yield begun;
}
