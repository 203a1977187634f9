import type { AimedFigure } from './aims.ts';
import type { Bench } from './bench.ts';
import type { Rounds } from './measure.ts';
import type { Kept } from './results.ts';

/**
 * A part of the benchmark that is run by itself (`--<name>`): what it measures, and what the documentation shows of it.
 * `Result` is stored in docs/benchmark.json, so it consists of JSON values.
 */
export interface Section<Result = unknown> {
  /** Number of rounds and their length, if the command line does not say otherwise. */
  readonly plan: Rounds;
  /** Returns why this machine cannot measure it, for example because a program is missing; undefined if it can. */
  unavailable?(): string | undefined;
  /** Starts the servers that it needs, and measures them. */
  measure(bench: Bench): Promise<Result>;
  /** Returns the generated parts of the documentation as Markdown, by the name of their marks (`<!-- name -->`). */
  blocks(kept: Kept<Result>): Record<string, string>;
  /** Returns the figures that have an aim, whether or not they miss it. */
  aims?(kept: Kept<Result>): AimedFigure[];
  /** Returns the charts of docs/images, by name. */
  images?(kept: Kept<Result>): Record<string, string>;
}
