import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { applyPatch } from 'rfc6902';
import type { Operation } from 'rfc6902';
import { parse, parseAllDocuments } from 'yaml';

/** A Kubernetes object as written in its file. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: any;
}

interface Kustomization {
  resources: string[];
  namespace?: string;
  images?: { name: string; newName: string; newTag: string }[];
  patches?: { target: { kind: string; name: string }; patch: string }[];
}

const SUPPORTED_FIELDS = ['apiVersion', 'kind', 'resources', 'namespace', 'images', 'patches'];

/** Cluster-scoped kinds, which have no namespace. */
const CLUSTER_WIDE = ['Namespace'];

/**
 * Renders a directory as `kubectl kustomize` does. It supports only the fields that Haven's own kustomizations use, and
 * throws for any other.
 */
export function kustomize(directory: string): Manifest[] {
  const file = join(directory, 'kustomization.yaml');
  const kustomization: Kustomization = parse(readFileSync(file, 'utf8'));
  const unsupported = Object.keys(kustomization).filter((field) => !SUPPORTED_FIELDS.includes(field));
  if (unsupported.length > 0) throw new Error(`${file} uses unsupported fields: ${unsupported.join(', ')}.`);
  const manifests = kustomization.resources.flatMap((resource) => read(join(directory, resource)));
  for (const patch of kustomization.patches ?? []) applyTo(manifests, patch);
  for (const image of kustomization.images ?? []) rename(manifests, image);
  for (const manifest of manifests) setNamespace(manifest, kustomization.namespace);
  return manifests;
}

function read(path: string): Manifest[] {
  if (statSync(path).isDirectory()) return kustomize(path);
  const documents = parseAllDocuments(readFileSync(path, 'utf8'));
  // Copies through JSON: otherwise all uses of a YAML alias would be one object, and a patch of one would change the
  // others.
  return documents.map((document) => JSON.parse(JSON.stringify(document)));
}

function applyTo(manifests: Manifest[], { target, patch }: { target: { kind: string; name: string }; patch: string }) {
  const found = manifests.filter(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
  if (found.length === 0) throw new Error(`There is no ${target.kind} ${target.name} to patch.`);
  const operations: Operation[] = parse(patch);
  for (const failure of found.flatMap((manifest) => applyPatch(manifest, operations))) if (failure) throw failure;
}

function rename(manifests: Manifest[], { name, newName, newTag }: { name: string; newName: string; newTag: string }) {
  for (const container of manifests.flatMap(containersOf)) {
    if (container.image.split(':')[0] === name) container.image = `${newName}:${newTag}`;
  }
}

function setNamespace(manifest: Manifest, namespace: string | undefined): void {
  if (namespace !== undefined && !CLUSTER_WIDE.includes(manifest.kind)) manifest.metadata.namespace = namespace;
}

/** Returns the containers of an object that creates pods. */
export function containersOf(manifest: Manifest): any[] {
  return manifest['spec']?.template?.spec?.containers ?? [];
}
