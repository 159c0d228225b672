import type { FindingKind } from './kind.ts';

/** Of an audit: what is valid and unwise. */
export const auditedFindings = {
  MQS240: {
    severity: 'Warning',
    title: 'Rule never has effect',
    fix: 'Remove the rule, or narrow the Deny that takes all of it away.',
  },
  MQS241: {
    severity: 'Info',
    title: 'Rule gives what others give already',
    fix: 'Remove one of the rules: rights that are written once are taken back at once.',
  },
  MQS242: {
    severity: 'Info',
    title: 'Deny takes nothing away',
    fix: 'Remove it, or see whether its topic was meant to be another one.',
  },
  MQS243: {
    severity: 'Warning',
    title: 'Device reaches topics of other devices',
    fix: 'Write `{device}` where the wildcard or the group stands, or give the task to a Backend.',
  },
  MQS244: {
    severity: 'Warning',
    title: 'Rule gives every topic',
    fix: 'Name the first level of what is needed, such as `sensors/#`.',
  },
  MQS245: {
    severity: 'Info',
    title: 'Rule has ended',
    fix: 'Remove the rule from the device.',
  },
  MQS246: {
    severity: 'Info',
    title: 'Template is not used',
    fix: 'Delete it, or keep it for devices to come.',
  },
  MQS247: {
    severity: 'Info',
    title: 'Devices have the role Admin',
    fix: 'Keep them few, and have each of them looked at from time to time.',
  },
  MQS248: {
    severity: 'Warning',
    title: 'Certificates live long',
    fix: 'Set a `duration` of at most 398 days; renewal is automatic.',
  },
  MQS249: {
    severity: 'Info',
    title: 'Key is weak or stays the same',
    fix: 'Use ECDSA with 256 bits or RSA with 3072, and `rotationPolicy: Always`.',
  },
  MQS250: {
    severity: 'Error',
    title: 'CA of somebody else may assert every identity',
    fix: 'Give what it issues for a broker of its own, or have its certificates issued by a CA of ours.',
  },
  MQS251: {
    severity: 'Warning',
    title: 'Passwords cross the network in the clear',
    fix: 'Set `tls: true` on the listener.',
  },
  MQS252: {
    severity: 'Warning',
    title: 'Certificate ends and was not renewed',
    fix: 'Look at the conditions of the DeviceCertificate; `mqttsec renew` asks for another one.',
  },
  MQS253: {
    severity: 'Info',
    title: 'Device has no rights',
    fix: 'Give it a template or rules, or delete it.',
  },
  MQS254: {
    severity: 'Warning',
    title: 'Device was not seen',
    fix: 'Delete the device, or suspend it until it is needed: what nobody uses nobody misses when it is stolen.',
  },
  MQS255: {
    severity: 'Info',
    title: 'Right to publish was not used',
    fix: 'Remove the rule, or its action Publish, unless what it is for comes seldom.',
  },
} as const satisfies Record<`MQS${string}`, FindingKind>;
