import assert from 'node:assert/strict';
import path from 'node:path';
import { readManifests } from '../../src/local/manifests.ts';
import { parseFile, parseManifests } from '../../src/parse/manifests.ts';
import { validationFindings } from '../../src/parse/validation.ts';

const sample = path.resolve(import.meta.dirname, '../../deploy/samples/plant');

describe('parse: the sample fleet', () => {
  it('is read, and what there is to say is that 2.0 has defects', async () => {
    const { files, findings } = await readManifests([sample]);
    const result = parseManifests(files);
    const said = [...findings, ...validationFindings(result)].map(({ code, severity, position }) => {
      return [code, severity, position?.file.split('/').at(-1)];
    });
    const defects = ['MQS220', 'MQS111'].map((code) => [code, 'Info', '20-broker.yaml']);
    assert.deepEqual(said, defects);
    assert.ok(result.fleet.brokers.has('plant/plant'));
    assert.ok(result.fleet.devices.size >= 12);
  });

  it('cut off anywhere, it never throws, and what a cut refuses is an object before the cut', async () => {
    const { files } = await readManifests([sample]);
    for (const { name, text } of files) {
      const lines = text.split('\n');
      for (let end = 1; end < lines.length; end += 1) {
        const { findings } = parseFile({ name, text: lines.slice(0, end).join('\n') });
        for (const { position } of findings) assert.ok(position && position.line <= end, `${name} cut at line ${end}`);
      }
    }
  });

  it('with any one line taken out, whatever is refused has a place', async () => {
    const { files } = await readManifests([sample]);
    for (const { name, text } of files) {
      const lines = text.split('\n');
      for (const [index] of lines.entries()) {
        const { findings } = parseFile({ name, text: lines.toSpliced(index, 1).join('\n') });
        for (const { position, message } of findings)
          assert.ok(position && message !== '', `${name} without line ${index + 1}`);
      }
    }
  });
});
