import { type DeviceStatus, type LocalStatus } from '../local/status.ts';
import { findingsText } from '../parse/report.ts';
import { type Io } from './io.ts';
import { tableText } from './table.ts';

/** What is published is proved, and nothing is wrong with what is declared. */
export function isProven({ bundle, loaded, findings }: LocalStatus): boolean {
  return bundle !== undefined && loaded?.hash === bundle.hash && findings.every(({ severity }) => severity !== 'Error');
}

export function statusText(status: LocalStatus, io: Pick<Io, 'colour'>): string {
  const { broker, mosquittoVersion, host, listeners, bundle, loaded, refused, lastError } = status;
  const revision = bundle ? `revision ${String(bundle.revision)}` : 'nothing published';
  const proof = loaded
    ? `revision ${String(loaded.revision)} proved ${loaded.provedAt} in ${loaded.milliseconds.toFixed(0)} ms`
    : 'not proved yet';
  const ports = listeners.map(({ name, port, authentication, tls }) => {
    return `${name} ${host}:${String(port)} ${authentication}${tls ? ' TLS' : ''}`;
  });
  if (status.enrolment) ports.push(`enrolment ${host}:${String(status.enrolment.port)} TLS`);
  const problems = [...(refused?.refusals ?? []).map(({ check, reason }) => `refused by ${check}: ${reason}`)];
  if (lastError !== undefined) problems.push(`last error: ${lastError}`);
  return `MqttBroker ${broker} on Mosquitto ${mosquittoVersion}: ${revision}, ${proof}
${ports.map((line) => `  ${line}\n`).join('')}${problems.map((line) => `  ${line}\n`).join('')}
${devicesText(status.devices, io)}`;
}

/** The status, and below it what is wrong with what is declared. */
export function statusWithProblems(status: LocalStatus, io: Pick<Io, 'colour'>): string {
  const problems = problemsText(status.findings);
  return `${statusText(status, io)}${problems === '' ? '' : `\n${problems}`}`;
}

export function problemsText(findings: LocalStatus['findings']): string {
  return findingsText(findings.filter(({ severity }) => severity !== 'Info'));
}

const headings = ['IDENTITY', 'ROLE', 'AUTHENTICATION', 'NOT-AFTER', 'PROGRAMMED', 'REASON'];

function reasonText({ reason, lockout }: DeviceStatus): string {
  return reason === 'Locked' && lockout ? `Locked until ${minuteText(lockout.until)}` : reason;
}

/** What the device is asked to do, and by when. */
function noticeText({ notice }: DeviceStatus): string {
  if (!notice) return '-';
  return `${notice.action} by ${minuteText(notice.by)}${notice.overdue ? ', overdue' : ''}`;
}

function minuteText(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function devicesText(devices: readonly DeviceStatus[], { colour }: Pick<Io, 'colour'>): string {
  const isAsked = devices.some(({ notice }) => notice);
  const rows = devices.map((device) => [
    device.identity,
    device.role ?? '-',
    device.authentication,
    device.notAfter === undefined ? '-' : minuteText(device.notAfter),
    device.programmed ? 'True' : 'False',
    reasonText(device),
    ...(isAsked ? [noticeText(device)] : []),
  ]);
  const text = tableText(isAsked ? [...headings, 'NOTICE'] : headings, rows);
  return colour ? text.replaceAll(/\bFalse\b/g, '\u001b[31mFalse\u001b[0m') : text;
}
