import { type Finding } from '../domain/finding.ts';
import { keyOf, type Device } from '../domain/fleet.ts';
import { type Kind, type ObjectKey } from '../domain/names.ts';
import { resolveDevice, type ResolvedDevice } from '../domain/resolve.ts';
import { assembled, type FileResult, type ParseResult } from '../parse/manifests.ts';
import { validationFindings } from '../parse/validation.ts';
import { devicesIn } from '../domain/pki/lineage.ts';

type Declaration = FileResult['declarations'][number];

/** What the manifests say at one time: each file as it was parsed, and what could not be read at all. */
export interface ManifestState {
  readonly files: readonly FileResult[];
  /** Files and directories that cannot be read; each finding has the place. */
  readonly unreadable: readonly Finding[];
}

/** What is in force: the manifests, and for what is wrong in them the last version that was good. */
export interface Accepted {
  readonly files: ReadonlyMap<string, FileResult>;
  readonly result: ParseResult;
  readonly devices: ReadonlyMap<ObjectKey, Device>;
  /** Devices whose rules resolve. */
  readonly admitted: ReadonlyMap<ObjectKey, ResolvedDevice>;
  /** False only for what is certainly gone; see `LocalFacts`. */
  readonly isDeclared: (kind: Kind, key: ObjectKey) => boolean;
  readonly findings: readonly Finding[];
}

/**
 * The manifests made good by what was accepted before: an object that is refused, lies in a part of a file that cannot be
 * read, or takes a formerly good device its rules, keeps its last good version; so does all of a file that cannot be
 * read. A mistake therefore blocks only itself and takes nothing away. What was never good is left out.
 */
export function accepted(former: Accepted | undefined, state: ManifestState): Accepted {
  const raw = assembled(state.files);
  const known = former?.files ?? new Map<string, FileResult>();
  const merged = withoutNewcomers(mergedFiles(known, state), known);
  const settled = former ? withFormerRights(merged, former) : merged;
  const result = assembled([...settled.values()]);
  const devices = devicesIn(result.fleet);
  return {
    files: settled,
    result,
    devices,
    admitted: admittedIn(result, devices),
    isDeclared: declaredIn(state),
    findings: [
      ...state.unreadable,
      ...validationFindings({ ...raw, fleet: assembled([...merged.values()]).fleet }),
      ...keptFindings(settled, state),
    ],
  };
}

function keyOfDeclaration({ kind, namespace, name }: Declaration): string {
  return `${kind}/${namespace}/${name}`;
}

