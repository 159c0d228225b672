import assert from 'node:assert/strict';
import { type Action, answered, oracleOf } from '../../../src/domain/acl/cani.ts';
import type { Fleet } from '../../../src/domain/fleet.ts';
import { aBroker, aDevice, aFleet, allow, aTemplate, aTemplateUse, deny } from '../../fixtures.ts';

const now = new Date('2026-06-01T00:00:00Z');
const before = new Date('2026-05-01T00:00:00Z');

const template = aTemplate({
  rules: [
    allow('Publish', 'sensors/{device}/#', { description: 'Its measurements.' }),
    allow('Subscribe', 'commands/{device}'),
    deny('sensors/{device}/secret'),
  ],
});
const fleet = aFleet({
  templates: [template],
  devices: [
    aDevice('s-1', { rules: [allow('Publish', 'extra/{device}', { expiresAt: before })] }),
    aDevice('bare', { templates: [] }),
    aDevice('lost', { templates: [aTemplateUse('none')] }),
    aDevice('off', { suspended: true }),
  ],
});

function answer(question: string, of: Fleet = fleet, broker?: string): string {
  const [identity = '', action, topic = ''] = question.split(' ');
  const asked = { identity, action: action as Action, topic, ...(broker !== undefined && { broker }) };
  const result = answered(of, asked, now);
  return result.ok ? result.value.lines.join('\n') : `problem: ${result.problem}`;
}

describe('can-i', () => {
  const rows: [question: string, lines: readonly string[]][] = [
    [
      's-1 publish sensors/s-1/temperature',
      [
        'yes: a rule allows it',
        'rule 0 of AclTemplate plant/sensor: Allow Publish sensors/{device}/#, here sensors/s-1/#',
        '  Its measurements.',
      ],
    ],
    [
      's-1 publish sensors/s-1/secret',
      [
        'no: a rule denies it, and a deny wins over every allow',
        'rule 2 of AclTemplate plant/sensor: Deny sensors/{device}/secret, here sensors/s-1/secret',
      ],
    ],
    [
      's-1 publish sensors/s-2/temperature',
      [
        'no: no rule allows it',
        'nearest: rule 0 of AclTemplate plant/sensor: Allow Publish sensors/{device}/#, here sensors/s-1/#',
        '  Its measurements.',
        '  level 2 is "s-1" there, not "s-2"',
      ],
    ],
    [
      's-1 receive sensors/s-1/temperature',
      [
        'no: no rule allows it',
        'nearest: rule 0 of AclTemplate plant/sensor: Allow Publish sensors/{device}/#, here sensors/s-1/#',
        '  Its measurements.',
        '  it fits, but is for Publish only, not Subscribe',
      ],
    ],
    [
      's-1 publish extra/s-1',
      [
        'no: no rule allows it',
        'nearest: rule 0 of MqttDevice plant/s-1: Allow Publish extra/{device}, here extra/s-1, until 2026-05-01T00:00:00.000Z',
        '  it ended at 2026-05-01T00:00:00.000Z',
      ],
    ],
    [
      's-1 receive commands/s-1/now',
      [
        'no: no rule allows it',
        'nearest: rule 1 of AclTemplate plant/sensor: Allow Subscribe commands/{device}, here commands/s-1',
        '  it has 2 levels, not 3',
      ],
    ],
    [
      's-1 subscribe commands/s-1',
      [
        'yes: a rule allows it',
        'rule 1 of AclTemplate plant/sensor: Allow Subscribe commands/{device}, here commands/s-1',
        'note: Mosquitto accepts every subscription (SUBACK); what may not be received is not delivered',
      ],
    ],
    [
      's-1 subscribe commands/#',
      [
        'no: no rule, and no rules together, allow all of it',
        'nearest: rule 1 of AclTemplate plant/sensor: Allow Subscribe commands/{device}, here commands/s-1',
        '  level 2 is "s-1" there, not "#"',
        'note: Mosquitto accepts every subscription (SUBACK); what may not be received is not delivered',
      ],
    ],
    ['s-1 publish a/+', ['no: this is no topic that a message can have']],
    ['bare publish a', ['no: no rule allows it']],
    [
      'bare receive $mqttsec/bare/certificate',
      ['yes: every identity may read its own certificate notices and acknowledge them'],
    ],
    ['off publish sensors/off/x', ['no: the device is suspended']],
    [
      'lost publish a',
      ['no: no device has this identity', 'MqttDevice plant/lost is refused: AclTemplate plant/none does not exist'],
    ],
    [
      'nobody publish a',
      ['no: no device has this identity', 'no MqttDevice of MqttBroker plant/main has the identity nobody'],
    ],
    [
      '__proto__ publish a',
      ['no: no device has this identity', 'no MqttDevice of MqttBroker plant/main has the identity __proto__'],
    ],
  ];
  for (const [question, lines] of rows) it(question, () => assert.deepEqual(answer(question).split('\n'), lines));

  it('says why nobody has an identity that is claimed', () => {
    const result = answered(fleet, { identity: 'lost', action: 'publish', topic: 'a' }, now);
    assert.deepEqual(result.ok ? result.value.findings.map(({ code }) => code) : [], ['MQS043']);
  });

  it('asks which broker is meant, where the identity does not tell', () => {
    const { clientCertificates, ...second } = aBroker({ origin: { name: 'second' } });
    assert.ok(clientCertificates);
    const password = { type: 'Password', password: { kind: 'Generate', revision: 1 } } as const;
    const devices = [aDevice('s-1'), aDevice('there', { broker: 'plant/second', authentication: password })];
    const two = aFleet({ brokers: [aBroker(), second], devices });
    assert.match(answer('s-1 publish sensors/s-1/x', two), /^yes/);
    assert.match(answer('there publish sensors/there/x', two), /^yes/);
    assert.match(answer('s-1 publish sensors/s-1/x', two, 'second'), /^no: no device/);
    assert.match(answer('s-1 publish sensors/s-1/x', two, 'plant/main'), /^yes/);
    assert.match(
      answer('nobody publish x', two),
      /^problem: there are several MqttBrokers, say which one: plant\/main, plant\/second$/,
    );
    assert.match(
      answer('s-1 publish x', two, 'none'),
      /^problem: there is no MqttBroker none, say which one: plant\/main/,
    );
    assert.match(answer('s-1 publish x', aFleet({ brokers: [], devices: [] })), /^problem: there is no MqttBroker$/);
  });

  it('answers many questions about one broker', () => {
    const oracle = oracleOf(fleet, now);
    assert.ok(oracle.ok);
    const ask = (topic: string): boolean => oracle.value.verdict({ identity: 's-1', action: 'publish', topic }).allowed;
    assert.deepEqual(['sensors/s-1/a', 'sensors/s-1/secret', 'x'].map(ask), [true, false, false]);
  });
});
