import type { ConfigIssue } from './config-error.js';

/** One value from a layer, before conversion. */
export interface RawValue {
  /** Path of an existing setting. */
  readonly path: string;
  readonly value: unknown;
  readonly origin: string;
  /**
   * Whether the value is text from a variable or `--set`, to be parsed as the setting's type; YAML values are typed.
   */
  readonly untyped: boolean;
}

/** The values of one source of the configuration, and the mistakes in it. */
export interface Layer {
  readonly values: readonly RawValue[];
  readonly issues: readonly ConfigIssue[];
}

/** Combines several layers; later values override earlier ones. */
export function joinLayers(layers: readonly Layer[]): Layer {
  return {
    values: layers.flatMap((layer) => layer.values),
    issues: layers.flatMap((layer) => layer.issues),
  };
}
