/**
 * Reasons of conditions. They are API: people alert on them. Each has a line saying what it means and what to do,
 * from which the documentation is generated.
 */
export const reasons = {
  Accepted: 'The object is valid.',
  Invalid: 'A field is wrong: read the message, correct the manifest.',
  Conflicted: 'An older object holds this identity on the broker or on its CA: rename or delete one of the two.',
  NotAllowed: 'The broker does not admit this namespace or role: ask its owner to widen `allowedNamespaces`.',
  OverBroad: 'A rule reaches further than its role may: narrow the topic.',
  TooLarge: 'The broker would stall on a rule set of this size: use layout Patterns, Mosquitto 2.1 or a second broker.',
  ResolvedRefs: 'Everything the object refers to was found.',
  TemplateNotFound: 'The AclTemplate named in `templateRefs` does not exist in this namespace.',
  BrokerNotFound: 'The MqttBroker named in `brokerRef` does not exist.',
  DeviceNotFound: 'The MqttDevice named in `deviceRef` does not exist.',
  IssuerNotFound: 'The issuer named by the broker does not exist.',
  ParametersInvalid: 'A parameter of a template is missing, unknown or out of bounds.',
  CaNotFound: 'A CA that the broker trusts, or its revocation list, is not there or cannot be used: read the message.',
  CaInUse: 'Devices still use a CA that would no longer be trusted: keep it in `trustedCas` until they are renewed.',
  LedgerDamaged: 'The ledger of a CA cannot be read: restore its ConfigMaps, or delete its index to have it rebuilt.',
  SignerForbidden: 'The secret that signs the revocation list cannot be read.',
  SignerKeyUnstable: 'The CA certificate renews with a new key: set its rotationPolicy to Never.',
  Issued: 'The certificate exists and is within its dates.',
  Issuing: 'The certificate is being issued.',
  Expired: 'The certificate, or the object, is past its end.',
  SerialUnknown: 'The serial number of the certificate was not seen; it is issued again.',
  CsrRefused: 'The certificate signing request does not fit this device.',
  Programmed: 'Every expected instance of the broker has loaded this and proved it.',
  Pending: 'The broker has not proved this yet.',
  Refused: 'The gate of the agent refused the bundle: the last good set stays in force.',
  PartiallyProgrammed: 'Some instances of the broker have not proved this yet.',
  NoInstances: 'No instance of the broker is known.',
  Ready: 'All is as the manifest says, proven at the broker.',
  Suspended: 'The device is suspended and proven so.',
  Revoked: 'The device is revoked and proven so.',
  Locked: 'The device is locked out for a while because of its own acts.',
} as const;

export type Reason = keyof typeof reasons;
