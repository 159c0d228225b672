import { findingKinds } from '../domain/findings.ts';
import { hasTexts, isAbsentOr, isListOf, isNumber, isRecord } from './shape.ts';
import type { LocalStatus } from './status.ts';

/** What a file says of devices that should be a status, and may be damaged. */
export interface WrittenDevice {
  readonly device?: unknown;
  readonly identity?: unknown;
  readonly lockout?: unknown;
  readonly revocation?: unknown;
}

/** Those of its devices that are objects; none of what is no status. */
export function devicesIn(status: unknown): readonly WrittenDevice[] {
  const { devices } = (status ?? {}) as { readonly devices?: unknown };
  return Array.isArray(devices) ? devices.filter((one): one is WrittenDevice => isRecord(one)) : [];
}

/** The status that was written; undefined where the file lacks something that is shown, or has it of another type. */
export function statusIn(value: unknown): LocalStatus | undefined {
  return isStatus(value) ? value : undefined;
}

function isStatus(value: unknown): value is LocalStatus {
  return (
    hasTexts(value, ['broker', 'mosquittoVersion', 'host'], ['lastError']) &&
    isListOf(value['listeners'], (one) => hasTexts(one, ['name', 'authentication']) && isNumber(one['port'])) &&
    isListOf(value['devices'], isDevice) &&
    isListOf(value['findings'], isFinding) &&
    isAbsentOr(value['enrolment'], (one) => isRecord(one) && isNumber(one['port'])) &&
    isAbsentOr(value['bundle'], (one) => hasTexts(one, ['hash']) && isNumber(one['revision'])) &&
    isAbsentOr(value['loaded'], isLoaded) &&
    isAbsentOr(value['refused'], (one) => isRecord(one) && isListOf(one['refusals'], isRefusal))
  );
}

function isDevice(value: unknown): boolean {
  return (
    hasTexts(value, ['device', 'identity', 'authentication', 'reason'], ['role', 'notAfter', 'message']) &&
    isAbsentOr(value['lockout'], (one) => hasTexts(one, ['until'])) &&
    isAbsentOr(value['notice'], (one) => hasTexts(one, ['action', 'by']))
  );
}

function isFinding(value: unknown): boolean {
  return (
    hasTexts(value, ['code', 'severity', 'message', 'path']) &&
    Object.hasOwn(findingKinds, String(value['code'])) &&
    isAbsentOr(value['object'], (one) => hasTexts(one, ['kind', 'namespace', 'name'])) &&
    isAbsentOr(value['position'], (one) => hasTexts(one, ['file']) && isNumber(one['line']) && isNumber(one['column']))
  );
}

function isLoaded(value: unknown): boolean {
  return hasTexts(value, ['hash', 'provedAt']) && isNumber(value['revision']) && isNumber(value['milliseconds']);
}

function isRefusal(value: unknown): boolean {
  return hasTexts(value, ['check', 'reason']);
}
