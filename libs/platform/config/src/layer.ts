import type { ConfigIssue } from './config-error.js';

/** One value as a layer gave it, not yet converted. */
export interface RawValue {
  /** A setting that exists. */
  readonly path: string;
  readonly value: unknown;
  readonly origin: string;
  /** Text from a variable or `--set` is read as the setting's type; YAML has types of its own. */
  readonly untyped: boolean;
}

/** What one source of the configuration says, and what is wrong with the way it says it. */
export interface Layer {
  readonly values: readonly RawValue[];
  readonly issues: readonly ConfigIssue[];
}

/** Several sources as one, in the order in which the later wins. */
export function joinLayers(layers: readonly Layer[]): Layer {
  return {
    values: layers.flatMap((layer) => layer.values),
    issues: layers.flatMap((layer) => layer.issues),
  };
}
