import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../cli/program.ts';

/**
 * The parts of a page that a reader acts on, in order. The words after the language of a fence say more:
 *
 *     ```sh                     typed into the first terminal
 *     ```sh terminal=NAME       typed into another terminal, where it stays running
 *     ```sh setup               what installs the machine; tests run where it was done
 *     ```sh cluster             typed where a cluster is, and so is what it prints; another tier runs it
 *     ```yaml cluster           a file that those commands are about
 *     ```text                   what the commands above have printed, all of it
 *     ```text terminal=NAME     what that terminal then shows, somewhere
 *     <!-- terminal=NAME: Ctrl-C -->
 */
export type Part =
  | { readonly kind: 'Type'; readonly text: string; readonly line: number; readonly printed: string }
  | { readonly kind: 'Start'; readonly text: string; readonly line: number; readonly terminal: string }
  | { readonly kind: 'See'; readonly text: string; readonly line: number; readonly terminal: string }
  | { readonly kind: 'Interrupt'; readonly line: number; readonly terminal: string };

interface Fence {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  readonly line: number;
}

const pattern = /^```(\w+)(.*)\n([\s\S]*?)^```$|^<!-- terminal=(\w+): Ctrl-C -->$/gm;

/** Where a reader sits: at a machine, or at one from which a cluster is reached. */
export type Place = 'machine' | 'cluster';

/** The parts of a page of this repository, from the heading (when one is given) to the next of its level. */
export function partsOf(page: string, heading?: string, place: Place = 'machine'): readonly Part[] {
  const whole = readFileSync(path.join(root, page), 'utf8');
  const start = heading === undefined ? 0 : whole.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`${page} has no heading ${heading ?? ''}`);
  const end = heading === undefined ? -1 : whole.indexOf(`\n${heading.split(' ', 1)[0] ?? ''} `, start + 1);
  const text = end < 0 ? whole : whole.slice(0, end);
  const parts: Part[] = [];
  for (const match of text.slice(start).matchAll(pattern)) {
    const line = text.slice(0, start + match.index).split('\n').length;
    const [, language = '', words = '', content = '', interrupted] = match;
    const fence = { language, words: words.split(' ').filter(Boolean), text: content, line };
    if (fence.words.includes('cluster') !== (place === 'cluster')) continue;
    if (interrupted !== undefined) parts.push({ kind: 'Interrupt', line, terminal: interrupted });
    else add(parts, fence);
  }
  return parts;
}

function add(parts: Part[], { language, words, text, line }: Fence): void {
  const terminal = words.find((word) => word.startsWith('terminal='))?.slice('terminal='.length);
  if (language === 'sh' && terminal !== undefined) parts.push({ kind: 'Start', text, line, terminal });
  else if (language === 'sh' && !words.includes('setup')) parts.push({ kind: 'Type', text, line, printed: '' });
  else if (language === 'text' && terminal !== undefined) parts.push({ kind: 'See', text, line, terminal });
  else if (language === 'text') {
    const last = parts.at(-1);
    if (last?.kind !== 'Type' || last.printed !== '') throw new Error(`line ${String(line)}: nothing printed this`);
    parts.splice(-1, 1, { ...last, printed: text });
  }
}

const volatile: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?Z)?/g, 'TIME'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/"port": \d+/g, '"port": PORT'],
  [/ in \d+ ms/g, ' in N ms'],
  [/Mosquitto \d+\.\d+\.\d+/g, 'Mosquitto VERSION'],
];

/** The text without what is different on each machine and at each time. */
export function stable(text: string, home: string): string {
  const placed = text.replaceAll(home, '/home/ada');
  return volatile.reduce((now, [from, to]) => now.replace(from, to), placed);
}

/** Whether `shown` is in `text`: whole lines, one after another, where `…` stands for the rest of a line. */
export function isShown(text: string, shown: string): boolean {
  const lines = text.split('\n');
  const wanted = shown.trimEnd().split('\n');
  return lines.some((_, start) => wanted.every((line, index) => isLine(lines[start + index], line)));
}

function isLine(line: string | undefined, wanted: string): boolean {
  if (line === undefined) return false;
  return wanted.endsWith('…') ? line.startsWith(wanted.slice(0, -1)) : line === wanted;
}
