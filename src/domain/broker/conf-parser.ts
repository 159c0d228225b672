import { type Finding, mostFindings, type Parsed, parsed, refused } from '../finding.ts';
import { type BrokerLimits, type LockoutLimits, type WatchRule, watchedEvents } from '../fleet.ts';
import {
  type Conf,
  type ConfFiles,
  type ConfListener,
  debugDirective,
  type Dialect,
  fileLines,
  fixedDirectives,
  fixedDirectivesOf20,
  limitDirectives,
  alertComment,
  lockoutComment,
  watchComment,
  devicesComment,
  observeComment,
  type NetworkEndpoint,
  passwordPlugin,
  type ServerTls,
  type TlsProfile,
  tlsProfiles,
} from './conf.ts';
import { dynamicSecurityAdvice, dynamicSecurityCheck, loadsDynamicSecurity } from './dynamic-security.ts';

interface Directive {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** What stands before the first `listener` line, or under one. Reading takes directives out; what is left is refused. */
interface Section {
  readonly line: number;
  readonly listenerName?: string;
  directives: Directive[];
}

type Problems = Finding[];

/**
 * Reads a mosquitto.conf as strictly as the gate must: a directive that is not on the allow-list (`include_dir`,
 * `plugin` of something else, `bridge_*`), a second value for one, a missing safeguard or a control character refuses
 * the whole file. Order within a section, blank lines and comments are free; `# listener NAME` names the next listener.
 */
export function parseConf(text: string): Parsed<Conf> {
  const problems: Problems = [];
  const [global, ...sections] = sectionsOf(text, problems);
  if (!global) return refused(problem(1, 'the file is empty'));
  const second = [global, ...sections].flatMap(secondAuthority);
  if (second.length > 0) return refused(...second.slice(0, mostFindings));
  const listeners = sections.map((section) => listenerOf(section, problems));
  const lockout = lockoutIn(text, problems);
  const alertTopic = alertTopicIn(text, problems);
  const watchRules = watchRulesIn(text, problems);
  const conf = globalConf(global, problems);
  for (const { name, line } of [global, ...sections].flatMap(({ directives }) => directives)) {
    problems.push(problem(line, `${name} is not allowed here, or is given twice`));
  }
  if (problems.length > 0) return refused(...problems.slice(0, mostFindings));
  return parsed({
    ...conf,
    ...(lockout && { lockout }),
    ...(alertTopic !== undefined && { alertTopic }),
    ...(watchRules.length > 0 && { watchRules }),
    ...(text.split('\n').includes(observeComment) && { observes: true }),
    ...(text.split('\n').includes(devicesComment) && { countsDevices: true }),
    listeners: listeners.filter((listener) => listener !== undefined),
  });
}

function problem(line: number, message: string): Finding {
  const position = { file: 'mosquitto.conf', line, column: 1 };
  return { code: 'MQS101', severity: 'Error', message, path: `mosquitto.conf:${line}`, position };
}

/** Whatever else is wrong with such a file, this has to be said. */
function secondAuthority({ directives }: Section): readonly Finding[] {
  return directives
    .filter(({ name, value }) => loadsDynamicSecurity(name, value))
    .map(({ line }) => ({ ...problem(line, dynamicSecurityAdvice), code: 'MQS221', reason: dynamicSecurityCheck }));
}

function sectionsOf(text: string, problems: Problems): Section[] {
  const sections: Section[] = [{ line: 1, directives: [] }];
  let name: string | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (hasControlCharacter(line)) problems.push(problem(index + 1, 'a control character'));
    if (line.startsWith('# listener ')) name = line.slice('# listener '.length);
    if (line === '' || line.startsWith('#')) continue;
    const directive = directiveOf(line, index + 1, problems);
    if (directive?.name === 'listener') {
      sections.push({ line: index + 1, ...(name !== undefined && { listenerName: name }), directives: [] });
      name = undefined;
    }
    if (directive) sections.at(-1)?.directives.push(directive);
  }
  return sections;
}

