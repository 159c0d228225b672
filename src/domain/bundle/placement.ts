/** Where the files of a broker lie and under which name it runs: what the world decides, not the manifests. */
export interface Placement {
  /** The link that always points to the generation in force; all paths in mosquitto.conf go through it. */
  readonly directory: string;
  /** The user that Mosquitto keeps or becomes; always rendered, for without it a broker started by root changes user. */
  readonly user: string;
  /** Where `mosquitto_acl_file.so` and `mosquitto_password_file.so` lie; needed by dialect 2.1. */
  readonly pluginDirectory: string;
  /** Where sessions and retained messages are saved; absent = not saved. */
  readonly persistenceDirectory?: string;
  /** Address that the listeners bind; absent = all. */
  readonly bindAddress?: string;
  /** Port of a listener, by its name, where it is not the one of the manifest. */
  readonly ports: ReadonlyMap<string, number>;
}

/** The placement inside the image, where 2.1-alpine has its plugins among the libraries; `render` shows files for it. */
export const imagePlacement: Placement = {
  directory: '/mosquitto/current',
  user: 'mosquitto',
  pluginDirectory: '/usr/lib',
  persistenceDirectory: '/mosquitto/data',
  ports: new Map(),
};
