/** Where the stub of an API server is, and what it knows. */
import { KubeConfig } from '@kubernetes/client-node';

export interface StubAddress {
  readonly url: string;
  /** PEM of the CA of its certificate. */
  readonly ca: string;
}

export const smallPath = '/api/v1/namespaces/plant/configmaps/main';
export const devicesPath = '/apis/mqttsecurity.io/v1alpha1/mqttdevices';

export function configFor({ url, ca }: StubAddress): KubeConfig {
  const config = new KubeConfig();
  const caData = Buffer.from(ca).toString('base64');
  config.loadFromClusterAndUser(
    { name: 'stub', server: url, caData, skipTLSVerify: false },
    { name: 'bench', token: 't' },
  );
  return config;
}