function mergedFiles(former: ReadonlyMap<string, FileResult>, state: ManifestState): ReadonlyMap<string, FileResult> {
  const files = new Map(state.files.map((file) => [file.file, mergedFile(former.get(file.file), file)]));
  for (const [name, file] of former) if (!files.has(name) && isHidden(name, state.unreadable)) files.set(name, file);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The file, or a directory above it, is there but cannot be read. */
function isHidden(name: string, unreadable: readonly Finding[]): boolean {
  return unreadable.some(({ position }) => {
    const place = position?.file.replace(/\/+$/, '');
    return place !== undefined && (name === place || name.startsWith(`${place}/`));
  });
}

function mergedFile(former: FileResult | undefined, file: FileResult): FileResult {
  if (!former || (file.findings.length === 0 && !hasRefused(file))) return file;
  const good = new Map(former.declarations.map((one) => [keyOfDeclaration(one), one]));
  const declarations = file.declarations.map((one) => (one.content ? one : (good.get(keyOfDeclaration(one)) ?? one)));
  const present = new Set(file.declarations.map(keyOfDeclaration));
  const hidden = isBlind(file) ? former.declarations.filter((one) => !present.has(keyOfDeclaration(one))) : [];
  return { ...file, declarations: [...declarations, ...hidden] };
}

function hasRefused({ declarations }: FileResult): boolean {
  return declarations.some(({ content }) => !content);
}

/** Some part of the file is so wrong that nobody knows which object it is: what is missing from the file may be there. */
function isBlind({ findings }: FileResult): boolean {
  return findings.some(({ severity, object }) => severity === 'Error' && !object);
}

/** An object that one file declared stays that file's, whoever else declares it now. */
function withoutNewcomers(
  files: ReadonlyMap<string, FileResult>,
  former: ReadonlyMap<string, FileResult>,
): ReadonlyMap<string, FileResult> {
  const owners = new Map<string, string>();
  for (const source of [former, files]) {
    for (const [name, { declarations }] of source) {
      for (const key of declarations.map(keyOfDeclaration)) {
        if (!owners.has(key) && declares(files.get(name), key)) owners.set(key, name);
      }
    }
  }
  const isOwner = (name: string) => (one: Declaration) => owners.get(keyOfDeclaration(one)) === name;
  return mapValues(files, (file, name) => {
    const own = file.declarations.filter(isOwner(name));
    return own.length === file.declarations.length ? file : { ...file, declarations: own };
  });
}

function declares(file: FileResult | undefined, key: string): boolean {
  return file?.declarations.some((one) => keyOfDeclaration(one) === key) ?? false;
}

function mapValues<V>(map: ReadonlyMap<string, V>, change: (value: V, key: string) => V): ReadonlyMap<string, V> {
  return new Map([...map].map(([key, value]) => [key, change(value, key)]));
}

/**
 * Devices that were good and now are not, though still declared, get their rights back: first by their broker where it is
 * gone, then by taking away who newly claims their identity, then by their former manifest, then by their former templates;
 * who is good with the new templates alone keeps its former manifest then.
 */
function withFormerRights(files: ReadonlyMap<string, FileResult>, former: Accepted): ReadonlyMap<string, FileResult> {
  const remedies = [withMissingBrokers, withoutRivals, withFormerManifests, withFormerTemplates, withFormerManifests];
  return remedies.reduce((now, remedy) => {
    const broken = brokenDevices(now, former);
    return broken.length === 0 ? now : remedy(now, former, broken);
  }, files);
}

type Files = ReadonlyMap<string, FileResult>;

/** Without its broker nothing that is taken away would reach the devices that are still connected. */
function withMissingBrokers(files: Files, former: Accepted, broken: readonly Device[]): Files {
  const { brokers } = assembled([...files.values()]).fleet;
  const missing = broken.filter(({ broker }) => !brokers.has(broker));
  return restored(files, former, new Set(missing.map(({ broker }) => `MqttBroker/${broker}`)));
}

/** Others that claim the identity of one of these devices, and did not before, are put back to where they were: nowhere, mostly. */
function withoutRivals(files: Files, former: Accepted, broken: readonly Device[]): Files {
  const identities = new Map(broken.map((device) => [device.identity, keyOf(device)]));
  const present = devicesIn(assembled([...files.values()]).fleet);
  const rivals = [...present].filter(([key, { identity }]) => {
    const holder = identities.get(identity);
    return holder !== undefined && holder !== key && former.devices.get(key)?.identity !== identity;
  });
  const keys = new Set(rivals.map(([key]) => `MqttDevice/${key}`));
  return restored(
    mapValues(files, (file) => withoutDeclarations(file, keys)),
    former,
    keys,
  );
}

/** But for what takes rights away: a device that is revoked or suspended now is so, whatever else is wrong with it. */
function withFormerManifests(files: Files, former: Accepted, broken: readonly Device[]): Files {
  const present = new Map(broken.map((device) => [`MqttDevice/${keyOf(device)}`, device]));
  const back = restored(files, former, new Set(present.keys()));
  return mapValues(back, (file) => {
    const declarations = file.declarations.map((one) => restricted(one, present.get(keyOfDeclaration(one))));
    return declarations.every((one, index) => one === file.declarations[index]) ? file : { ...file, declarations };
  });
}

function restricted(declaration: Declaration, present: Device | undefined): Declaration {
  const { content } = declaration;
  if (content?.kind !== 'MqttDevice' || (!present?.revoked && present?.suspended !== true)) return declaration;
  const { revoked = content.value.revoked, suspended } = present;
  const value = { ...content.value, suspended: suspended || content.value.suspended, ...(revoked && { revoked }) };
  return { ...declaration, content: { kind: 'MqttDevice', value } };
}

function withFormerTemplates(files: Files, former: Accepted, broken: readonly Device[]): Files {
  return restored(files, former, new Set(broken.flatMap((device) => templateKeys(device, former))));
}

function brokenDevices(files: ReadonlyMap<string, FileResult>, former: Accepted): readonly Device[] {
  const result = assembled([...files.values()]);
  const devices = devicesIn(result.fleet);
  const admitted = admittedIn(result, devices);
  return [...former.admitted.keys()].flatMap((key) => (admitted.has(key) ? [] : (devices.get(key) ?? [])));
}

function templateKeys(device: Device, former: Accepted): readonly string[] {
  const broker = former.result.fleet.brokers.get(device.broker);
  const own = device.templates.map(({ name }) => `AclTemplate/${device.origin.namespace}/${name}`);
  const defaults = broker?.acl.defaultTemplates ?? [];
  return [...own, ...defaults.map(({ name }) => `AclTemplate/${broker?.origin.namespace ?? ''}/${name}`)];
}

/** The files with the declarations of these keys as they were before, also those that are gone. */
function restored(
  files: ReadonlyMap<string, FileResult>,
  former: Accepted,
  keys: ReadonlySet<string>,
): ReadonlyMap<string, FileResult> {
  const next = new Map(files);
  for (const [name, { declarations }] of former.files) {
    const good = declarations.filter((one) => keys.has(keyOfDeclaration(one)));
    if (good.length === 0) continue;
    const names = new Set(good.map(keyOfDeclaration));
    for (const [other, file] of next) next.set(other, withoutDeclarations(file, names));
    const file = next.get(name) ?? { file: name, declarations: [], findings: [] };
    next.set(name, { ...file, declarations: [...file.declarations, ...good] });
  }
  return next;
}

function withoutDeclarations(file: FileResult, keys: ReadonlySet<string>): FileResult {
  const others = file.declarations.filter((one) => !keys.has(keyOfDeclaration(one)));
  return others.length === file.declarations.length ? file : { ...file, declarations: others };
}

function admittedIn({ fleet }: ParseResult, devices: ReadonlyMap<ObjectKey, Device>): Accepted['admitted'] {
  const resolved = new Map<ObjectKey, ResolvedDevice>();
  for (const [key, device] of devices) {
    const result = resolveDevice(fleet, device);
    if (result.ok) resolved.set(key, result.value);
  }
  return resolved;
}

function declaredIn({ files, unreadable }: ManifestState): Accepted['isDeclared'] {
  if (unreadable.length > 0 || files.some(isBlind)) return () => true;
  const keys = new Set(files.flatMap(({ declarations }) => declarations.map(keyOfDeclaration)));
  return (kind, key) => keys.has(`${kind}/${key}`);
}

/** One finding for each object that stays in force in another version than the one that is written. */
function keptFindings(files: ReadonlyMap<string, FileResult>, state: ManifestState): readonly Finding[] {
  const written = new Set(state.files.flatMap(({ declarations }) => declarations));
  return [...files].flatMap(([name, { declarations }]): Finding[] => {
    const kept = declarations.filter((one) => one.content && !written.has(one));
    if (kept.length > 0 && isHidden(name, state.unreadable)) {
      const position = { file: name, line: 1, column: 1 };
      const message = `what the file declared (${String(kept.length)} objects) stays in force`;
      return [{ code: 'MQS120', severity: 'Warning', path: '', message, position }];
    }
    return kept.map((one): Finding => {
      const message = `${one.kind} ${one.namespace}/${one.name} keeps its last good version`;
      return { code: 'MQS120', severity: 'Warning', path: '', message, position: one.positionOf([]) };
    });
  });
}
