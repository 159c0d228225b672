/** The manifest by which Krew installs `kubectl mqttsec`. */
import { dump } from 'js-yaml';

export interface KrewRelease {
  readonly version: string;
  readonly description: string;
  /** Address of the archive with the command line. */
  readonly archive: string;
  /** Of that archive, hexadecimal. */
  readonly sha256: string;
}

export function krewManifest({ version, description, archive, sha256 }: KrewRelease): string {
  const platform = (os: string, arch: string) => ({
    ...{ selector: { matchLabels: { os, arch } }, uri: archive, sha256 },
    ...{ bin: 'bin/kubectl-mqttsec', files: [{ from: '*', to: '.' }] },
  });
  return dump(
    {
      ...{ apiVersion: 'krew.googlecontainertools.github.com/v1alpha2', kind: 'Plugin', metadata: { name: 'mqttsec' } },
      spec: {
        version: `v${version}`,
        homepage: new URL('.', archive).href,
        shortDescription: 'Identities and topic rights of MQTT devices',
        description,
        caveats: 'The plugin is run by Node.js 22.19 or newer, which has to be on the PATH.',
        platforms: ['linux', 'darwin'].flatMap((os) => ['amd64', 'arm64'].map((arch) => platform(os, arch))),
      },
    },
    { lineWidth: 120, noRefs: true },
  );
}
