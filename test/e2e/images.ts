/** Images as files, made without a registry: the one of the Dockerfile, Mosquitto's, and that of the sandboxes of pods. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export const pauseImage = 'docker.io/library/pause:test';

/** Files with the image of this checkout and with that of Mosquitto; scripts/pods.sh makes them. */
export function preparedArchives(): readonly string[] {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  return [
    path.join(root, '.cache/e2e/mqtt-security-operator.tar'),
    path.join(cache, 'mqtt-security-operator/images/mosquitto.tar'),
  ];
}

/** File with an image of the one static program that holds the namespaces of a pod. */
export function pauseArchive(directory: string, program: string): string {
  const folder = path.join(directory, 'pause-image');
  mkdirSync(path.join(folder, 'root'), { recursive: true });
  copyFileSync(program, path.join(folder, 'root/pause'));
  execFileSync('tar', ['--create', '--file', path.join(folder, 'layer.tar'), '--directory', `${folder}/root`, 'pause']);
  const layer = createHash('sha256')
    .update(readFileSync(path.join(folder, 'layer.tar')))
    .digest('hex');
  const configuration = {
    ...{ architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux' },
    config: { Entrypoint: ['/pause'], User: '65535:65535' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
  };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(configuration));
  const manifest = [{ Config: 'config.json', RepoTags: [pauseImage], Layers: ['layer.tar'] }];
  writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
  const archive = path.join(directory, 'pause.tar');
  const files = ['manifest.json', 'config.json', 'layer.tar'];
  execFileSync('tar', ['--create', '--file', archive, '--directory', folder, ...files]);
  return archive;
}
