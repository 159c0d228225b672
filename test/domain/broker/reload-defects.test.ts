import assert from 'node:assert/strict';
import { reloadDefectFindings } from '../../../src/domain/broker/reload-defects.ts';
import type { Broker } from '../../../src/domain/fleet.ts';
import { aBroker } from '../../fixtures.ts';

const passwordsOnly = aBroker().listeners.filter(({ authentication }) => authentication === 'Password');
const ending = { maxPacketSizeBytes: 131_072, persistentClientExpirationSeconds: 3600 };
const patterns = { layout: 'Patterns', defaultTemplates: [] } as const;

describe('sessions that a reload of Mosquitto harms', () => {
  const cases: Record<string, [changes: Partial<Broker>, harms: readonly RegExp[]]> = {
    'on 2.0, rules by identity: nothing is kept for them': [{}, [/is not kept/]],
    'and where sessions have an end, they may be ended': [{ limits: ending }, [/is not kept/, /may be ended/]],
    'which patterns do not avoid': [{ acl: patterns, limits: ending }, [/may be ended/]],
    'none: on 2.0, rules as patterns, sessions without an end': [{ acl: patterns }, []],
    'none: on 2.1': [{ version: '2.1', limits: ending }, []],
    'none: without listeners for certificates': [{ listeners: passwordsOnly, limits: ending }, []],
    'none: started again instead of reloaded': [
      { update: { strategy: 'Roll', windowMilliseconds: 100 }, limits: ending },
      [],
    ],
  };
  for (const [name, [changes, harms]] of Object.entries(cases)) {
    it(name, () => {
      const findings = reloadDefectFindings(aBroker(changes));
      assert.equal(findings.length, harms.length > 0 ? 1 : 0);
      const told = findings
        .map(({ message }) => message)
        .join()
        .split(';');
      assert.equal(told.filter((text) => text !== '').length, harms.length);
      for (const [index, harm] of harms.entries()) assert.match(told[index] ?? '', harm);
    });
  }

  it('are told once for each broker, and refuse nothing', () => {
    assert.deepEqual(
      reloadDefectFindings(aBroker({ limits: ending })).map(({ code, severity }) => [code, severity]),
      [['MQS220', 'Info']],
    );
  });
});
