/**
 * What RBAC and the policies of deploy/ forbid, tried on a real server by those whom they forbid it; beside it what they
 * allow to the same people, so that nothing here passes because everything is refused.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { managedBy, managedByLabel } from '../../src/api/labels.ts';
import { guardsOf } from '../../src/cluster/guards.ts';
import { type Api, apiOf, applyPatch, mergePatch } from './api.ts';
import { testClient } from './client.ts';
import { until } from './component.ts';
import { administrator, type ControlPlane } from './control-plane.ts';
import { guarded, installOperator, operatorIdentity } from './operator.ts';
import { sharedControlPlane } from './shared.ts';

const [namespace, elsewhere] = ['policies', 'policies-elsewhere'];
const ours = { [managedByLabel]: managedBy };
const admission = '/apis/admissionregistration.k8s.io/v1';
const core = (plural: string, name = '', at = namespace) => `/api/v1/namespaces/${at}/${plural}${name && `/${name}`}`;
const certManager = (plural: string, name = '', at = namespace) =>
  `/apis/cert-manager.io/v1/namespaces/${at}/${plural}${name && `/${name}`}`;
const mqtt = (plural: string, name = '', at = namespace) =>
  `/apis/mqttsecurity.io/v1alpha1/namespaces/${at}/${plural}${name && `/${name}`}`;

interface Policy {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly failurePolicy: string };
  readonly status?: { readonly typeChecking?: { readonly expressionWarnings?: readonly object[] } };
}

interface Binding {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly policyName: string; readonly validationActions: readonly string[] };
}

/** `allowed`, or who refuses it: the name of a policy, or `RBAC`. */
async function verdict(asked: ReturnType<Api['answer']>): Promise<string> {
  const answer = await asked;
  if (answer.ok) return 'allowed';
  const { message } = answer.body;
  const policy = /ValidatingAdmissionPolicy '([^']+)'/.exec(message)?.[1];
  if (answer.status !== 403) return `${answer.status} ${message}`;
  return policy ?? (message.includes(' cannot ') ? 'RBAC' : message);
}