function hasControlCharacter(line: string): boolean {
  for (let i = 0; i < line.length; i += 1) {
    const unit = line.charCodeAt(i);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

function directiveOf(text: string, line: number, problems: Problems): Directive | undefined {
  const space = text.indexOf(' ');
  const value = text.slice(space + 1);
  if (space > 0 && value !== '' && value === value.trim()) return { name: text.slice(0, space), value, line };
  problems.push(problem(line, 'not a directive with one space and a value'));
  return undefined;
}

/** Takes the first directive of that name out of the section. */
function taken(section: Section, name: string): Directive | undefined {
  const found = section.directives.find((directive) => directive.name === name);
  if (found) section.directives = section.directives.filter((directive) => directive !== found);
  return found;
}

function required(section: Section, name: string, problems: Problems): string {
  const found = taken(section, name);
  if (!found) problems.push(problem(section.line, `${name} is missing`));
  return found?.value ?? '';
}

/** Takes a directive out that must stand there with this very value. */
function requireFixed(section: Section, name: string, value: string, problems: Problems): void {
  const found = section.directives.find((directive) => directive.name === name && directive.value === value);
  if (found) section.directives = section.directives.filter((directive) => directive !== found);
  else problems.push(problem(section.line, `${name} ${value} is missing`));
}

function integerOf({ name, value, line }: Directive, problems: Problems, suffix = ''): number {
  const digits = value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : '';
  if (/^(0|[1-9]\d{0,9})$/.test(digits)) return Number(digits);
  problems.push(problem(line, `${name} ${value}: not a whole number${suffix && ` with unit ${suffix}`}`));
  return 0;
}

const lockoutForm = /^maxFailures ([1-9]\d{0,5}) windowSeconds ([1-9]\d{0,5}) blockSeconds ([1-9]\d{0,5})$/;

function lockoutIn(text: string, problems: Problems): LockoutLimits | undefined {
  const what = 'not one line with three numbers for lockouts';
  const found = commentIn(text, lockoutComment, lockoutForm, problems, what);
  const [maxFailures = 0, windowSeconds = 0, blockSeconds = 0] = (found ?? []).map(Number);
  return found && { maxFailures, windowSeconds, blockSeconds };
}

/** As in the schema of MqttBroker: no wildcard, no `$` root, nothing that ends a line. */
const alertTopicForm = /^(?=.{1,128}$)([A-Za-z0-9._:@-]+(?:\/[A-Za-z0-9._:@-]+){0,15})$/;

function alertTopicIn(text: string, problems: Problems): string | undefined {
  return commentIn(text, alertComment, alertTopicForm, problems, 'not one line with a topic for alerts')?.[0];
}

const watchForm = new RegExp(
  `^(${watchedEvents.join('|')}) (Any|Device|Backend|Admin) (Enabled|Disabled) (-|[1-9]\\d{0,5}) (-|[1-9]\\d{0,6})$`,
);

function watchRulesIn(text: string, problems: Problems): readonly WatchRule[] {
  const seen = new Set<string>();
  return text.split('\n').flatMap((line, index): readonly WatchRule[] => {
    if (!line.startsWith(watchComment)) return [];
    const [found, event, role, alert, threshold, windowSeconds] = watchForm.exec(line.slice(watchComment.length)) ?? [];
    const pair = `${String(event)} ${String(role)}`;
    if (found === undefined || seen.has(pair))
      problems.push(problem(index + 1, 'not one rule for an event and a role'));
    seen.add(pair);
    return [
      {
        ...({ event, role, alert } as Pick<WatchRule, 'event' | 'role' | 'alert'>),
        ...(threshold !== '-' && { threshold: Number(threshold) }),
        ...(windowSeconds !== '-' && { windowSeconds: Number(windowSeconds) }),
      },
    ];
  });
}

/** What is captured of the one line with this beginning; nothing where there is none. */
function commentIn(
  text: string,
  beginning: string,
  form: RegExp,
  problems: Problems,
  what: string,
): readonly string[] | undefined {
  const lines = text.split('\n');
  const line = lines.findIndex((one) => one.startsWith(beginning));
  if (line < 0) return undefined;
  const [found, ...captured] = form.exec(lines[line]?.slice(beginning.length) ?? '') ?? [];
  const isOnce = lines.findLastIndex((one) => one.startsWith(beginning)) === line;
  if (found === undefined || !isOnce) problems.push(problem(line + 1, what));
  return captured;
}

/** True if the directive was there, which need not be. */
function hasTaken(section: Section, [name, value]: readonly [string, string]): boolean {
  const found = section.directives.find((directive) => directive.name === name && directive.value === value);
  section.directives = section.directives.filter((directive) => directive !== found);
  return found !== undefined;
}

function globalConf(section: Section, problems: Problems): Omit<Conf, 'listeners'> {
  const is21 = section.directives.some(({ name }) => name === 'plugin');
  for (const [name, value] of [...(is21 ? [] : fixedDirectivesOf20), ...fixedDirectives]) {
    requireFixed(section, name, value, problems);
  }
  const user = required(section, 'user', problems);
  const persistenceDirectory = persistenceOf(section, problems);
  return {
    ...(is21 ? pluginFiles(section, problems) : builtInFiles(section, problems)),
    user,
    ...(persistenceDirectory !== undefined && { persistenceDirectory }),
    limits: limitsOf(section, problems),
    ...(hasTaken(section, debugDirective) && { logsDenials: true }),
  };
}

function builtInFiles(section: Section, problems: Problems): ConfFiles {
  return {
    dialect: { version: '2.0' },
    aclFile: required(section, 'acl_file', problems),
    passwordFile: required(section, 'password_file', problems),
  };
}

/** An option belongs to the plugin above it, so these four lines have one order: the one in which they are written. */
function pluginFiles(section: Section, problems: Problems): ConfFiles {
  const lines = section.directives.filter(({ name }) => name.startsWith('plugin'));
  section.directives = section.directives.filter(({ name }) => !name.startsWith('plugin'));
  const [password, passwordFile, , aclFile] = lines.map(({ value }) => value);
  const pluginDirectory = directoryOf(password, passwordPlugin.file) ?? '';
  const dialect: Dialect = { version: '2.1', pluginDirectory };
  const files = { dialect, aclFile: aclFile ?? '', passwordFile: passwordFile ?? '' };
  const given = lines.map(({ name, value }) => `${name} ${value}`);
  if (given.join('\n') !== fileLines(files).join('\n')) {
    problems.push(problem(lines[0]?.line ?? section.line, 'not the two plugins for passwords and ACL, in this order'));
  }
  return files;
}

/** `/a/b` of `/a/b/FILE`. */
function directoryOf(path: string | undefined, file: string): string | undefined {
  return path?.startsWith('/') && path.endsWith(`/${file}`) ? path.slice(0, -file.length - 1) : undefined;
}

function persistenceOf(section: Section, problems: Problems): string | undefined {
  const persistence = taken(section, 'persistence');
  if (persistence?.value === 'false') return undefined;
  if (persistence?.value !== 'true') problems.push(problem(section.line, 'persistence is neither true nor false'));
  return required(section, 'persistence_location', problems);
}

function limitsOf(section: Section, problems: Problems): BrokerLimits {
  const limits: Partial<Record<keyof BrokerLimits, number>> = {};
  for (const { directive, field, unit } of limitDirectives) {
    const found = taken(section, directive);
    if (found) limits[field] = integerOf(found, problems, unit?.suffix) * (unit?.factor ?? 1);
  }
  const { maxPacketSizeBytes } = limits;
  if (maxPacketSizeBytes === undefined) problems.push(problem(section.line, 'max_packet_size is missing'));
  return { ...limits, maxPacketSizeBytes: maxPacketSizeBytes ?? 0 };
}

function listenerOf(section: Section, problems: Problems): ConfListener | undefined {
  const [port = '', address, ...rest] = required(section, 'listener', problems).split(' ');
  if (rest.length > 0) problems.push(problem(section.line, 'listener has more than a port and an address'));
  if (port === '0') return unixListener(section, address, problems);
  const endpoint = endpointOf(section, port, address, problems);
  return section.directives.some(({ name }) => name === 'cafile')
    ? certificateListener(section, endpoint, problems)
    : passwordListener(section, endpoint, problems);
}

function unixListener(section: Section, path: string | undefined, problems: Problems): ConfListener | undefined {
  if (path?.startsWith('/') && Buffer.byteLength(path) <= 107) return { kind: 'Unix', path };
  problems.push(problem(section.line, 'not an absolute socket path of at most 107 bytes'));
  return undefined;
}

function endpointOf(section: Section, port: string, address: string | undefined, problems: Problems): NetworkEndpoint {
  const number = integerOf({ name: 'listener', value: port, line: section.line }, problems);
  if (number > 65535) problems.push(problem(section.line, `port ${number} is above 65535`));
  if (section.listenerName === undefined) problems.push(problem(section.line, 'the line `# listener NAME` is missing'));
  requireFixed(section, 'use_username_as_clientid', 'true', problems);
  const protocol = required(section, 'protocol', problems);
  if (!['mqtt', 'websockets'].includes(protocol)) problems.push(problem(section.line, `protocol ${protocol}`));
  const maximum = taken(section, 'max_connections');
  return {
    kind: 'Network',
    name: section.listenerName ?? '',
    port: number,
    ...(address !== undefined && { bindAddress: address }),
    protocol: protocol === 'websockets' ? 'WebSockets' : 'MQTT',
    ...(maximum && { maxConnections: integerOf(maximum, problems) }),
  };
}

function certificateListener(section: Section, endpoint: NetworkEndpoint, problems: Problems): ConfListener {
  requireFixed(section, 'require_certificate', 'true', problems);
  requireFixed(section, 'use_identity_as_username', 'true', problems);
  const server = serverTls(section, problems);
  const caFile = required(section, 'cafile', problems);
  const crlFile = taken(section, 'crlfile')?.value;
  const tls = { ...server, caFile, ...(crlFile !== undefined && { crlFile }) };
  return { ...endpoint, authentication: 'Certificate', tls };
}

function passwordListener(section: Section, endpoint: NetworkEndpoint, problems: Problems): ConfListener {
  const tls = section.directives.some(({ name }) => name === 'certfile') ? serverTls(section, problems) : undefined;
  return { ...endpoint, authentication: 'Password', ...(tls && { tls }) };
}

function serverTls(section: Section, problems: Problems): ServerTls {
  return {
    profile: profileOf(section, problems),
    certificateFile: required(section, 'certfile', problems),
    keyFile: required(section, 'keyfile', problems),
  };
}

function profileOf(section: Section, problems: Problems): TlsProfile {
  const version = taken(section, 'tls_version')?.value;
  const ciphers = taken(section, 'ciphers')?.value;
  const profile = (['Modern', 'Intermediate'] as const).find(
    (name) => tlsProfiles[name].version === version && tlsProfiles[name].ciphers === ciphers,
  );
  if (!profile) problems.push(problem(section.line, 'tls_version and ciphers are those of no profile'));
  return profile ?? 'Modern';
}
