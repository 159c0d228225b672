import type { Level, TopicFilter } from './acl/filter.ts';
import { highestLimits, limitProblem, type RuleLimits } from './acl/limits.ts';
import { parameterLevels } from './acl/parameters.ts';
import { type LevelValues, levelValueOf, prefixed, substituted } from './acl/pattern.ts';
import { type PreparedRule, preparedRules, preparedTemplate } from './acl/prepared.ts';
import type { EffectiveRule, Role } from './acl/rule.ts';
import {
  admissionFindings,
  errorOn,
  foreignKeyFindings,
  isForeign,
  prefixFindings,
  prefixLevels,
} from './admission.ts';
import { forgeryFindings } from './alerts.ts';
import { type Finding, parsed, type Parsed, refused } from './finding.ts';
import {
  type Broker,
  type Device,
  type DeviceCertificate,
  type Fleet,
  keyOf,
  type Refusals,
  type Template,
  type TemplateUse,
} from './fleet.ts';
import { objectKey, type ObjectKey, type ObjectRef, refText } from './names.ts';

/** A device with all that it refers to, and the rights that it has for it. */
export interface ResolvedDevice {
  readonly device: Device;
  readonly broker: Broker;
  /** The highest among the device's own templates; `Device` without any. */
  readonly role: Role;
  /** Of the broker's default templates, then of the device's own, then its own rules; each in the order it is written. */
  readonly rules: readonly EffectiveRule[];
}

/** A template in use, with a topic level for each of its parameters. */
interface BoundTemplate {
  readonly template: Template;
  readonly rules: readonly PreparedRule[];
  readonly parameters: ReadonlyMap<string, Level>;
}

interface Binding {
  readonly bound: readonly BoundTemplate[];
  readonly findings: readonly Finding[];
}

/**
 * Everything that a device refers to, and its effective rules; refused with all that is wrong. Rules that have ended are
 * still among them, and so are those of a suspended, expired or revoked device: time and state are for the caller.
 */
export function resolveDevice(fleet: Fleet, device: Device): Parsed<ResolvedDevice> {
  const broker = fleet.brokers.get(device.broker);
  if (!broker) return refused(missingBroker(fleet, device));
  const defaults = defaultBinding(fleet, broker);
  const own = boundTemplates(fleet, device.origin, device.templates, 'spec.templateRefs');
  const templates = own.bound.map(({ template }) => template);
  const limits = highestLimits(templates);
  const rights = effectiveRules(broker, device, [...defaults.bound, ...own.bound], limits);
  const admission = admissionFindings(
    fleet,
    broker,
    device,
    templates.map(({ role }) => role),
  );
  const forgery = forgeryFindings(broker, device, limits.role, rights.rules).filter(isError);
  const problems = [...defaults.findings, ...own.findings, ...rights.findings, ...forgery];
  const findings = [...unreadable(device), ...admission, ...problems];
  return findings.length > 0
    ? refused(...findings)
    : parsed({ device, broker, role: limits.role, rules: rights.rules });
}

function isError({ severity }: Finding): boolean {
  return severity === 'Error';
}

function missingBroker({ refusals }: Fleet, { origin, broker }: Device): Finding {
  const why = refusals?.brokers.get(broker);
  if (!why) {
    const message = `MqttBroker ${broker} does not exist`;
    return errorOn(origin, 'MQS045', 'BrokerNotFound', 'spec.brokerRef', message);
  }
  const message = `MqttBroker ${broker} is invalid: ${messagesIn(why)}`;
  return errorOn(origin, 'MQS207', 'BrokerInvalid', 'spec.brokerRef', message);
}

function unreadable({ isUnreadable, origin }: Device): readonly Finding[] {
  if (!isUnreadable) return [];
  return [errorOn(origin, 'MQS205', 'Invalid', 'spec', `${refText(origin)} cannot be read`)];
}

function messagesIn(findings: readonly Finding[]): string {
  return findings.map(({ message }) => message).join('; ');
}

/**
 * True for input that is wrong, as a mistake in a template: who had rights before keeps them meanwhile. False for a
 * right that somebody withholds, and for what was deleted.
 */
export function isMistake({ code, reason }: Finding): boolean {
  if (code === 'MQS043') return reason !== 'TemplateNotFound';
  return mistakes.has(code);
}

