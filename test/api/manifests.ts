/**
 * What each kind accepts and what it refuses: one table for both places where manifests are checked, offline (here) and
 * by the API server (tier cluster). Rows for single bounds are derived from crds/ by breaking accepted manifests.
 */
import type { Kind } from '../../src/domain/names.ts';
import { boundRows } from './manifests/bounds.ts';
import { brokerRows } from './manifests/broker.ts';
import { certificateRows } from './manifests/certificate.ts';
import { deviceRows } from './manifests/device.ts';
import { instanceRows } from './manifests/instance.ts';
import { templateRows } from './manifests/template.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

export interface ManifestRow {
  readonly name: string;
  readonly manifest: Manifest;
  readonly accepted: boolean;
  /** Part of the message that a cross-field rule gives; both checkers use the same words. */
  readonly message?: string;
  /** Part of the path of the field that is refused. */
  readonly path?: string;
  /** JSON Schema keyword that refuses it offline; the API server says the same in other words. */
  readonly keyword?: string;
  /** A second version: `accepted` and the rest are then about the update from `manifest` to it. */
  readonly update?: Manifest;
}

const written: readonly ManifestRow[] = [
  ...brokerRows,
  ...templateRows,
  ...deviceRows,
  ...certificateRows,
  ...instanceRows,
];

export const manifestRows: readonly ManifestRow[] = [...written, ...boundRows(written)];
