import { join } from 'node:path';

import ts from 'typescript';

import type { Manifest } from './kustomize.js';

/** Who publishes the schemas of a group; what Kubernetes has itself is in the first. */
const KUBERNETES = 'kubernetes-models';
const OTHERS: Record<string, string> = {
  'networking.istio.io': '@kubernetes-models/istio',
  'security.istio.io': '@kubernetes-models/istio',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
};

/** Where the manifest's class is: it validates by the schema that the API publishes. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${OTHERS[group] ?? KUBERNETES}/${apiVersion}/${kind}`;
}

/** Fails unless the manifest has the form that the API's schema asks for. */
export async function validate(manifest: Manifest): Promise<void> {
  const { [manifest.kind]: Model } = await import(moduleOf(manifest));
  new Model(manifest).validate();
}

/**
 * Fields that the API does not know, and values it does not list: schemas let unknown fields pass, and the API server drops them.
 * The types that come with the schemas do not, so the manifests are compiled as values of their types.
 */
export function unknownFields(manifests: Manifest[]): string[] {
  const file = join(import.meta.dirname, 'manifests.ts');
  const source = manifests.map((manifest, index) => declared(manifest, index)).join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, version) =>
    path === file ? ts.createSourceFile(path, source, version) : getSourceFile(path, version);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

function declared(manifest: Manifest, index: number): string {
  const type = `I${manifest.kind}`;
  return `import type { ${type} as T${index} } from ${JSON.stringify(moduleOf(manifest))};
    const value${index}: T${index} = ${JSON.stringify(manifest)};`;
}
