/** Definitions of kinds that change, go and come back under a running operator. */
import assert from 'node:assert/strict';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { TestOperator } from '../operator.ts';
import {
  certificateDevice,
  mixedBroker,
  authority,
  ours,
  passwordBroker,
  passwordDevice,
  type Site,
  siteIn,
  template,
} from './site.ts';

const place = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** What an administrator does to definitions; resolves when the server does so. */
export function definitionsOf(plane: () => ControlPlane) {
  const definition = (name: string) => plane().admin.call<Definition>('GET', `${place}/${name}`);
  /** Gives what it takes to make them again. */
  const removed = async (...names: readonly string[]): Promise<readonly Definition[]> => {
    const were = await Promise.all(names.map(definition));
    for (const name of names) await plane().admin.call('DELETE', `${place}/${name}`);
    for (const name of names) {
      await until(
        async () => (await plane().admin.answer('GET', `${place}/${name}`)).status === 404,
        `${name} is gone`,
      );
    }
    return were.map(({ metadata: { name }, spec }) => ({ metadata: { name }, spec }));
  };
  const made = async (definitions: readonly Definition[]): Promise<void> => {
    for (const { metadata, spec } of definitions) {
      await plane().admin.call('POST', place, { body: { metadata, spec } });
    }
    for (const {
      metadata: { name },
    } of definitions) {
      await until(
        async () => JSON.stringify(await definition(name)).includes('"type":"Established","status":"True"'),
        `${name} is served`,
      );
    }
  };
  return { removed, made };
}

export function describeDefinitions(plane: () => ControlPlane, operator: () => TestOperator): void {
  const { removed, made } = definitionsOf(plane);

  describe('definitions that change', () => {
    const role = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/role';
    const changed = (operations: readonly object[]) =>
      plane().admin.call('PATCH', `${place}/acltemplates.mqttsecurity.io`, {
        ...{ body: operations, contentType: 'application/json-patch+json' },
      });
    let site: Site;

    before(async () => {
      site = await siteIn(plane(), 'definitions');
      await site.made(template, passwordBroker('plant'), passwordDevice('p1', 'plant'));
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
    });

    it('in their words alone: nothing is written', async () => {
      await operator().quiet(1_000);
      const before = operator().writes().length;
      await changed([{ op: 'replace', path: `${role}/description`, value: 'Other words.' }]);
      await operator().quiet(2_000);
      assert.equal(operator().writes().length, before);
    });

    it('so that an object comes that nobody understands: it says so, and its last good version stays', async () => {
      const before = await site.published('plant');
      await changed([{ op: 'replace', path: `${role}/enum`, value: ['Device', 'Backend', 'Admin', 'Robot'] }]);
      await until(async () => {
        const body = { ...template, metadata: { name: 'robot' }, spec: { ...template.spec, role: 'Robot' } };
        const templates = `/apis/${ours}/namespaces/definitions/acltemplates`;
        return (await plane().admin.answer('POST', templates, { body, query: { dryRun: 'All' } })).ok;
      }, 'the definition is in force');
      const rules = [{ effect: 'Allow', actions: ['Publish', 'Subscribe'], topic: '#' }];
      await site.patch(ours, 'acltemplates', 'sensor', { spec: { role: 'Robot', rules } });
      await site.says('acltemplates', 'sensor', 'Accepted', 'False/Invalid');
      assert.equal((await site.published('plant'))?.hash, before?.hash);
      await site.says('mqttdevices', 'p1', 'Programmed', 'True/Programmed');
    });

    it('back again, so that a stored object fits no more: the others go on, and it does when it is corrected', async () => {
      await changed([{ op: 'replace', path: `${role}/enum`, value: ['Device', 'Backend', 'Admin'] }]);
      const other = { ...template, metadata: { name: 'other' } };
      await site.made(other, passwordDevice('p2', 'plant', { templateRefs: [{ name: 'other' }] }));
      await site.says('mqttdevices', 'p2', 'Ready', 'True/Ready');
      await site.patch(ours, 'acltemplates', 'sensor', { spec: { ...template.spec } });
      await site.says('acltemplates', 'sensor', 'Ready', 'True/Ready');
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
    });
  });

  describe('definitions that are deleted', () => {
    let site: Site;

    before(async () => {
      site = await siteIn(plane(), 'undefined');
      await site.made(...authority, template, mixedBroker('plant'));
      await site.made(certificateDevice('c1', 'plant'), passwordDevice('p1', 'plant'));
      for (const name of ['c1', 'p1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
    });

    it('take their objects with them, and give them back their place: instances', async () => {
      const before = await site.published('plant');
      const were = await removed('brokerinstances.mqttsecurity.io');
      await made(were);
      await until(async () => (await site.found(ours, 'brokerinstances', 'plant-one')) !== undefined, 'the instance');
      await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
      assert.equal((await site.published('plant'))?.hash, before?.hash);
    });

    it('take their objects with them: templates, whose devices have no rights until they are back', async () => {
      const were = await removed('acltemplates.mqttsecurity.io');
      await site.says('mqttdevices', 'p1', 'Ready', 'False/TemplateNotFound');
      await until(async () => !(await site.published('plant'))?.part('acl').includes('sensors/p1'), 'no rights');
      await made(were);
      await site.made(template);
      for (const name of ['c1', 'p1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
    });
  });
}
