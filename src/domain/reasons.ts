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
  TemplateInvalid: 'An AclTemplate in use is invalid: correct it. Devices keep the rights that they had before.',
  BrokerInvalid: 'The MqttBroker named in `brokerRef` is invalid: correct it. What was published stays in force.',
  BrokerNotFound: 'The MqttBroker named in `brokerRef` does not exist.',
  DeviceNotFound: 'The MqttDevice named in `deviceRef` does not exist.',
  CertManagerAbsent: 'The kinds of cert-manager cannot be read: install it. What was published stays in force.',
  IssuerNotFound: 'The issuer named by the broker does not exist.',
  ParametersInvalid: 'A parameter of a template is missing, unknown or out of bounds.',
  CaNotFound: 'A CA that the broker trusts, or its revocation list, is not there or cannot be used: read the message.',
  CaInUse: 'Devices still use a CA that is not named any more: it stays trusted until they are renewed.',
  CrlInvalid: 'A revocation list that somebody else signs cannot be used: the last good one stays as long as it lasts.',
  CrlExpiring: 'A revocation list ends soon and is not renewed: when it ends all devices of its CA are refused.',
  IssuerNotTrusted:
    'The broker does not trust the CA of its issuer, or of a certificate: add it to `trustedCas`. Certificates stay as they are.',
  LedgerDamaged: 'The ledger of a CA is not whole: see docs/guides/restore.md before anything of it is deleted.',
  SignerForbidden: 'The secret that signs the revocation list cannot be read.',
  ClockSkewed:
    'The clock of the operator is off by over a minute: set the clock of its node. Nothing is signed until it is right.',
  SignerKeyUnstable: 'The CA certificate renews with a new key: set its rotationPolicy to Never.',
  Issued: 'The certificate exists and is within its dates.',
  NotOurs: 'An object of somebody else has the name of one that is needed: delete or rename it.',
  Acknowledged: 'The device said that it uses its present certificate.',
  AwaitingAcknowledgement: 'The device was told of its new certificate, or asked for a signing request: it has time.',
  NotAcknowledged:
    'Half of its time is over, and the device did not answer: its former certificate ends. See that it can be reached.',
  Issuing: 'The certificate is being issued.',
  Expired: 'The certificate, or the object, is past its end.',
  SerialUnknown: 'The serial number of the certificate was not seen; it is issued again.',
  IssuanceFailed: 'The issuer refused or failed: the message says why; it is tried again by itself.',
  SecretNotOurs: 'A Secret of that name exists and was not made for this object: rename or delete one of the two.',
  SecretNotFound:
    'The Secret with the password is not there or cannot be used: the password that was there last stays.',
  CsrRefused: 'The certificate signing request does not fit this device.',
  Programmed: 'Every expected instance of the broker has loaded this and proved it.',
  Pending: 'The broker has not proved this yet.',
  Refused: 'The gate of the agent refused the bundle: the last good set stays in force.',
  DynamicSecurity:
    'The broker has loaded the dynamic-security plugin, which decides over rights, too: take it out of what starts it.',
  PartiallyProgrammed: 'Some instances of the broker have not proved this yet.',
  NoInstances: 'No instance of the broker is known.',
  Ready: 'All is as the manifest says, proven at the broker.',
  Suspended: 'The device is suspended and proven so.',
  Revoked: 'The device is revoked and proven so.',
  Locked: 'The device is locked out for a while because of its own acts.',
} as const;

export type Reason = keyof typeof reasons;
