import type { KubeObject } from '../../kube/object.ts';

/** The one MqttBroker that an agent serves: another one may come under its name, and is none of its business. */
export interface OwnBroker {
  /** Undefined until the first of its objects was seen, where nobody said it. */
  readonly uid: () => string | undefined;
  /** Whether an object belongs to it; the first object that is asked about decides where nobody said it. */
  readonly owns: (object: Owned) => boolean;
}

type Owned = Pick<KubeObject, 'metadata'>;

export function ownBroker(given?: string): OwnBroker {
  let uid = given;
  return {
    uid: () => uid,
    owns(object) {
      const owner = ownerUid(object);
      uid ??= owner;
      return owner !== undefined && owner === uid;
    },
  };
}

function ownerUid({ metadata }: Owned): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}
