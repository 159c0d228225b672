import assert from 'node:assert/strict';
import type { Finding } from '../../src/domain/finding.ts';
import { findingLine, findingsJson, findingsSarif, findingsText, reportable } from '../../src/parse/report.ts';

const object = { kind: 'MqttDevice', namespace: 'plant', name: 'a' } as const;
const error: Finding = {
  code: 'MQS003',
  severity: 'Error',
  message: '`spec.x` is not a field of MqttDevice',
  path: 'spec.x',
  object,
  position: { file: 'plant/a b.yaml', line: 10, column: 3 },
};
const early: Finding = { ...error, position: { file: 'plant/a b.yaml', line: 9, column: 30 } };
const warning: Finding = { code: 'MQS011', severity: 'Warning', message: 'is not base64', path: '' };

describe('parse/report', () => {
  it('is sorted by place, and each finding is told once', () => {
    assert.deepEqual(reportable([error, warning, early, { ...error }]), [warning, early, error]);
  });

  it('leaves out what is milder than the threshold', () => {
    assert.deepEqual(reportable([error, warning], 'Info'), [warning, error]);
    assert.deepEqual(reportable([error, warning], 'Warning'), [warning, error]);
    assert.deepEqual(reportable([error, warning], 'Error'), [error]);
  });

  it('text has one line per finding, with place, severity, code and object', () => {
    assert.equal(
      findingsText([early, warning]),
      'plant/a b.yaml:9:30 Error MQS003 MqttDevice plant/a: `spec.x` is not a field of MqttDevice\n' +
        'Warning MQS011 is not base64\n',
    );
    assert.equal(findingsText([]), '');
  });

  it('names the object once', () => {
    assert.equal(
      findingLine({ ...warning, object, message: 'MqttDevice plant/a is odd' }),
      'Warning MQS011 MqttDevice plant/a is odd',
    );
  });

  it('shows as escapes what a terminal would obey', () => {
    const hostile = {
      ...warning,
      message: 'a\n\u001b[31m\u009b\u202eb\u2028c',
      position: { file: 'x\ny', line: 1, column: 1 },
    };
    assert.equal(findingLine(hostile), 'x\\u{a}y:1:1 Warning MQS011 a\\u{a}\\u{1b}[31m\\u{9b}\\u{202e}b\\u{2028}c');
  });

  it('JSON has the fields that are known', () => {
    assert.deepEqual(JSON.parse(findingsJson([error, warning])), {
      findings: [
        {
          code: 'MQS003',
          severity: 'Error',
          message: '`spec.x` is not a field of MqttDevice',
          fix: 'Compare the field with docs/reference/kinds.md or `kubectl explain`.',
          file: 'plant/a b.yaml',
          line: 10,
          column: 3,
          path: 'spec.x',
          object,
        },
        {
          code: 'MQS011',
          severity: 'Warning',
          message: 'is not base64',
          fix: 'Give text; in `data` of a Secret as base64.',
        },
      ],
    });
  });

  describe('SARIF', () => {
    const log = JSON.parse(findingsSarif([error, warning, early])) as {
      version: string;
      runs: {
        tool: { driver: { name: string; rules: { id: string }[] } };
        results: { ruleId: string; ruleIndex: number; level: string; locations?: unknown[] }[];
      }[];
    };
    const run = log.runs[0]!;

    it('is a 2.1.0 log of one run of mqttsec', () => {
      assert.equal(log.version, '2.1.0');
      assert.equal(log.runs.length, 1);
      assert.equal(run.tool.driver.name, 'mqttsec');
    });

    it('has a rule for each code that occurs, and results that point to theirs', () => {
      assert.deepEqual(
        run.tool.driver.rules.map((rule) => rule.id),
        ['MQS003', 'MQS011'],
      );
      for (const result of run.results) assert.equal(run.tool.driver.rules[result.ruleIndex]!.id, result.ruleId);
      assert.deepEqual(
        run.results.map((result) => result.level),
        ['error', 'warning', 'error'],
      );
    });

    it('gives places as URIs with line and column', () => {
      assert.deepEqual(run.results[0]!.locations, [
        {
          physicalLocation: {
            artifactLocation: { uri: 'plant/a%20b.yaml' },
            region: { startLine: 10, startColumn: 3 },
          },
          logicalLocations: [{ fullyQualifiedName: 'MqttDevice plant/a', kind: 'object' }],
        },
      ]);
      assert.equal(run.results[1]!.locations, undefined);
    });

    it('makes file URIs of absolute paths', () => {
      const text = findingsSarif([{ ...warning, position: { file: '/etc/#1.yaml', line: 1, column: 1 } }]);
      assert.match(text, /"uri": "file:\/\/\/etc\/%231\.yaml"/);
    });

    it('is a log without results when nothing is wrong', () => {
      const empty = JSON.parse(findingsSarif([])) as { runs: { results: unknown[] }[] };
      assert.deepEqual(empty.runs[0]!.results, []);
    });
  });
});
