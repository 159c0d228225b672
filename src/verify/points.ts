import type { Random } from '../ports.ts';
import type { Point } from './point.ts';
import {
  certificateRequired,
  credentialsAdmitted,
  expiredCertificateRefused,
  foreignCertificateRefused,
  noAnonymousAccess,
  revokedCertificateRefused,
  wrongPasswordRefused,
} from './points/authentication.ts';
import { floodSurvived, oversizeRefused, takeoverImpossible } from './points/limits.ts';
import {
  noCrossReach,
  ownTopicsAllowed,
  publishLimited,
  receiveLimited,
  retainedLimited,
  willLimited,
} from './points/topics.ts';
import { noPlainListener, serverCertificateValid, weakTlsRefused } from './points/transport.ts';

/** The checklist, in the order in which it is gone through. */
export function checklist(random: Random): readonly Point[] {
  return [
    serverCertificateValid,
    weakTlsRefused,
    noPlainListener,
    credentialsAdmitted,
    noAnonymousAccess,
    certificateRequired,
    foreignCertificateRefused(random),
    expiredCertificateRefused,
    revokedCertificateRefused,
    wrongPasswordRefused,
    ownTopicsAllowed,
    publishLimited,
    receiveLimited,
    noCrossReach,
    retainedLimited,
    willLimited,
    takeoverImpossible,
    oversizeRefused,
    floodSurvived,
  ];
}
