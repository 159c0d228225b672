// Generated from crds/ by `npm run gen`: change the definitions, not this file.
import type { Kind } from '../domain/names.ts';

/** Lists of which no two items may have the same key; `[*]` stands for each item, `.*` for each value of a map. */
export const keyedLists: Readonly<Record<Kind, readonly { readonly at: string; readonly key: string }[]>> = {
  MqttBroker: [{"at":"spec.listeners","key":"name"},{"at":"spec.clientCertificates.trustedCas","key":"name"},{"at":"spec.acl.defaultTemplateRefs","key":"name"},{"at":"spec.workload.managed.imagePullSecrets","key":"name"},{"at":"spec.tokens.issuers","key":"issuer"},{"at":"spec.tokens.issuers[*].requiredClaims","key":"name"}],
  AclTemplate: [],
  MqttDevice: [{"at":"spec.templateRefs","key":"name"}],
  DeviceCertificate: [],
  BrokerInstance: [],
};
