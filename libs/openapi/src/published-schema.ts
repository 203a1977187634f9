import { linkSchema } from '@haven/json-schema';
import type { JsonObject } from '@haven/kernel';

import { Annotations } from './annotations.js';
import { ComponentNames } from './component-names.js';
import { exampleRecord, memberNodes } from './example-record.js';
import { filterSchema } from './filter-schemas.js';
import { PatchSchemas } from './patch-schema.js';
import { SchemaConverter } from './schema-converter.js';

/** The data of a collection, as OpenAPI describes it. */
export interface PublishedSchema {
  /** Schemas by the names of their components. */
  readonly components: ReadonlyMap<string, JsonObject>;
  /** Names of the components for data that is read, sent as a whole, sent as a patch, and for filters. */
  readonly data: string;
  readonly input: string;
  readonly patch: string;
  readonly filter: string;
  /** Data that satisfies the schema; null if none was found. */
  readonly example: JsonObject | null;
  /** The members of the data, for descriptions. */
  readonly members: readonly string[];
}

export interface PublishOptions {
  /** Name of the component for the data: `Movie`. */
  readonly name: string;
  /** Whether the caller may see a collection to which the schema refers. */
  readonly isVisible: (collection: string) => boolean;
  /** Whether filters can search the collection. */
  readonly isSearchable?: boolean | undefined;
}

/** Converts the schema of a collection to components of OpenAPI 3.1. */
export function publishSchema(
  schema: JsonObject,
  { name, isVisible, isSearchable = false }: PublishOptions,
): PublishedSchema {
  const linked = linkSchema(schema);
  const { root } = linked.tree;
  const members = memberNodes(root);
  const names = new ComponentNames(name, linked);
  const annotations = new Annotations(linked, [root, ...members.values()]);
  const converter = new SchemaConverter(linked, names, annotations, isVisible);
  const components = new Map([...names.entries()].map(([node, each]) => [each, converter.convert(node)] as const));
  const example = exampleRecord(linked, annotations);
  const data = components.get(name);
  if (example && data && !data['examples']) components.set(name, { ...data, examples: [example] });
  const patches = new PatchSchemas(names, converter);
  patches.component(root, name);
  const input = converter.convert(root, { defaultsAreOptional: true });
  const hasInput = JSON.stringify(input) !== JSON.stringify(converter.convert(root));
  const filter = `${name}Filter`;
  return {
    components: new Map([
      ...components,
      ...(hasInput ? [[`${name}Input`, input] as const] : []),
      ...patches.components,
      [filter, filterSchema(root, filter, isSearchable)] as const,
    ]),
    data: name,
    input: hasInput ? `${name}Input` : name,
    patch: `${name}Patch`,
    filter,
    example,
    members: [...members.keys()],
  };
}
