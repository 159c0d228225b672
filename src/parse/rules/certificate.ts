import type { DeviceCertificate } from '../../api/types.gen.ts';
import type { Kind } from '../../domain/names.ts';
import { durationSeconds } from '../duration.ts';
import { immutable, isSame, rulesOn, type CrossFieldRule, type RuleOn } from './table.ts';

type CertificateFields = Omit<DeviceCertificate['spec'], 'deviceRef' | 'revoked'>;
type PrivateKey = NonNullable<CertificateFields['privateKey']>;

/** True unless both are durations and the first is not the shorter one: what is no duration the schema refuses. */
function isShorter(first: string | undefined, second: string | undefined): boolean {
  const [a, b] = [durationSeconds(first ?? ''), durationSeconds(second ?? '')];
  return a === undefined || b === undefined || a < b;
}

function isAtMost(first: string, second: string): boolean {
  const [a, b] = [durationSeconds(first), durationSeconds(second)];
  return a === undefined || b === undefined || a <= b;
}

const renewBeforeRule: RuleOn<{ duration?: string; renewBefore?: string }> = {
  field: 'renewBefore',
  message: 'must be shorter than `duration`',
  holds: ({ duration, renewBefore }) => isShorter(renewBefore, duration),
};

function leastRule(least: string): RuleOn<string> {
  return { message: `must be at least ${least}`, holds: (duration) => isAtMost(least, duration) };
}

const mostRule: RuleOn<string> = {
  message: 'must be at most 87600h',
  holds: (duration) => isAtMost(duration, '87600h'),
};

/** Rules on `duration` and `renewBefore` of the node at `at`; the lower bounds are cert-manager's. */
export function lifetimeRules(kind: Kind, at: string): readonly CrossFieldRule[] {
  return [
    ...rulesOn(kind, at, [renewBeforeRule]),
    ...rulesOn(kind, `${at}.duration`, [leastRule('1h'), mostRule]),
    ...rulesOn(kind, `${at}.renewBefore`, [leastRule('5m')]),
  ];
}

const keySizes = { ECDSA: [256, 384, 521], RSA: [2048, 3072, 4096] };

function hasSizeOf(wanted: keyof typeof keySizes, { algorithm, size }: PrivateKey): boolean {
  return algorithm !== wanted || size === undefined || keySizes[wanted].includes(size);
}

const privateKeyRules: readonly RuleOn<PrivateKey>[] = [
  {
    field: 'size',
    message: "may not be specified when `algorithm` is 'Ed25519'",
    holds: ({ algorithm, size }) => algorithm !== 'Ed25519' || size === undefined,
  },
  {
    field: 'size',
    message: "must be 256, 384 or 521 when `algorithm` is 'ECDSA'",
    holds: (key) => hasSizeOf('ECDSA', key),
  },
  {
    field: 'size',
    message: "must be 2048, 3072 or 4096 when `algorithm` is 'RSA'",
    holds: (key) => hasSizeOf('RSA', key),
  },
];

const unionRules: readonly RuleOn<CertificateFields>[] = [
  {
    field: 'privateKey',
    message: 'may not be specified when `csr` is specified',
    holds: ({ csr, privateKey }) => csr === undefined || privateKey === undefined,
  },
  {
    field: 'secretName',
    message: 'may not be specified when `csr` is specified: there is no key to keep',
    holds: ({ csr, secretName }) => csr === undefined || secretName === undefined,
  },
  {
    field: 'keystores',
    message: 'may not be specified when `csr` is specified: there is no key to keep',
    holds: ({ csr, keystores }) => csr === undefined || keystores === undefined,
  },
];

/** Rules on what a certificate shall be, in a DeviceCertificate or in the template of a device. */
export function certificateRules(kind: Kind, at: string): readonly CrossFieldRule[] {
  return [
    ...lifetimeRules(kind, at),
    ...rulesOn(kind, at, unionRules),
    ...rulesOn(kind, `${at}.privateKey`, privateKeyRules),
  ];
}

/** A revocation is for good: a revert of the manifest must not grant anything again. */
export const revokedRule: RuleOn<{ revoked?: unknown }> = {
  field: 'revoked',
  message: 'may not be changed or removed once it is set: the way back is a new object',
  holds: (self, old) => old?.revoked === undefined || isSame(self.revoked, old.revoked),
};

export const deviceCertificateRules: readonly CrossFieldRule[] = [
  ...rulesOn('DeviceCertificate', 'spec', [revokedRule]),
  ...rulesOn('DeviceCertificate', 'spec.deviceRef', [
    immutable('may not be changed: a certificate belongs to one device'),
  ]),
  ...certificateRules('DeviceCertificate', 'spec'),
];
