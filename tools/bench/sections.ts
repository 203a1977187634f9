import type { Kept, Results } from './results.ts';
import type { Section } from './section.ts';
import { background } from './sections/background.ts';
import { batches } from './sections/batches.ts';
import { cache } from './sections/cache.ts';
import { browserConsole } from './sections/console.ts';
import { feed } from './sections/feed.ts';
import { imports } from './sections/imports.ts';
import { indexes } from './sections/indexes.ts';
import { limits } from './sections/limits.ts';
import { memory } from './sections/memory.ts';
import { overload } from './sections/overload.ts';
import { parts } from './sections/parts.ts';
import { peers } from './sections/peers.ts';
import { profiles } from './sections/profiles.ts';
import { queries } from './sections/queries.ts';
import { requests } from './sections/requests.ts';
import { starts } from './sections/starts.ts';
import { telemetry } from './sections/telemetry.ts';
import { typed } from './sections/typed.ts';
import { webhooks } from './sections/webhooks.ts';
import { workers } from './sections/workers.ts';

/**
 * The sections of the benchmark in the order in which they run: those that take longest are the last ones. Each has an
 * option of its name (`--feed`), a member in docs/benchmark.json, and generated parts in the documentation.
 */
export const sections: Readonly<Record<string, Section>> = {
  requests,
  background,
  parts,
  overload,
  workers,
  peers,
  starts,
  batches,
  feed,
  imports,
  limits,
  telemetry,
  profiles,
  webhooks,
  cache,
  console: browserConsole,
  typed,
  indexes,
  queries,
  memory,
};

/** Returns the sections that have a kept result, with that result. */
export function keptSections(results: Results): [section: Section, kept: Kept][] {
  return Object.entries(sections).flatMap(([name, section]) => {
    const kept = results[name];
    return kept ? [[section, kept] satisfies [Section, Kept]] : [];
  });
}

export function sectionOf(name: string): Section {
  const section = sections[name];
  if (!section) throw new Error(`Unknown section ${name}; use one of ${Object.keys(sections).join(', ')}.`);
  return section;
}
