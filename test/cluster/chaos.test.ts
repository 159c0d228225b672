/**
 * Random edits, revocations, kills, cuts and damages, with devices that go on trying: never may a client do what neither
 * the state allows that was last said to be in force, nor one declared since; and when it is over all is as declared.
 * MQTTSEC_CHAOS_STEPS says how many steps (40 without it; `make soak` has 300), MQTTSEC_SEED which.
 */
import assert from 'node:assert/strict';
import { brokers, type BrokerUnderTest, freePorts } from '../broker/mosquitto.ts';
import { chaosFleet } from './chaos/fleet.ts';
import { chaosModel } from './chaos/model.ts';
import { type Outpost, outpostIn } from './chaos/outpost.ts';
import { timeline } from './chaos/timeline.ts';
import type { Sight } from './chaos/observer.ts';
import { type ChaosSite, stepBy } from './chaos/steps.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { chanceOf } from './faults/chance.ts';
import { startOperator, type TestOperator } from './operator.ts';
import { output } from './plant/site.ts';
import { brokerSpec, issuers, manifestOf, namespaceNamed, ours } from './plant/stage.ts';

const seed = Number(process.env['MQTTSEC_SEED'] ?? Math.floor(Math.random() * 1_000_000_000));
const count = Number(process.env['MQTTSEC_CHAOS_STEPS'] ?? 40);
/** Steps between two looks at the whole. */
const stride = 20;

describe(`fleets under fire, ${count} steps, MQTTSEC_SEED=${seed}`, function () {
  this.timeout(180_000 + count * 10_000);
  let plane: ControlPlane;
  let operator: TestOperator;
  const sites: (ChaosSite & { readonly sight: Sight; readonly name: string })[] = [];

  before(async () => {
    plane = await startControlPlane();
    operator = await startOperator(plane, { isElected: false });
    for (const mosquitto of brokers) sites.push(await sitedOn(mosquitto));
  });
  after(async () => {
    for (const { fleet, outpost } of sites) {
      await fleet.stop();
      await outpost.close();
    }
    await operator.kill();
    await operator.proxy.close();
    await plane.stop();
  });

  async function sitedOn(mosquitto: BrokerUnderTest): Promise<(typeof sites)[number]> {
    const namespace = `chaos-${mosquitto.dialect.replace('.', '-')}`;
    const [password = 0, certificate = 0] = await freePorts(2);
    const ports = { password, certificate };
    const objects = [namespaceNamed(namespace), ...issuers(namespace), brokerOn(namespace, mosquitto, ports)];
    await output(plane.kubectl(['apply', '-f', manifestOf(plane, objects)]));
    const seen = timeline();
    const outpost: Outpost = await outpostIn({ plane, namespace, mosquitto, port: password, timeline: seen });
    outpost.start();
    const counts = { taken: 0, refused: 0 };
    const { rulesOf } = outpost;
    const sight: Sight = { model: chaosModel(), ports, problems: [], timeline: seen, rulesOf, counts };
    const fleet = chaosFleet({ admin: plane.admin, namespace, sight });
    for (const type of ['Password', 'Certificate', 'Password', 'Certificate'] as const) await fleet.create(type);
    return { name: mosquitto.name, admin: plane.admin, operator, fleet, outpost, sight };
  }

  it('end with what was declared, and let nobody do more on the way', async () => {
    const chance = chanceOf(seed);
    const taken: string[] = [];
    const problems = () => [...sites.flatMap(({ sight }) => sight.problems)];
    for (let step = 0; step <= count; step += 1) {
      if (step % stride === 0) await settle(taken);
      const site = chance.pick(sites);
      const { name, take } = stepBy(chance);
      taken.push(`${step} ${site.fleet.namespace}: ${name}`);
      site.sight.timeline.note(`step ${step}: ${name}`);
      await take(site, chance);
      await Promise.all(sites.map(({ fleet }) => fleet.look()));
      assert.deepEqual(problems(), [], problems().length === 0 ? '' : `\n${problems().join('\n')}\n${whatWas(taken)}`);
    }
    await settle(taken);
    for (const { name, sight } of sites) {
      const { taken: many, refused } = sight.counts;
      assert.ok(many > count / 4 && refused > count / 4, `${name}: ${JSON.stringify(sight.counts)}`);
    }
  });

  /** The last steps, and of each broker what happened and what its agent logged. */
  function whatWas(taken: readonly string[]): string {
    const told = sites.flatMap(({ name, outpost, sight }) => {
      const logged = outpost.logged().split('\n').slice(-40);
      return [`--- ${name}`, ...sight.timeline.lines(), `--- agent of ${name}`, ...logged];
    });
    return [...taken.slice(-30), ...told].join('\n');
  }

  async function settle(taken: readonly string[]): Promise<void> {
    for (const { fleet, sight } of sites) {
      try {
        assert.deepEqual([...(await fleet.differences()), ...sight.problems], []);
      } catch (cause) {
        throw new Error(`${String(cause)}\n${whatWas(taken)}`, { cause });
      }
    }
  }
});

function brokerOn(namespace: string, { dialect }: BrokerUnderTest, ports: Sight['ports']): object {
  return ours('MqttBroker', namespace, 'plant', {
    ...brokerSpec(dialect, { workload: { external: { instances: ['outpost'] } } }),
    listeners: [
      { name: 'certificates', port: ports.certificate, authentication: 'Certificate' },
      { name: 'passwords', port: ports.password, authentication: 'Password' },
    ],
  });
}