const mistakes: ReadonlySet<Finding['code']> = new Set(['MQS041', 'MQS044', 'MQS055', 'MQS205', 'MQS206', 'MQS207']);

/**
 * The rules of a device as far as they are right: of templates without a finding, and of its own rules within their
 * limits. None where its broker is not there.
 */
export function soundRules(fleet: Fleet, device: Device): readonly EffectiveRule[] {
  const broker = fleet.brokers.get(device.broker);
  if (!broker) return [];
  const isSound = ({ template }: BoundTemplate) => preparedTemplate(template).findings.length === 0;
  const defaults = defaultBinding(fleet, broker).bound.filter(isSound);
  const own = boundTemplates(fleet, device.origin, device.templates, 'spec.templateRefs').bound.filter(isSound);
  const limits = highestLimits(own.map(({ template }) => template));
  const rules = device.rules.filter((rule) => limitProblem(rule, limits) === undefined);
  return effectiveRules(broker, { ...device, rules }, [...defaults, ...own], limits).rules;
}

/** Templates of a device, and of its broker, that are refused as they are now and count as they last were when they were good. */
export function supersededTemplates(fleet: Fleet, device: Device): readonly Finding[] {
  const { refusals } = fleet;
  if (!refusals || refusals.templates.size === 0) return [];
  const broker = fleet.brokers.get(device.broker);
  const defaults = broker?.acl.defaultTemplates ?? [];
  return [
    ...(broker ? supersededIn(fleet, refusals, broker.origin, defaults, 'spec.acl.defaultTemplateRefs') : []),
    ...supersededIn(fleet, refusals, device.origin, device.templates, 'spec.templateRefs'),
  ];
}

function supersededIn(
  { templates }: Pick<Fleet, 'templates'>,
  refusals: Refusals,
  object: ObjectRef,
  uses: readonly TemplateUse[],
  path: string,
): readonly Finding[] {
  return uses.flatMap(({ name }) => {
    const key = objectKey(object.namespace, name);
    const template = templates.get(key);
    // One that was never good says itself what is wrong with it.
    const isGood = template !== undefined && preparedTemplate(template).findings.length === 0;
    return isGood ? refusedTemplate(object, key, path, refusals.templates.get(key) ?? []) : [];
  });
}

/** The same words whether a good version of it is remembered or not: a restart changes no status. */
function refusedTemplate(object: ObjectRef, key: ObjectKey, path: string, why: readonly Finding[]): readonly Finding[] {
  return why.map(({ message, reason }) => {
    const own = reason === 'OverBroad' ? reason : 'TemplateInvalid';
    return errorOn(object, 'MQS206', own, path, `AclTemplate ${key} is refused: ${message}`);
  });
}

const defaultBindings = new WeakMap<Fleet['templates'], Map<Broker, Binding>>();

/** The broker's default templates; found once for all of its devices. */
function defaultBinding({ templates, refusals }: Pick<Fleet, 'templates' | 'refusals'>, broker: Broker): Binding {
  const ofFleet = defaultBindings.get(templates) ?? new Map<Broker, Binding>();
  defaultBindings.set(templates, ofFleet);
  const binding =
    ofFleet.get(broker) ??
    boundTemplates(
      { templates, ...(refusals && { refusals }) },
      broker.origin,
      broker.acl.defaultTemplates,
      'spec.acl.defaultTemplateRefs',
    );
  ofFleet.set(broker, binding);
  return binding;
}

/** The templates that `object` uses, from its own namespace. */
function boundTemplates(
  { templates, refusals }: Pick<Fleet, 'templates' | 'refusals'>,
  object: ObjectRef,
  uses: readonly TemplateUse[],
  path: string,
): Binding {
  const bound: BoundTemplate[] = [];
  const findings: Finding[] = [];
  for (const [index, use] of uses.entries()) {
    const template = templates.get(objectKey(object.namespace, use.name));
    const at = `${path}[${index}]`;
    if (!template) {
      findings.push(...missingTemplate(object, use.name, `${at}.name`, refusals));
      continue;
    }
    const { levels, problems } = parameterLevels(template, use.parameters);
    for (const { name, problem } of problems) {
      const message = `parameter ${name} of ${refText(template.origin)} ${problem}`;
      findings.push(errorOn(object, 'MQS044', 'ParametersInvalid', `${at}.parameters.${name}`, message));
    }
    const prepared = preparedTemplate(template);
    findings.push(...prepared.findings.map((finding) => templateFinding(object, at, template, finding)));
    if (problems.length === 0) bound.push({ template, rules: prepared.rules, parameters: levels });
  }
  return { bound, findings };
}

