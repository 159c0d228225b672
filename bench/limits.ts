/** Why limits and settings of a broker have the defaults that they have: what the choices cost real brokers. */
import { brokers } from '../test/broker/mosquitto.ts';
import { sessionRows } from './limits/sessions.ts';
import { tlsRows } from './limits/tls.ts';
import type { BenchRow } from './row.ts';

export const name = 'Limits and settings of a broker';
export const facts = brokers.map((broker) => broker.name);

export async function run(): Promise<readonly BenchRow[]> {
  const rows = [...(await tlsRows(brokers))];
  for (const broker of brokers) rows.push(...(await sessionRows(broker)));
  return rows;
}
