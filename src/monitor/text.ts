/** What stands for a character that is none, or that could act upon whoever reads it: ends of lines, escapes, directions. */
const placeholder = '\ufffd';

/** Text from outside as it may be shown: at most `most` characters, of which none controls or hides anything. */
export function shownText(text: string, most: number): string {
  const characters = Array.from(text.slice(0, 2 * most))
    .slice(0, most)
    .join('');
  return characters.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, placeholder);
}
