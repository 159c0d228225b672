/** Claims in the Secrets of a broker, for who serves enrolment there. */
import { secrets } from '../../api/kinds.ts';
import { enrolmentFieldManager } from '../../api/labels.ts';
import { type Claim, claimIn } from '../../domain/enrol/claim.ts';
import { claimSecretName, secretText, takenKey } from '../../domain/enrol/claim-secret.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { ClaimStore } from '../../enrol/registrar.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound } from '../../kube/errors.ts';
import { keyParts } from '../../kube/object.ts';

/** So often somebody else may write the Secret between our reading and writing it before it is an error. */
const mostTries = 20;

/**
 * Asks the server each time. Who takes a claim writes to the version of the Secret that it has read, so that of any number
 * of replicas at the same moment one alone does.
 */
export function secretClaims(client: Pick<KubeClient, 'get' | 'patchJson'>, broker: ObjectKey): ClaimStore {
  const { namespace } = keyParts(broker);

  async function secretOf(id: string) {
    try {
      return await client.get(secrets, namespace, claimSecretName(broker, id));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  return {
    async claim(id) {
      const text = secretText((await secretOf(id))?.data, id);
      return text === undefined ? undefined : knownClaim(text, id, claimSecretName(broker, id));
    },
    async take(id, requestHash) {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const secret = await secretOf(id);
        const by = secretText(secret?.data, takenKey(id));
        if (by !== undefined) return by === requestHash ? 'TakenBefore' : 'TakenByOther';
        // One that was removed meanwhile.
        if (secret?.data?.[id] === undefined) return 'TakenByOther';
        const { name, resourceVersion } = secret.metadata;
        const operations = [
          { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
          { op: 'add', path: `/data/${takenKey(id)}`, value: Buffer.from(requestHash).toString('base64') },
        ] as const;
        try {
          await client.patchJson(secrets, namespace, name, operations, { fieldManager: enrolmentFieldManager });
          return 'Taken';
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
      }
      throw new Error(`take claim ${id}: Secret ${claimSecretName(broker, id)} was written by others all the time`);
    },
  };
}

/** One under another's id would be taken under that. */
function knownClaim(text: string, id: string, secret: string): Claim {
  const claim = claimIn(text);
  if (!claim.ok) throw new Error(`read claim ${id} in Secret ${secret}: ${claim.problem}`);
  if (claim.value.id !== id) throw new Error(`read claim ${id} in Secret ${secret}: it is of another id`);
  return claim.value;
}
