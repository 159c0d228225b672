import type { PointResult, Verdict } from './point.ts';

/** What is wrong, or how much of it was tried, in one line. */
function summaryText(results: readonly PointResult[]): string {
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  return `${count('Pass')} passed, ${count('Fail')} failed, ${count('NotApplicable')} not applicable`;
}

const words = { Pass: 'pass', Fail: 'FAIL', NotApplicable: 'n/a' } as const;

/** One line for each point, below a failed one what was tried, and a summary. */
export function resultsTable(results: readonly PointResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.flatMap(({ name, title, verdict, reason, attempts }) => [
    `${words[verdict].padEnd(4)}  ${name.padEnd(width)}  ${verdict === 'Fail' ? `NOT SO: ${title}` : reason}`,
    ...(verdict === 'Fail' ? attempts : []).map(
      (attempt) => `        ${words[attempt.verdict].padEnd(4)}  ${attempt.tried}: ${attempt.answer}`,
    ),
  ]);
  return [...lines, summaryText(results)].map((line) => `${printable(line)}\n`).join('');
}

export function resultsJson(results: readonly PointResult[]): string {
  const passed = results.every(({ verdict }) => verdict !== 'Fail');
  return `${JSON.stringify({ passed, points: results }, undefined, 2)}\n`;
}

/** JUnit's XML as CI systems read it: a test case for each point, with what was tried as its output. */
export function resultsJunit(results: readonly PointResult[]): string {
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  const head = `tests="${results.length}" failures="${count('Fail')}" errors="0" skipped="${count('NotApplicable')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${head}>`,
    `  <testsuite name="mqttsec verify" ${head}>`,
    ...results.flatMap(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ name, title, verdict, reason, attempts }: PointResult): readonly string[] {
  const outcome = {
    Pass: [],
    Fail: [`      <failure message="${xml(reason)}"/>`],
    NotApplicable: [`      <skipped message="${xml(reason)}"/>`],
  }[verdict];
  const tried = attempts.map((one) => `${words[one.verdict]}: ${one.tried}: ${one.answer}`).join('\n');
  const output = tried === '' ? [] : [`      <system-out>${xml(tried)}</system-out>`];
  return [
    `    <testcase classname="mqttsec.verify" name="${name}: ${xml(title)}">`,
    ...outcome,
    ...output,
    '    </testcase>',
  ];
}

/** Text of a broker or a file, as one line of a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?');
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/** XML 1.0 has no control characters but line ends, not even escaped. */
function xml(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, '?').replaceAll(/[&<>"]/g, (character) => entities.get(character) ?? '');
}
