import { Injectable } from '@nestjs/common';

import { HavenError } from '@haven/kernel';
import type { ErrorDetail } from '@haven/kernel';
import { printPath } from '@haven/query';

import type { Collection } from '../domain/collection.js';
import type { DeclaredReference } from '../domain/reference-declaration.js';
import { CollectionRecordsPort } from './collection-records.port.js';
import type { ReferenceTargets } from './collection-references.js';
import { BreakingRecordsView } from './collections.contract.js';
import { CompiledSchemas } from './compiled-schemas.js';
import { DanglingLinksView } from './references.contract.js';

/** The stored records that do not satisfy a new schema. */
export interface ScanResult {
  readonly breaking: BreakingRecordsView;
  /** One item for each reference with dangling links. */
  readonly dangling: readonly DanglingLinksView[];
}

/** Maximum number of ids in each part of the result. */
const SAMPLE_IDS = 20;

/** Checks the stored records of a collection against a new schema and its references. */
@Injectable()
export class SchemaScan {
  constructor(
    private readonly records: CollectionRecordsPort,
    private readonly schemas: CompiledSchemas,
  ) {}

  /** Reads all records once. Takes one further statement for each batch of records and reference. */
  async run(
    { id, name, schema, currentSchemaText }: Collection,
    references: readonly DeclaredReference[],
    targets: ReferenceTargets,
  ): Promise<ScanResult> {
    const found = nothingFound();
    if (schema === null) return found;
    const compiled = this.schemas.compile(schema, currentSchemaText);
    const checked = references.map((reference) => ({
      reference,
      target: reference.collection === name ? id : targets.get(reference.collection)?.id,
      dangling: new DanglingLinksView(reference),
    }));
    for await (const batch of this.records.scan(id)) {
      for (const record of batch) if (!compiled.accepts(record.data)) count(found.breaking, record.id);
      for (const { reference, target = 0, dangling } of checked)
        for (const record of await this.records.danglingLinks(batch, reference, target)) count(dangling, record);
    }
    return { ...found, dangling: checked.map(({ dangling }) => dangling).filter((one) => one.count > 0) };
  }
}

/** Returns the result for a schema that no stored record violates. */
export function nothingFound(): ScanResult {
  return { breaking: Object.assign(new BreakingRecordsView(), { count: 0, ids: [] }), dangling: [] };
}

/** Throws `SCHEMA_INCOMPATIBLE` if a scan has found anything. */
export function requireCompatible({ breaking, dangling }: ScanResult, references: readonly DeclaredReference[]): void {
  if (breaking.count > 0)
    throw incompatible(
      `${breaking.count} stored records violate the new schema, such as ${listOf(breaking.ids)}.`,
      breaking.ids.map((id) => detailOf(`Record ${id} violates the new schema.`, '/schema')),
    );
  const [first] = dangling;
  if (!first) return;
  const errors = dangling.map((links) => {
    const reference = references.find(({ path }) => printPath(path) === links.path);
    return detailOf(danglingText(links), reference?.pointer ?? '/schema');
  });
  throw incompatible(`${danglingText(first)} A dry run lists them.`, errors);
}

function danglingText({ path, collection, count: links, ids }: DanglingLinksView): string {
  const what = links === 1 ? '1 value' : `${links} values`;
  return `${what} of "${path}" in the stored records are no ids of records of "${collection}", such as in ${listOf(ids)}.`;
}

function listOf(ids: readonly string[]): string {
  return ids.slice(0, 3).join(', ');
}

function count(view: { count: number; ids: string[] }, id: string): void {
  view.count += 1;
  if (view.ids.length < SAMPLE_IDS && view.ids.at(-1) !== id) view.ids.push(id);
}

function detailOf(detail: string, pointer: string): ErrorDetail {
  return { code: 'SCHEMA_INCOMPATIBLE', detail, pointer };
}

function incompatible(detail: string, errors: ErrorDetail[]): HavenError {
  return new HavenError('SCHEMA_INCOMPATIBLE', detail, { errors });
}
