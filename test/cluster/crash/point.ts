/** The writes of the operator by name, and the points of a run at which it is killed. */
import type { ApiCall } from '../fault-proxy/call.ts';
import { isWrite } from '../fault-proxy/call.ts';
import type { Phase } from '../fault-proxy/fault.ts';

/** A write of the operator, so that it is found again in another run: the so manieth of its sort in a step. */
export interface Write {
  readonly step: string;
  /** Verb and object. */
  readonly sort: string;
  readonly number: number;
}

/** `Before`: the request is lost; `During`: it is done and the answer is lost; `After`: the operator has the answer. */
export interface Point extends Write {
  readonly phase: Phase;
}

export const phases: readonly Phase[] = ['Before', 'During', 'After'];

export function writeText({ step, sort, number }: Write): string {
  return `${step}: ${sort} #${number}`;
}

export function pointText(point: Point): string {
  return `${writeText(point)} ${point.phase}`;
}

const between = ' + ';

/** As MQTTSEC_CRASH takes it: the points of one run. */
export function chainText(points: readonly Point[]): string {
  return points.map(pointText).join(between);
}

export function chainIn(text: string): readonly Point[] {
  return text.split(between).map((part) => {
    const [, step = '', sort = '', number, phase] = /^(\w+): (.+) #(\d+) (\w+)$/.exec(part) ?? [];
    const known = phases.find((one) => one === phase);
    if (!known) throw new Error(`MQTTSEC_CRASH: no point is called '${part}'`);
    return { step, sort, number: Number(number), phase: known };
  });
}

/** The names of ledgers are of the key of a CA. */
export const ledgerName = /^ledger-[0-9a-f]{40,}/;

/** Undefined for what is no write that counts: those of Leases and Events do not. */
export function sortOf(call: ApiCall, ours: string): string | undefined {
  const { verb, plural, namespace, subresource } = call;
  if (!isWrite(call) || plural === 'leases' || plural === 'events') return undefined;
  const where = namespace === ours ? '' : `${namespace ?? 'cluster'}/`;
  const name = nameIn(call).replace(ledgerName, 'ledger');
  return `${verb} ${where}${plural}/${name}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** What is made has its name in the body alone. */
function nameIn({ name, body }: ApiCall): string {
  if (name !== undefined) return name;
  return (JSON.parse(body.toString()) as { metadata: { name: string } }).metadata.name;
}
