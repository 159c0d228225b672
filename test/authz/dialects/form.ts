/** Requests as brokers send them. */
import type { DialectRequest } from '../../../src/authz/dialects/dialect.ts';

export const formType = 'application/x-www-form-urlencoded';
export const jsonType = 'application/json';

/** A form of these fields. */
export function form(call: string, fields: Readonly<Record<string, string>>, contentType = formType): DialectRequest {
  return { call, contentType, body: Buffer.from(new URLSearchParams(fields).toString()) };
}

/** A JSON body; text is sent as it is. */
export function json(call: string, value: unknown, contentType = jsonType): DialectRequest {
  return { call, contentType, body: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) };
}
