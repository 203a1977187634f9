import type { Mistake } from './config-error.js';

/** One value as a layer gave it, not yet converted. */
export interface Given {
  /** A setting that exists. */
  readonly path: string;
  readonly value: unknown;
  readonly origin: string;
  /** Text from a variable or `--set` is read as the setting's type; YAML has types of its own. */
  readonly untyped: boolean;
}

/** What one source of the configuration says, and what is wrong with the way it says it. */
export interface Layer {
  readonly given: readonly Given[];
  readonly mistakes: readonly Mistake[];
}

/** Several sources as one, in the order in which the later wins. */
export function joinLayers(layers: readonly Layer[]): Layer {
  return {
    given: layers.flatMap((layer) => layer.given),
    mistakes: layers.flatMap((layer) => layer.mistakes),
  };
}
