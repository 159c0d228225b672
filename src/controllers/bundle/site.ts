/** Where a set lies and whose it is. */
import { childLabels } from '../../api/labels.ts';
import { mqttBrokers } from '../../api/kinds.ts';
import type { PartName } from '../../domain/bundle/content.ts';
import { bundleLayout, ledgerLayout, type LedgerPart, type SetLayout } from '../../domain/bundle/objects.ts';
import { apiVersion, objectKey } from '../../domain/names.ts';
import type { CaKeyId } from '../../domain/pki/certificate.ts';
import type { OwnerReference } from '../../kube/object.ts';
import { ownerReference } from '../apply.ts';
import type { Meta } from '../declared.ts';

export interface SetSite<P extends string> {
  readonly layout: SetLayout<P>;
  readonly namespace: string;
  /** Every object of the set carries them; without an owner they are what makes an object ours. */
  readonly labels: Readonly<Record<string, string>>;
  readonly owner?: OwnerReference;
}

/** The bundle of a broker: gone with it. */
export function bundleSite(broker: Meta): SetSite<PartName> {
  const { namespace, name } = broker;
  return {
    layout: bundleLayout(objectKey(namespace, name)),
    namespace,
    labels: childLabels('bundle', name),
    owner: ownerReference(mqttBrokers, apiVersion, broker),
  };
}

/** The ledger of a CA key, owned by no object: it outlives all brokers. */
export function ledgerSite(namespace: string, ca: CaKeyId): SetSite<LedgerPart> {
  return { layout: ledgerLayout(ca), namespace, labels: childLabels('ledger') };
}
