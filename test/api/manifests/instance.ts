import type { ManifestRow } from '../manifests.ts';
import { accepts, manifestOf, mayNotUpdate, mayUpdate } from './build.ts';

const instance = manifestOf('BrokerInstance', { brokerRef: { name: 'plant' } });
const podUid = 'f0a1c2d3-0000-4000-8000-000000000001';
const otherPod = 'may not be changed: another pod is another instance';

export const instanceRows: readonly ManifestRow[] = [
  accepts('an external instance', instance()),
  accepts('an instance in a pod', instance({ podUid })),
  mayUpdate(instance, 'changes nothing', { podUid }, { podUid }),
  mayNotUpdate(instance, 'changes the broker', {
    to: { brokerRef: { name: 'other' } },
    path: 'spec.brokerRef',
    message: 'may not be changed: an instance belongs to one broker',
  }),
  mayNotUpdate(instance, 'changes the pod', {
    from: { podUid },
    to: { podUid: 'other' },
    path: 'spec.podUid',
    message: otherPod,
  }),
  mayNotUpdate(instance, 'adds a pod', { to: { podUid }, path: 'spec.podUid', message: otherPod }),
  mayNotUpdate(instance, 'removes the pod', { from: { podUid }, to: {}, path: 'spec.podUid', message: otherPod }),
];