function missingTemplate(
  object: ObjectRef,
  name: string,
  path: string,
  refusals: Refusals | undefined,
): readonly Finding[] {
  const key = objectKey(object.namespace, name);
  const why = refusals?.templates.get(key);
  if (why) return refusedTemplate(object, key, path, why);
  return [errorOn(object, 'MQS043', 'TemplateNotFound', path, `AclTemplate ${key} does not exist`)];
}

function templateFinding(object: ObjectRef, path: string, template: Template, finding: Finding): Finding {
  const message = `${refText(template.origin)} is refused: ${finding.message}`;
  return errorOn(object, 'MQS043', finding.reason ?? 'Invalid', path, message);
}

interface Rights {
  readonly rules: EffectiveRule[];
  readonly findings: Finding[];
}

/** What the variables stand for in one namespace of one broker, for one device. */
interface Scope {
  readonly device: Device;
  readonly prefix: readonly Level[];
  readonly values: Omit<LevelValues, 'parameters'>;
  readonly groups: readonly Level[];
}

function effectiveRules(
  broker: Broker,
  device: Device,
  templates: readonly BoundTemplate[],
  limits: RuleLimits,
): Rights {
  const rights: Rights = { rules: [], findings: [] };
  const scope = scopeOf(broker, device, rights.findings);
  if (!scope) return rights;
  for (const { rules, parameters } of templates) addRules(rights, scope, rules, parameters);
  if (device.rules.length > 0) {
    const own = preparedRules(device.origin, device.rules, limits);
    rights.findings.push(...own.findings);
    addRules(rights, scope, own.rules, noParameters);
  }
  return rights;
}

const noParameters: ReadonlyMap<string, Level> = new Map();

function scopeOf(broker: Broker, device: Device, findings: Finding[]): Scope | undefined {
  const { namespace } = device.origin;
  const prefix = prefixLevels(broker, namespace);
  if (typeof prefix === 'string') {
    const message = `\`spec.allowedNamespaces.topicPrefix\` of ${refText(broker.origin)} ${prefix}`;
    findings.push(errorOn(device.origin, 'MQS052', 'NotAllowed', 'spec.brokerRef', message));
    return undefined;
  }
  const groups: Level[] = [];
  for (const [index, group] of device.groups.entries()) {
    const level = levelValueOf(group);
    if (level.ok) groups.push(level.value);
    else
      findings.push(
        errorOn(device.origin, 'MQS048', 'Invalid', `spec.groups[${index}]`, `group "${group}" ${level.problem}`),
      );
  }
  // An identity or namespace that fits no level has its own finding from admission.
  const [identity, own] = [levelValueOf(device.identity), levelValueOf(namespace)];
  if (!identity.ok || !own.ok) return undefined;
  return { device, prefix, values: { device: identity.value, namespace: own.value }, groups };
}

function addRules(
  rights: Rights,
  scope: Scope,
  rules: readonly PreparedRule[],
  parameters: ReadonlyMap<string, Level>,
): void {
  const values: LevelValues = { ...scope.values, parameters };
  for (const prepared of rules) {
    if (!prepared.perGroup) addRule(rights, scope, prepared, values);
    else for (const group of scope.groups) addRule(rights, scope, prepared, { ...values, group });
  }
}

function addRule(rights: Rights, { device, prefix }: Scope, prepared: PreparedRule, values: LevelValues): void {
  const bare = substituted(prepared.rule.pattern, values);
  const filter = bare.ok && prefix.length > 0 ? prefixed(prefix, bare.value) : bare;
  if (filter.ok) {
    rights.rules.push(effectiveRule(prepared, filter.value, prefix.length === 0));
    return;
  }
  const { object, index, topic } = prepared.origin;
  const path = object.kind === 'MqttDevice' ? `spec.rules[${index}].topic` : 'spec.templateRefs';
  const message = `topic "${topic}" of rule ${index} of ${refText(object)} ${filter.problem}`;
  rights.findings.push(errorOn(device.origin, 'MQS044', 'ParametersInvalid', path, message));
}

