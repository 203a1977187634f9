import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { root } from '../../tool.ts';
import { readResults } from '../results.ts';
import type { Results } from '../results.ts';
import { keptSections } from '../sections.ts';
import { derivedBlocks, derivedImages } from './derived.ts';

/** The pages whose figures the benchmark makes. */
const PAGES = ['performance', 'capacity', 'service-levels', 'caching'].map((name) => `docs/${name}.md`);

/** A generated part of a page: the text between two comments. */
const BLOCK = /<!-- ([\w-]+) -->\n([\s\S]*?)<!-- \/\1 -->/g;

const NOT_MEASURED = 'Not measured yet.';

/** Writes the pages and charts that differ from the results in docs/benchmark.json. */
export async function writePages(): Promise<void> {
  for (const [path, text] of Object.entries(await benchmarkPages())) writeFileSync(join(root, path), text);
}

/** Generates the figures of the pages and the charts from docs/benchmark.json. Returns the files by path. */
export async function benchmarkPages(): Promise<Record<string, string>> {
  const results = readResults();
  const blocks = blocksOf(results);
  const pages = await Promise.all(PAGES.map(async (path) => [path, await pageWith(blocks, path)] as const));
  return { ...Object.fromEntries(pages), ...imagesOf(results) };
}

function blocksOf(results: Results): ReadonlyMap<string, string> {
  const own = keptSections(results).flatMap(([section, kept]) => Object.entries(section.blocks(kept)));
  return new Map([...own, ...Object.entries(derivedBlocks(results))]);
}

function imagesOf(results: Results): Record<string, string> {
  const own = keptSections(results).flatMap(([section, kept]) => Object.entries(section.images?.(kept) ?? {}));
  const images = [...own, ...Object.entries(derivedImages(results))];
  return Object.fromEntries(images.map(([name, image]) => [`docs/images/${name}.svg`, image]));
}

async function pageWith(blocks: ReadonlyMap<string, string>, path: string): Promise<string> {
  const file = join(root, path);
  const text = readFileSync(file, 'utf8').replace(
    BLOCK,
    (_all, name: string) => `<!-- ${name} -->\n\n${blocks.get(name) ?? NOT_MEASURED}\n\n<!-- /${name} -->`,
  );
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
