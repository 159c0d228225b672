/** Whether a good certificate is to be replaced because its broker has another issuer, or its issuer another CA. */
import type { IssuerRef } from '../../domain/fleet.ts';
import type { CaKeyId } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { covers } from '../apply.ts';
import type { BrokerState, IssuingCa, Trust } from '../context.ts';
import type { Gate } from './turns.ts';

/** A certificate that is good, and not of the CA that issues now. */
export interface Succession {
  /** `Issuer`: the broker names another one; `Ca`: the same one issues under another key. */
  readonly why: 'Issuer' | 'Ca';
  /** When to ask again; undefined when it is the turn of this one. */
  readonly waitsUntil: Date | undefined;
  /** The issuer of before. */
  readonly former: IssuerRef | undefined;
}

/** What it is asked of now, as far as it is known. */
export interface SuccessionFacts {
  readonly issuer: IssuerRef;
  /** That the present certificate, or the one under way, was asked of. */
  readonly asked: unknown;
  readonly current: HeldCertificate | undefined;
  /** Key id of the CA that issues now; undefined while that cannot be told. */
  readonly issuing: CaKeyId | undefined;
}

/** Why the certificate is to be replaced; undefined where there is none to replace, or it is as it is to be. */
export function successionReason({ issuer, asked, current, issuing }: SuccessionFacts): Succession['why'] | undefined {
  if (!current) return undefined;
  if (asked !== undefined && !isSameIssuer(asked, issuer)) return 'Issuer';
  return issuing === undefined || current.caKeyId === issuing ? undefined : 'Ca';
}

export function isSameIssuer(asked: unknown, { name, kind }: IssuerRef): boolean {
  return covers(asked, { name, kind });
}

/** Devices of a broker that are moved at a time; cert-manager issues about one certificate in a second. */
const mostUnderWay = 10;

/**
 * Nobody is moved before each instance that is expected has proved that it trusts the CA; one at a time while it cannot
 * be told which CA that is, as of an issuer that lies where the operator does not look.
 */
export function successionGate(state: BrokerState | undefined, issuance: IssuingCa | undefined): Gate {
  const closed = { isOpen: false, most: mostUnderWay };
  if (!issuance) return closed;
  const { keyId: issuing } = issuance;
  if (issuing === undefined) return { isOpen: true, most: 1 };
  const trusts = (trust: Trust | undefined) => trust?.cas.some(({ keyId }) => keyId === issuing) === true;
  if (!state || !trusts(state.trust)) return closed;
  const { proved, expectedInstances } = state;
  return { ...closed, isOpen: proved.length >= expectedInstances && proved.every(({ trust }) => trusts(trust)) };
}
