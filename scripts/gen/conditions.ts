import type { Reason } from '../../src/domain/reasons.ts';

/** The conditions in the order in which an object gets them, with what each says. */
export const conditionTypes = {
  Accepted: 'the object is valid here',
  ResolvedRefs: 'all that it refers to is there and can be used',
  Issued: 'the certificate exists and is within its dates',
  Acknowledged: 'the device said that it uses the certificate',
  Programmed: 'every expected instance of the broker has loaded this and proved it',
  Ready: 'the summary',
} as const;

/**
 * The conditions that carry a reason of their own. `Ready`, `Reconciling` and `Stalled` also carry the reason of the
 * condition that decides, which is not repeated here.
 */
export const conditionsOf: Readonly<Record<Reason, readonly (keyof typeof conditionTypes)[]>> = {
  Accepted: ['Accepted'],
  Invalid: ['Accepted', 'ResolvedRefs'],
  Conflicted: ['Accepted'],
  NotAllowed: ['Accepted'],
  OverBroad: ['Accepted'],
  TooLarge: ['Accepted', 'Programmed'],
  CsrRefused: ['Accepted'],
  ResolvedRefs: ['ResolvedRefs'],
  TemplateNotFound: ['ResolvedRefs'],
  TemplateInvalid: ['ResolvedRefs'],
  BrokerInvalid: ['ResolvedRefs'],
  BrokerNotFound: ['ResolvedRefs'],
  DeviceNotFound: ['ResolvedRefs'],
  IssuerNotFound: ['ResolvedRefs'],
  ParametersInvalid: ['ResolvedRefs'],
  CaNotFound: ['ResolvedRefs'],
  CaInUse: ['ResolvedRefs'],
  CrlInvalid: ['ResolvedRefs'],
  CrlExpiring: ['ResolvedRefs'],
  IssuerNotTrusted: ['ResolvedRefs'],
  LedgerDamaged: ['ResolvedRefs'],
  SignerForbidden: ['ResolvedRefs'],
  ClockSkewed: ['ResolvedRefs'],
  SignerKeyUnstable: ['ResolvedRefs'],
  SecretNotFound: ['ResolvedRefs'],
  CertManagerAbsent: ['ResolvedRefs', 'Issued', 'Programmed'],
  NotOurs: ['ResolvedRefs', 'Issued', 'Programmed'],
  Issued: ['Issued'],
  Issuing: ['Issued'],
  Expired: ['Issued', 'Ready'],
  SerialUnknown: ['Issued'],
  Acknowledged: ['Acknowledged'],
  AwaitingAcknowledgement: ['Acknowledged'],
  NotAcknowledged: ['Acknowledged'],
  IssuanceFailed: ['Issued'],
  SecretNotOurs: ['Issued'],
  Programmed: ['Programmed'],
  Pending: ['Programmed'],
  Refused: ['Programmed'],
  DynamicSecurity: ['Programmed'],
  PartiallyProgrammed: ['Programmed'],
  NoInstances: ['Programmed'],
  Ready: ['Ready'],
  Suspended: ['Ready'],
  Revoked: ['Issued', 'Ready'],
  Locked: ['Ready'],
};