function effectiveRule(
  { rule, origin, shared }: PreparedRule,
  filter: TopicFilter,
  unprefixed: boolean,
): EffectiveRule {
  const { effect, actions, expiresAt } = rule;
  if (shared && unprefixed) return { effect, actions, filter, origin, shared };
  return expiresAt ? { effect, actions, filter, origin, expiresAt } : { effect, actions, filter, origin };
}

/** What is wrong with a broker and with what it refers to within the fleet. */
export function brokerFindings(fleet: Pick<Fleet, 'templates' | 'refusals'>, broker: Broker): readonly Finding[] {
  const { defaultTemplates } = broker.acl;
  const superseded = fleet.refusals
    ? supersededIn(fleet, fleet.refusals, broker.origin, defaultTemplates, 'spec.acl.defaultTemplateRefs')
    : [];
  const defaults = [...defaultBinding(fleet, broker).findings, ...superseded];
  return [...prefixFindings(broker), ...defaults, ...irrevocableFindings(broker), ...rolledLockoutFindings(broker)];
}

/** All that is wrong between the objects of a fleet; what is wrong with one object alone, its parser has said. */
export function fleetFindings(fleet: Fleet): readonly Finding[] {
  const findings = [...fleet.brokers.values()].flatMap((broker) => brokerFindings(fleet, broker));
  for (const template of fleet.templates.values()) findings.push(...preparedTemplate(template).findings);
  const devices = new Map<ObjectKey, Device>();
  for (const device of [...fleet.devices.values()].flat()) {
    devices.set(keyOf(device), device);
    const resolved = resolveDevice(fleet, device);
    if (!resolved.ok) findings.push(...resolved.findings);
    else findings.push(...forgeryFindings(resolved.value.broker, device, resolved.value.role, resolved.value.rules));
  }
  for (const certificate of fleet.certificates.values()) {
    findings.push(...certificateFindings(fleet, certificate, devices.get(certificate.device)));
  }
  return [...new Set(findings)];
}

/** A certificate of a CA without revocation opens sessions until its end, whatever becomes of its device. */
function irrevocableFindings({ origin, clientCertificates }: Broker): readonly Finding[] {
  return (clientCertificates?.trustedCas ?? []).flatMap(({ name, revocation }, index): Finding[] => {
    if (revocation.type !== 'None') return [];
    const path = `spec.clientCertificates.trustedCas[${index}].revocation.type`;
    const message = `certificates of trusted CA ${name} cannot be taken back: who has one comes in until it ends`;
    return [{ code: 'MQS053', severity: 'Warning', message, path, object: origin }];
  });
}

/** Each set is loaded by new pods then, also one that takes rights from a single device and gives them back. */
function rolledLockoutFindings({ origin, lockout, update }: Broker): readonly Finding[] {
  if (!lockout || update.strategy !== 'Roll') return [];
  const message = 'with update.strategy Roll each lockout starts all instances again, and its end does, too';
  return [{ code: 'MQS054', severity: 'Warning', message, path: 'spec.lockout', object: origin }];
}

/** What is wrong between a DeviceCertificate and its device, which is absent when it is not declared. */
export function certificateFindings(
  fleet: Fleet,
  { origin, device: key, spec }: DeviceCertificate,
  device: Device | undefined,
): readonly Finding[] {
  const path = 'spec.deviceRef';
  if (!device) return [errorOn(origin, 'MQS050', 'DeviceNotFound', path, `MqttDevice ${key} does not exist`)];
  if (device.authentication.type !== 'Certificate') {
    const message = `${refText(device.origin)} authenticates by ${device.authentication.type.toLowerCase()}, so no certificate is of use to it`;
    return [errorOn(origin, 'MQS050', 'Invalid', path, message)];
  }
  const broker = fleet.brokers.get(device.broker);
  return broker && isForeign(broker, device) && spec.key.kind === 'Generated'
    ? foreignKeyFindings(broker, device, origin, 'spec.privateKey')
    : [];
}
