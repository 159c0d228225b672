/** Images as files, made without a registry: the one of the Dockerfile, Mosquitto's, and that of the sandboxes of pods. */
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export const pauseImage = 'docker.io/library/pause:test';
/** Of src/controllers/workload/pod.ts. */
const nextMosquittoImage = 'docker.io/library/eclipse-mosquitto:2.1.2-alpine';

/** Files with the image of this checkout and with those of Mosquitto; scripts/pods.sh makes what they are made of. */
export function preparedArchives(directory: string): readonly string[] {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const mosquitto = path.join(cache, 'mqtt-security-operator/images/mosquitto.tar');
  return [
    path.join(root, '.cache/e2e/mqtt-security-operator.tar'),
    ...[mosquitto, nextMosquittoArchive(directory, mosquitto)],
  ];
}

/** What a file with an image says of itself. */
interface ImageManifest {
  readonly Config: string;
  readonly Layers: readonly string[];
}

interface ImageConfiguration {
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

/**
 * File with the image of Mosquitto's other line, by the name under which the operator asks for it: the image of the first
 * one with the program of scripts/brokers.sh, its own libraries and its loader on top.
 */
function nextMosquittoArchive(directory: string, base: string): string {
  const folder = path.join(directory, 'mosquitto-image');
  const top = path.join(folder, 'root');
  for (const place of ['usr/sbin', 'usr/lib', 'opt']) mkdirSync(path.join(top, place), { recursive: true });
  const script = path.join(root, 'scripts/brokers.sh');
  const [, plugins = '', loader = '', , libraries = '', program = ''] = execFileSync(script, ['2.1'], {
    encoding: 'utf8',
  })
    .trim()
    .split('\t');
  cpSync(libraries, path.join(top, 'opt/mosquitto'), { recursive: true, verbatimSymlinks: true });
  copyFileSync(program, path.join(top, 'opt/mosquitto/program'));
  for (const name of ['mosquitto_acl_file.so', 'mosquitto_password_file.so']) {
    copyFileSync(path.join(plugins, name), path.join(top, 'usr/lib', name));
  }
  const words = `/opt/mosquitto/${path.basename(loader)} --library-path /opt/mosquitto /opt/mosquitto/program`;
  writeFileSync(path.join(top, 'usr/sbin/mosquitto'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  execFileSync('tar', ['--extract', '--file', base, '--directory', folder]);
  const [manifest] = jsonIn(folder, 'manifest.json') as readonly [ImageManifest];
  const configuration = jsonIn(folder, manifest.Config) as ImageConfiguration;
  const layer = layerOf(folder, '.');
  return archiveOf(folder, `${directory}/mosquitto-next.tar`, {
    name: nextMosquittoImage,
    layers: [...manifest.Layers, layer.file],
    configuration: {
      ...configuration,
      rootfs: { type: 'layers', diff_ids: [...configuration.rootfs.diff_ids, layer.id] },
    },
  });
}

/** File with an image of the one static program that holds the namespaces of a pod. */
export function pauseArchive(directory: string, program: string): string {
  const folder = path.join(directory, 'pause-image');
  mkdirSync(path.join(folder, 'root'), { recursive: true });
  copyFileSync(program, path.join(folder, 'root/pause'));
  const layer = layerOf(folder, 'pause');
  return archiveOf(folder, path.join(directory, 'pause.tar'), {
    ...{ name: pauseImage, layers: [layer.file] },
    configuration: {
      ...{ architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux' },
      config: { Entrypoint: ['/pause'], User: '65535:65535' },
      rootfs: { type: 'layers', diff_ids: [layer.id] },
    },
  });
}

/** Packs what is in `root` of this folder. */
function layerOf(folder: string, content: string): { readonly file: string; readonly id: string } {
  const file = 'layer.tar';
  const owner = ['--owner=0', '--group=0', '--numeric-owner'];
  const place = ['--file', path.join(folder, file), '--directory', `${folder}/root`];
  execFileSync('tar', ['--create', ...owner, ...place, content]);
  return { file, id: `sha256:${hash('sha256', readFileSync(path.join(folder, file)))}` };
}

interface ImageParts {
  readonly name: string;
  /** Files in the folder. */
  readonly layers: readonly string[];
  readonly configuration: object;
}

function archiveOf(folder: string, archive: string, { name, layers, configuration }: ImageParts): string {
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(configuration));
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: layers }];
  writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
  const files = ['manifest.json', 'config.json', ...layers];
  execFileSync('tar', ['--create', '--file', archive, '--directory', folder, ...files]);
  return archive;
}

function jsonIn(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
}
