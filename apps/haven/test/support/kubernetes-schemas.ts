import { join } from 'node:path';

import ts from 'typescript';

import type { Manifest } from './kustomize.js';

/** The package with the schemas of Kubernetes itself. */
const KUBERNETES = 'kubernetes-models';
/** The packages with the schemas of other API groups. */
const OTHERS: Record<string, string> = {
  'networking.istio.io': '@kubernetes-models/istio',
  'security.istio.io': '@kubernetes-models/istio',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
};

/** The parsed declarations of the models and of JavaScript, which all manifests share. */
const declarations = new Map<string, ts.SourceFile | undefined>();

/** Returns the module of the model class for a manifest's kind. The class validates against the schema of the API. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${OTHERS[group] ?? KUBERNETES}/${apiVersion}/${kind}`;
}

/** Throws if the manifest does not match the schema of its API. */
export async function validate(manifest: Manifest): Promise<void> {
  const { [manifest.kind]: Model } = await import(moduleOf(manifest));
  new Model(manifest).validate();
}

/**
 * Reports fields and enum values that the API does not define. The schemas accept unknown fields, which the API server
 * drops. The types that come with the schemas do not accept them, so the manifests are compiled as values of these
 * types.
 */
export function unknownFields(manifests: Manifest[]): string[] {
  const file = join(import.meta.dirname, 'manifests.ts');
  const source = manifests.map((manifest, index) => declared(manifest, index)).join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es2022.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, version) => {
    if (path === file) return ts.createSourceFile(path, source, version);
    if (!declarations.has(path)) declarations.set(path, getSourceFile(path, version));
    return declarations.get(path);
  };
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

function declared(manifest: Manifest, index: number): string {
  const type = `I${manifest.kind}`;
  return `import type { ${type} as T${index} } from ${JSON.stringify(moduleOf(manifest))};
    const value${index}: T${index} = ${JSON.stringify(manifest)};`;
}