describe('rights and policies', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let operator: Api;
  let tenant: Api;
  let issuing: Api;
  const opened: Api[] = [];

  async function as(identity: Parameters<ControlPlane['api']>[0]): Promise<Api> {
    const api = await plane.api(identity);
    opened.push(api);
    return api;
  }

  const make = (place: string, body: object) => plane.admin.call('POST', place, { body });
  const secret = (name: string, labels = {}) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, labels } });

  before(async () => {
    plane = await sharedControlPlane();
    await installOperator(plane);
    for (const name of [namespace, elsewhere]) {
      await make('/api/v1/namespaces', { metadata: { name } });
      await make(`/apis/rbac.authorization.k8s.io/v1/namespaces/${name}/rolebindings`, {
        metadata: { name: 'tenant' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'tenant' }],
      });
    }
    operator = await as(operatorIdentity);
    tenant = await as({ kind: 'User', name: 'tenant' });
    issuing = await as({ kind: 'ServiceAccount', namespace: 'cert-manager', name: 'cert-manager' });
  });

  after(() => Promise.all(opened.map((api) => api.close())));

  describe('Secrets and the operator', () => {
    before(async () => {
      await make(core('secrets'), { ...secret('theirs'), stringData: { key: 'value' } });
      for (const name of ['ours', 'ours-to-strip', 'ours-to-delete']) await make(core('secrets'), secret(name, ours));
    });

    const patch = (name: string, body: object) =>
      operator.answer('PATCH', core('secrets', name), { body, contentType: mergePatch });

    it('lets it make, change and delete one with its label', async () => {
      assert.equal(await verdict(operator.answer('POST', core('secrets'), { body: secret('made', ours) })), 'allowed');
      assert.equal(await verdict(patch('ours', { data: { key: 'dmFsdWU=' } })), 'allowed');
      assert.equal(await verdict(operator.answer('DELETE', core('secrets', 'ours-to-delete'))), 'allowed');
    });

    const forbidden: readonly (readonly [string, () => ReturnType<Api['answer']>])[] = [
      ['make one without it', () => operator.answer('POST', core('secrets'), { body: secret('unlabelled') })],
      [
        'make one with the label of another program',
        () => operator.answer('POST', core('secrets'), { body: secret('other', { [managedByLabel]: 'Helm' }) }),
      ],
      [
        'make one by applying it',
        () =>
          operator.answer('PATCH', core('secrets', 'applied'), {
            ...{ body: secret('applied'), contentType: applyPatch, query: { fieldManager: 'mqtt-security-operator' } },
          }),
      ],
      ["change somebody else's", () => patch('theirs', { data: { key: 'bmV3' } })],
      ["take somebody else's over", () => patch('theirs', { metadata: { labels: ours } })],
      ['take its label off', () => patch('ours-to-strip', { metadata: { labels: { [managedByLabel]: null } } })],
      ["delete somebody else's", () => operator.answer('DELETE', core('secrets', 'theirs'))],
    ];
    for (const [what, ask] of forbidden) {
      it(`does not let it ${what}`, async () => {
        assert.equal(await verdict(ask()), 'mqtt-security-operator-secrets');
      });
    }

    it('never lets it list or watch any, for which there is no right', async () => {
      assert.equal(await verdict(operator.answer('GET', core('secrets'))), 'RBAC');
      assert.equal(await verdict(operator.answer('GET', '/api/v1/secrets')), 'RBAC');
      assert.equal(await verdict(operator.answer('GET', core('secrets'), { query: { watch: 'true' } })), 'RBAC');
      assert.equal(await verdict(operator.answer('DELETE', core('secrets'))), 'RBAC');
    });

    it('leaves everybody else alone', async () => {
      assert.equal(await verdict(tenant.answer('POST', core('secrets'), { body: secret('free') })), 'allowed');
      assert.equal(await verdict(tenant.answer('DELETE', core('secrets', 'free'))), 'allowed');
    });
  });

  describe('other children and the operator', () => {
    const configMap = (name: string, metadata: object = {}) => ({ metadata: { name, ...metadata } });
    const patch = (name: string, body: object) =>
      operator.answer('PATCH', core('configmaps', name), { body, contentType: mergePatch });

    it('lets it write what has its label, and give it back to what it owns', async () => {
      assert.equal(
        await verdict(operator.answer('POST', core('configmaps'), { body: configMap('made', { labels: ours }) })),
        'allowed',
      );
      const owner = {
        ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'MqttBroker', name: 'main', controller: true },
        uid: '00000000-0000-4000-8000-000000000000',
      };
      // There is no such owner: without a finalizer the garbage collector takes it away.
      const kept = { ownerReferences: [owner], finalizers: ['example.org/stay'] };
      await make(core('configmaps'), configMap('stripped', kept));
      assert.equal(await verdict(patch('stripped', { metadata: { labels: ours } })), 'allowed');
    });

    it("does not let it touch anybody else's, or leave its own without the label", async () => {
      await make(core('configmaps'), configMap('theirs'));
      const policy = 'mqtt-security-operator-children';
      assert.equal(await verdict(operator.answer('POST', core('configmaps'), { body: configMap('bare') })), policy);
      assert.equal(await verdict(patch('theirs', { data: { key: 'value' } })), policy);
      assert.equal(await verdict(patch('theirs', { metadata: { labels: ours } })), policy);
      assert.equal(await verdict(patch('made', { metadata: { labels: { [managedByLabel]: null } } })), policy);
      assert.equal(await verdict(operator.answer('DELETE', core('configmaps', 'theirs'))), policy);
    });

    it('does not let it grant what it has not', async () => {
      const role = (rules: readonly object[]) => ({ metadata: { name: 'granted', labels: ours }, rules });
      const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`;
      const rule = (verb: string) => ({ apiGroups: [''], resources: ['secrets'], verbs: [verb] });
      assert.match(
        await verdict(operator.answer('POST', roles, { body: role([rule('list')]) })),
        /attempting to grant RBAC permissions not currently held/,
      );
      assert.equal(await verdict(operator.answer('POST', roles, { body: role([rule('get')]) })), 'allowed');
    });

    it('does not let it write what people declare', async () => {
      for (const plural of ['mqttbrokers', 'acltemplates'])
        for (const method of ['POST', 'DELETE'] as const)
          assert.equal(await verdict(operator.answer(method, mqtt(plural), { body: {} })), 'RBAC', plural);
      assert.equal(await verdict(operator.answer('POST', mqtt('mqttdevices'), { body: {} })), 'RBAC');
    });
  });

  describe('requests to the issuer of a broker', () => {
    const issuerRef = { name: 'devices', kind: 'Issuer' };
    const certificate = (name: string, issuer: object, labels = {}) => ({
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name, labels } },
      spec: { secretName: name, commonName: 'admin', issuerRef: issuer },
    });
    const request = (name: string, issuer: object, labels = {}) => ({
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata: { name, labels } },
      spec: { request: 'bm9uZQ==', issuerRef: issuer },
    });
    const broker = (name: string, issuer: object) => ({
      ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'MqttBroker', metadata: { name } },
      spec: {
        mosquitto: { version: '2.0' },
        listeners: [{ name: 'certificates', port: 8883, authentication: 'Certificate' }],
        tls: { serverCertificate: { issuerRef: { name: 'servers' } } },
        clientCertificates: { issuerRef: issuer },
      },
    });
    const policy = 'mqtt-security-issuers';
    const dryRun = { query: { dryRun: 'All' } };
    const asks = (api: Api, plural: string, body: object, at = namespace) =>
      verdict(api.answer('POST', certManager(plural, '', at), { body, ...dryRun }));

    before(async () => {
      await make(certManager('certificates'), certificate('before', { name: 'other' }));
      await make(mqtt('mqttbrokers'), broker('main', issuerRef));
      await make(mqtt('mqttbrokers'), broker('second', { name: 'second' }));
      await until(
        async () => (await asks(tenant, 'certificaterequests', request('soon', issuerRef))) === policy,
        'the broker to be seen by the policy',
      );
    });

    it('are made by the operator, and as CertificateRequests by cert-manager', async () => {
      assert.equal(await asks(operator, 'certificates', certificate('device', issuerRef, ours)), 'allowed');
      assert.equal(await asks(operator, 'certificaterequests', request('device', issuerRef, ours)), 'allowed');
      assert.equal(await asks(issuing, 'certificaterequests', request('device', issuerRef)), 'allowed');
    });

    const ways: readonly (readonly [string, object])[] = [
      ['by name and kind', issuerRef],
      ['without a kind', { name: 'devices' }],
      ['with an empty kind', { name: 'devices', kind: '' }],
      ['with a group', { ...issuerRef, group: 'cert-manager.io' }],
      ["to another broker's issuer", { name: 'second' }],
    ];
    for (const [how, issuer] of ways) {
      it(`are refused to a tenant and to the administrator, ${how}`, async () => {
        for (const api of [tenant, plane.admin]) {
          assert.equal(await asks(api, 'certificates', certificate('mine', issuer)), policy);
          assert.equal(await asks(api, 'certificaterequests', request('mine', issuer)), policy);
        }
      });
    }

    it('are refused as Certificates to cert-manager too, which would make them for an Ingress', async () => {
      assert.equal(await asks(issuing, 'certificates', certificate('ingress', issuerRef)), policy);
    });

    it('are refused to a tenant who bends another Certificate, or one of the operator', async () => {
      const bent = (api: Api, name: string, body: object) =>
        verdict(api.answer('PATCH', certManager('certificates', name), { body, contentType: mergePatch, ...dryRun }));
      await operator.call('POST', certManager('certificates'), { body: certificate('device', issuerRef, ours) });
      assert.equal(await bent(tenant, 'before', { spec: { dnsNames: ['example.com'] } }), 'allowed');
      assert.equal(await bent(tenant, 'before', { spec: { issuerRef } }), policy);
      assert.equal(await bent(tenant, 'device', { spec: { commonName: 'root' } }), policy);
      assert.equal(await bent(tenant, 'device', { spec: { issuerRef: { name: 'other' } } }), policy);
      assert.equal(await bent(tenant, 'device', { metadata: { labels: { [managedByLabel]: null } } }), policy);
      assert.equal(await bent(operator, 'device', { spec: { duration: '2h' } }), 'allowed');
      assert.equal(await bent(tenant, 'device', { metadata: { finalizers: ['example.com/gc'] } }), 'allowed');
    });

    it('are free to all other issuers, and in namespaces without a broker', async () => {
      for (const issuer of [{ name: 'other' }, { name: 'devices', kind: 'ClusterIssuer' }, { name: 'servers' }])
        assert.equal(await asks(tenant, 'certificaterequests', request('mine', issuer)), 'allowed');
      assert.equal(await asks(tenant, 'certificaterequests', request('mine', issuerRef), elsewhere), 'allowed');
    });

    const shared = { name: 'shared', kind: 'ClusterIssuer' };
    const declares = (issuer: object) =>
      verdict(tenant.answer('POST', mqtt('mqttbrokers'), { body: broker('wide', issuer), ...dryRun }));
    const clusterIssuers = 'mqtt-security-cluster-issuers';
    /** Lists these in the policy, as who has no Helm does, and waits until the server goes by it. */
    const list = async (...names: readonly string[]) => {
      const variables = [{ name: 'clusterIssuers', expression: `[${names.map((name) => `'${name}'`).join(', ')}]` }];
      const place = `${admission}/validatingadmissionpolicies/${clusterIssuers}`;
      await plane.admin.call('PATCH', place, { body: { spec: { variables } }, contentType: mergePatch });
      const expected = names.length > 0 ? 'allowed' : clusterIssuers;
      await until(async () => (await declares(shared)) === expected, 'the server goes by the list');
    };

    it('to a ClusterIssuer need it to be listed, and are then refused in every namespace', async () => {
      assert.equal(await declares(shared), clusterIssuers);
      assert.equal(await asks(tenant, 'certificaterequests', request('mine', shared), elsewhere), 'allowed');
      await list('ClusterIssuer.shared');
      for (const at of [namespace, elsewhere]) {
        assert.equal(await asks(tenant, 'certificaterequests', request('mine', shared), at), clusterIssuers);
        assert.equal(await asks(tenant, 'certificates', certificate('mine', shared), at), clusterIssuers);
        assert.equal(await asks(issuing, 'certificates', certificate('mine', shared), at), clusterIssuers);
        assert.equal(await asks(operator, 'certificaterequests', request('mine', shared, ours), at), 'allowed');
        assert.equal(await asks(operator, 'certificates', certificate('mine', shared, ours), at), 'allowed');
        assert.equal(await asks(issuing, 'certificaterequests', request('mine', shared), at), 'allowed');
      }
      assert.equal(
        await asks(tenant, 'certificaterequests', request('mine', { name: 'shared' }), elsewhere),
        'allowed',
      );
    });

    it('to a ClusterIssuer need it to be listed where a broker changes its issuer, and not where it keeps it', async () => {
      await make(mqtt('mqttbrokers'), broker('wide', shared));
      await list();
      const change = (name: string, spec: object) =>
        verdict(
          tenant.answer('PATCH', mqtt('mqttbrokers', name), { body: { spec }, contentType: mergePatch, ...dryRun }),
        );
      assert.equal(await change('second', { clientCertificates: { issuerRef: shared } }), clusterIssuers);
      assert.equal(await change('wide', { clientCertificates: { issuerRef: { name: 'another' } } }), clusterIssuers);
      assert.equal(await change('wide', { mosquitto: { version: '2.1' } }), 'allowed');
      await plane.admin.call('DELETE', mqtt('mqttbrokers', 'wide'));
    });

    it('are refused as before when the policies were deleted and are applied again', async () => {
      await list('ClusterIssuer.shared');
      const places = ['-f', path.resolve(import.meta.dirname, '../../deploy/policies')];
      const ways = [issuerRef, shared];
      const verdicts = () => Promise.all(ways.map((issuer) => asks(tenant, 'certificates', certificate('x', issuer))));
      assert.deepEqual(await verdicts(), [policy, clusterIssuers]);
      assert.equal((await plane.kubectl(['delete', ...places])).code, 0);
      await until(async () => (await verdicts()).every((one) => one === 'allowed'), 'the policies are gone');
      assert.equal((await plane.kubectl(['apply', '--server-side', ...places])).code, 0);
      await list('ClusterIssuer.shared');
      await until(async () => (await verdicts()).join() === [policy, clusterIssuers].join(), 'both refuse again');
      assert.equal(await declares({ name: 'unlisted', kind: 'ClusterIssuer' }), clusterIssuers);
      assert.equal(await declares({ name: 'devices' }), 'allowed');
      await list();
      await guarded(plane, operatorIdentity);
    });
  });

  describe('reports of agents', () => {
    let inPod: Api;
    let outside: Api;

    before(async () => {
      const account = { metadata: { name: 'agent' } };
      await make(core('serviceaccounts'), account);
      await make(core('serviceaccounts'), { metadata: { name: 'external' } });
      const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
      const grant = async (name: string, names: readonly string[]) => {
        const rule = { apiGroups: ['mqttsecurity.io'], resources: ['brokerinstances/status'], verbs: ['patch'] };
        const resourceNames = names.length > 0 ? { resourceNames: names } : {};
        await make(`${rbac}/roles`, { metadata: { name }, rules: [{ ...rule, ...resourceNames }] });
        await make(`${rbac}/rolebindings`, {
          metadata: { name },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
          subjects: [{ kind: 'ServiceAccount', name, namespace }],
        });
      };
      await grant('agent', []);
      await grant('external', ['machine-1', 'main-0']);
      const uids = new Map<string, string>();
      for (const name of ['main-0', 'main-1']) {
        const pod = { metadata: { name }, spec: { serviceAccountName: 'agent', containers: [container] } };
        const made = (await make(core('pods'), pod)) as { metadata: { uid: string } };
        uids.set(name, made.metadata.uid);
      }
      const instance = (name: string, podUid?: string) =>
        make(mqtt('brokerinstances'), {
          ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'BrokerInstance', metadata: { name } },
          spec: { brokerRef: { name: 'main' }, ...(podUid !== undefined && { podUid }) },
        });
      await Promise.all([
        instance('main-0', uids.get('main-0')),
        instance('main-1', uids.get('main-1')),
        instance('main-2', uids.get('main-0')),
        instance('machine-1'),
        instance('machine-2'),
      ]);
      inPod = apiOf(await boundCredentials('main-0', uids.get('main-0') ?? ''));
      opened.push(inPod);
      outside = await as({ kind: 'ServiceAccount', namespace, name: 'external' });
    });

    const container = { name: 'agent', image: 'none' };

    /** As the kubelet gives them to a pod. */
    async function boundCredentials(name: string, uid: string) {
      const { status } = await plane.admin.call<{ status: { token: string } }>(
        'POST',
        core('serviceaccounts', 'agent/token'),
        {
          body: {
            ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' },
            spec: { expirationSeconds: 3600, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
          },
        },
      );
      const { server, ca } = await plane.credentials(administrator);
      return { server, ca, token: status.token };
    }

    const reports = (api: Api, name: string) =>
      verdict(
        api.answer('PATCH', mqtt('brokerinstances', `${name}/status`), {
          ...{ body: { status: { mosquittoVersion: '2.0.11' } }, contentType: mergePatch, query: { dryRun: 'All' } },
        }),
      );

    it('are taken for the instance that has the name and the UID of their pod', async () => {
      assert.equal(await reports(inPod, 'main-0'), 'allowed');
      assert.equal(await reports(inPod, 'main-1'), 'mqtt-security-agents', 'another pod of the broker');
      assert.equal(await reports(inPod, 'main-2'), 'mqtt-security-agents', 'the same UID under another name');
      assert.equal(await reports(inPod, 'machine-1'), 'mqtt-security-agents', 'a machine outside of the cluster');
    });

    it('are taken from outside for what the Role names, but never for a pod', async () => {
      assert.equal(await reports(outside, 'machine-1'), 'allowed');
      assert.equal(await reports(outside, 'machine-2'), 'RBAC');
      assert.equal(await reports(outside, 'main-0'), 'mqtt-security-agents');
    });

    it('are not taken from the operator, nor from tenants and administrators', async () => {
      for (const api of [operator, tenant, plane.admin])
        assert.equal(await reports(api, 'main-0'), 'mqtt-security-agents');
    });
  });

  describe('what the operator says', () => {
    let overrider: Api;
    const kinds = ['mqttbrokers', 'acltemplates', 'mqttdevices', 'devicecertificates'] as const;

    before(async () => {
      overrider = await as({ kind: 'User', name: 'override' });
      await make('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
        metadata: { name: 'state-override' },
        rules: [
          { apiGroups: ['mqttsecurity.io'], resources: ['mqttbrokers'], verbs: ['override'] },
          { apiGroups: ['mqttsecurity.io'], resources: ['mqttdevices/status'], verbs: ['patch'] },
          { apiGroups: [''], resources: ['configmaps'], verbs: ['*'] },
        ],
      });
      await make('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        metadata: { name: 'state-override' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'state-override' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'override' }],
      });
      const declare = (kind: string, plural: string, spec: object) =>
        make(mqtt(plural), { apiVersion: 'mqttsecurity.io/v1alpha1', kind, metadata: { name: 'told' }, spec });
      await declare('AclTemplate', 'acltemplates', {
        role: 'Device',
        rules: [{ topic: 'a/{device}', actions: ['Publish'] }],
      });
      await declare('MqttDevice', 'mqttdevices', {
        brokerRef: { name: 'none' },
        authentication: { type: 'Certificate' },
      });
      await declare('DeviceCertificate', 'devicecertificates', { deviceRef: { name: 'told' }, privateKey: {} });
      await declare('MqttBroker', 'mqttbrokers', {
        mosquitto: { version: '2.1' },
        listeners: [{ name: 'password', port: 8884, authentication: 'Password' }],
        tls: { serverCertificate: { secretRef: { name: 'server' } } },
        workload: { external: { instances: ['told'] } },
      });
    });

    const says = (api: Api, plural: string) =>
      verdict(
        api.answer('PATCH', mqtt(plural, 'told/status'), {
          ...{ body: { status: { observedGeneration: 7 } }, contentType: mergePatch, query: { dryRun: 'All' } },
        }),
      );

    for (const plural of kinds) {
      it(`in the status of ${plural} is said by nobody else`, async () => {
        assert.equal(await says(operator, plural), 'allowed');
        assert.equal(
          await says(tenant, plural),
          'mqtt-security-status',
          'not even by the administrator of the namespace',
        );
        assert.equal(await says(plane.admin, plural), 'allowed');
      });
    }

    it('may be said by who overrides in the whole cluster', async () => {
      assert.equal(await says(overrider, 'mqttdevices'), 'allowed');
    });
  });

  describe('bundles and ledgers', () => {
    const labels = (component: string) => ({ ...ours, 'app.kubernetes.io/component': component });
    const object = (kind: string, name: string, component: string) => ({
      ...{ apiVersion: 'v1', kind, metadata: { name, labels: labels(component) } },
    });
    const relabel = (plural: string, name: string, value: object) => ({
      ...{ place: core(plural, name), body: { metadata: { labels: value } } },
    });

    before(async () => {
      await make(core('configmaps'), object('ConfigMap', 'main-acl-00', 'bundle'));
      await make(core('secrets'), object('Secret', 'main-passwords-00', 'bundle'));
      await make(core('secrets'), object('Secret', 'd1-password', 'password'));
      await make(core('configmaps'), { metadata: { name: 'theirs-to-label' } });
    });

    const dryRun = { dryRun: 'All' };
    const change = (api: Api, { place, body }: { readonly place: string; readonly body: object }) =>
      verdict(api.answer('PATCH', place, { body, contentType: mergePatch, query: dryRun }));

    const forbidden: readonly (readonly [string, (api: Api) => Promise<string>])[] = [
      ['changes one', (api) => change(api, { place: core('configmaps', 'main-acl-00'), body: { data: { key: 'x' } } })],
      [
        'changes its Secret',
        (api) => change(api, { place: core('secrets', 'main-passwords-00'), body: { data: null, immutable: true } }),
      ],
      [
        'takes its label off',
        (api) => change(api, relabel('configmaps', 'main-acl-00', { 'app.kubernetes.io/component': null })),
      ],
      ['puts its label on another', (api) => change(api, relabel('configmaps', 'theirs-to-label', labels('ledger')))],
      ['deletes one', (api) => verdict(api.answer('DELETE', core('configmaps', 'main-acl-00'), { query: dryRun }))],
      [
        'makes one',
        (api) =>
          verdict(
            api.answer('POST', core('configmaps'), { body: object('ConfigMap', 'forged', 'bundle'), query: dryRun }),
          ),
      ],
    ];
    for (const [what, ask] of forbidden) {
      it(`are the operator's: nobody else ${what}`, async () => {
        assert.equal(await ask(tenant), 'mqtt-security-bundles');
        assert.equal(await ask(plane.admin), 'allowed');
      });
    }

    it('are cleaned up by the cluster, with their owner and their namespace', async () => {
      const gone = 'policies-going';
      await make('/api/v1/namespaces', { metadata: { name: gone } });
      await make(core('configmaps', '', gone), object('ConfigMap', 'main-acl-00', 'bundle'));
      const owner = (await make(core('configmaps'), { metadata: { name: 'owner' } })) as { metadata: { uid: string } };
      const owned = object('ConfigMap', 'main-acl-01', 'bundle');
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }];
      await make(core('configmaps'), { ...owned, metadata: { ...owned.metadata, ownerReferences } });
      await plane.admin.call('DELETE', `/api/v1/namespaces/${gone}`);
      await plane.admin.call('DELETE', core('configmaps', 'owner'));
      await until(async () => {
        const left = await Promise.all([
          plane.admin.answer('GET', `/api/v1/namespaces/${gone}`),
          plane.admin.answer('GET', core('configmaps', 'main-acl-01')),
        ]);
        return left.every(({ status }) => status === 404);
      }, 'what lost its owner or its namespace is gone');
    });

    it('are not the credentials of a device, which belong to its namespace', async () => {
      assert.equal(
        await change(tenant, { place: core('secrets', 'd1-password'), body: { immutable: true } }),
        'allowed',
      );
      assert.equal(
        await verdict(tenant.answer('DELETE', core('secrets', 'd1-password'), { query: dryRun })),
        'allowed',
      );
    });
  });

  it('are each bound, fail closed, and fit the kinds that they are about', async () => {
    const policies = await listOf<Policy>(`${admission}/validatingadmissionpolicies`);
    const bindings = await listOf<Binding>(`${admission}/validatingadmissionpolicybindings`);
    assert.deepEqual(
      bindings.map(({ spec }) => [spec.policyName, spec.validationActions]),
      policies.map(({ metadata }) => [metadata.name, ['Deny']]),
    );
    for (const { metadata, spec, status } of policies) {
      assert.equal(spec.failurePolicy, 'Fail', metadata.name);
      assert.deepEqual(status?.typeChecking?.expressionWarnings ?? [], [], metadata.name);
    }
  });

  it('are known to be in force by who may read them', async () => {
    const { client, transport } = testClient(await plane.credentials(administrator), { userAgent: 'guards' });
    assert.deepEqual(await guardsOf(client), { isKnown: true, open: [] });
    await transport.close();
  });

  it('leave the operator a pod that the strictest security level takes', async () => {
    const file = path.resolve(import.meta.dirname, '../../deploy/operator/20-deployment.yaml');
    const { code, stderr } = await plane.kubectl(['apply', '--dry-run=server', '-f', file]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
  });

  async function listOf<T extends { readonly metadata: { readonly name: string } }>(place: string): Promise<T[]> {
    const { items } = await plane.admin.call<{ items: T[] }>('GET', place);
    return items.filter(({ metadata }) => metadata.name.startsWith('mqtt-security-'));
  }
});
