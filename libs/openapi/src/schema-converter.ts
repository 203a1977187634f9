import { DEFAULT_KEYWORD } from '@haven/json-schema';
import type { LinkedSchema, SchemaNode } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { containsReference } from './annotations.js';
import type { Annotations } from './annotations.js';
import { componentRef } from './component-names.js';
import type { ComponentNames } from './component-names.js';
import { textOf } from './read-json.js';

/** The keyword of a member that holds the id of a record. */
export const REFERENCE_KEYWORD = 'x-haven-ref';

/** Keywords of which OpenAPI and JSON Schema allow a boolean instead of a schema, and every tool too. */
const MAY_BE_BOOLEAN: ReadonlySet<string> = new Set(['additionalProperties', 'unevaluatedProperties']);

const NOTHING: JsonObject = { not: {} };

type Children = ReadonlyMap<string | number | null, SchemaNode>;
type Keywords = Record<string, JsonValue>;

/** How a schema differs from the one that is published for reads. */
export interface Variant {
  /** Whether members that have a default may be absent. */
  readonly defaultsAreOptional: boolean;
}

const STORED: Variant = { defaultsAreOptional: false };

/**
 * Converts a schema of a collection, of draft-07 or 2020-12, to one of OpenAPI 3.1 that allows the same values. Only
 * keywords that the dialect defines, and annotations that OpenAPI tools read, are kept.
 */
export class SchemaConverter {
  constructor(
    private readonly linked: LinkedSchema,
    private readonly names: ComponentNames,
    private readonly annotations: Annotations,
    private readonly isVisible: (collection: string) => boolean,
  ) {}

  /** Returns a reference to the schema if it is a component, otherwise the converted schema. */
  place(node: SchemaNode, variant: Variant = STORED): JsonObject {
    const name = this.names.of(node);
    return name === undefined ? this.convert(node, variant) : componentRef(name);
  }

  /** Converts a schema itself. The schemas inside it are references if they are components. */
  convert(node: SchemaNode, variant: Variant = STORED): JsonObject {
    if (typeof node.schema === 'boolean') return node.schema ? {} : NOTHING;
    const out: Keywords = { ...this.described(node) };
    const children = childrenByKeyword(node);
    for (const [keyword, value] of Object.entries(node.schema)) {
      if (value === undefined) continue;
      const within = children.get(keyword);
      if (this.linked.dialect.assertions.has(keyword)) out[keyword] = value;
      else if (within) this.addSubschemas(out, keyword, { value, within, variant });
    }
    if (variant.defaultsAreOptional) dropDefaulted(out, children.get('properties'), this.annotations);
    if (this.linked.dialect.name === 'draft-07') convertItems(out, children);
    dropBooleanItems(out);
    declareItems(out);
    declareRequired(out);
    if (!restrictValues(out)) return NOTHING;
    return withReferences(out, node.references, (target) => this.place(target));
  }

  /** Returns the title, description and examples of a schema. */
  described(node: SchemaNode): Keywords {
    const written = this.annotations.written(node);
    const { title, deprecated, contentMediaType, contentEncoding } = written;
    const examples = this.annotations.examplesOf(node);
    const description = [written['description'], ...this.notes(written)].filter((text) => typeof text === 'string');
    return {
      ...(typeof title === 'string' && { title }),
      ...(description.length > 0 && { description: description.join('\n\n') }),
      ...(deprecated === true && { deprecated }),
      ...(typeof contentMediaType === 'string' && { contentMediaType }),
      ...(typeof contentEncoding === 'string' && { contentEncoding }),
      ...(examples.length > 0 && { examples: [...examples] }),
    };
  }

  /** Returns sentences about the keywords of Haven. */
  private notes({ [REFERENCE_KEYWORD]: reference, [DEFAULT_KEYWORD]: value }: JsonObject): string[] {
    const target = isJsonObject(reference) ? reference['collection'] : undefined;
    return [
      ...(typeof target === 'string' && this.isVisible(target) ? [`The id of a record of \`${target}\`.`] : []),
      ...(value === undefined ? [] : [`Filled in if it is absent: ${filledIn(value)}.`]),
    ];
  }

  private addSubschemas(
    out: Keywords,
    keyword: string,
    { value, within, variant }: { value: JsonValue; within: Children; variant: Variant },
  ): void {
    // Only members of `properties` can have defaults.
    const inner = keyword === 'properties' ? variant : STORED;
    const converted = (key: string | number | null, other: JsonValue): JsonValue => {
      const child = within.get(key);
      if (!child) return other;
      return typeof child.schema === 'boolean' && MAY_BE_BOOLEAN.has(keyword) ? child.schema : this.place(child, inner);
    };
    if (keyword === 'dependencies') addDependencies(out, value, converted);
    else if (Array.isArray(value)) out[keyword] = value.map((item, index) => converted(index, item));
    else if (within.has(null)) out[keyword] = converted(null, value);
    else if (isJsonObject(value))
      out[keyword] = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, converted(name, member)]));
  }
}

/** Returns the subschemas of a schema that apply to values, by keyword and key. */
export function childrenByKeyword({ subschemas }: SchemaNode): Map<string, Map<string | number | null, SchemaNode>> {
  const children = new Map<string, Map<string | number | null, SchemaNode>>();
  for (const { keyword, key, reach, node } of subschemas) {
    if (reach === 'nowhere') continue;
    children.set(keyword, (children.get(keyword) ?? new Map<string | number | null, SchemaNode>()).set(key, node));
  }
  return children;
}

/** Whether a member gets a value when it is absent. */
export function hasDefault(annotations: Annotations, member: SchemaNode | undefined): boolean {
  return member !== undefined && Object.hasOwn(annotations.written(member), DEFAULT_KEYWORD);
}

function filledIn(value: JsonValue): string {
  if (value === '$now') return 'the time of the change';
  if (value === '$uuid') return 'a new UUID';
  if (value === '$principal') return 'the name of the caller';
  return `\`${JSON.stringify(value)}\``;
}

/** Removes from `required` the members of `properties` that have a default. */
function dropDefaulted(out: Keywords, members: Children | undefined, annotations: Annotations): void {
  const { required } = out;
  if (!Array.isArray(required)) return;
  const left = required.filter((name) => !hasDefault(annotations, members?.get(textOf(name))));
  if (left.length > 0) out['required'] = left;
  else delete out['required'];
}

/**
 * Adds required members that the schema does not name to `properties`, as generators and linters expect. Members of a
 * closed object must not be added: it would allow them.
 */
function declareRequired(out: Keywords): void {
  const { required, properties, additionalProperties } = out;
  if (!Array.isArray(required) || additionalProperties === false) return;
  const named = isJsonObject(properties) ? properties : {};
  const missing = required.map(String).filter((name) => !Object.hasOwn(named, name));
  if (missing.length === 0) return;
  const other = isJsonObject(additionalProperties) ? additionalProperties : {};
  out['properties'] = { ...named, ...Object.fromEntries(missing.map((name) => [name, other])) };
}

/** Converts the list form of `items` in draft-07 to `prefixItems`. */
function convertItems(out: Keywords, children: ReadonlyMap<string, Children>): void {
  const { items, additionalItems } = out;
  delete out['additionalItems'];
  if (!Array.isArray(items) || !children.has('items')) return;
  delete out['items'];
  if (items.length > 0) out['prefixItems'] = items;
  if (additionalItems !== undefined) out['items'] = additionalItems;
}

/** Replaces `items: false`, which many tools do not read, by a limit of the length. */
function dropBooleanItems(out: Keywords): void {
  const { items, prefixItems, maxItems } = out;
  if (!isJsonObject(items) || items !== NOTHING) return;
  delete out['items'];
  const length = Array.isArray(prefixItems) ? prefixItems.length : 0;
  out['maxItems'] = typeof maxItems === 'number' ? Math.min(maxItems, length) : length;
}

/** Adds `items` to arrays without it, as generators and linters expect. */
function declareItems(out: Keywords): void {
  if ([out['type']].flat().includes('array') && !('items' in out) && !('unevaluatedItems' in out)) out['items'] = {};
}

/**
 * Removes values of `enum` that occur twice or that `type` does not allow, and values that tools would read as
 * references. Returns false if no value is left.
 */
function restrictValues(out: Keywords): boolean {
  if ('const' in out && containsReference(out['const'] ?? null)) delete out['const'];
  const { type, enum: values } = out;
  if (!Array.isArray(values)) return true;
  if (values.some(containsReference)) {
    delete out['enum'];
    return true;
  }
  const types = type === undefined ? null : new Set([type].flat());
  const unique = [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
  const allowed = unique.filter((value) => types === null || types.has(typeOf(value)) || isNumberOf(types, value));
  if (allowed.length > 0) out['enum'] = allowed;
  return allowed.length > 0;
}

function isNumberOf(types: ReadonlySet<JsonValue>, value: JsonValue): boolean {
  return typeof value === 'number' && types.has('integer') && Number.isInteger(value);
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function addDependencies(
  out: Keywords,
  value: JsonValue,
  converted: (key: string, other: JsonValue) => JsonValue,
): void {
  if (!isJsonObject(value)) return;
  const entries = Object.entries(value).map(([name, other]) => [name, converted(name, other)] as const);
  const required = entries.filter(([, other]) => Array.isArray(other));
  const schemas = entries.filter(([, other]) => !Array.isArray(other));
  if (required.length > 0) out['dependentRequired'] = { ...objectIn(out, 'dependentRequired'), ...toObject(required) };
  if (schemas.length > 0) out['dependentSchemas'] = { ...objectIn(out, 'dependentSchemas'), ...toObject(schemas) };
}

function objectIn(out: Keywords, keyword: string): JsonObject {
  const value = out[keyword];
  return isJsonObject(value) ? value : {};
}

function toObject(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  return Object.fromEntries(entries);
}

/** Adds the targets of a schema's references: as `$ref` if the schema restricts nothing else, otherwise to `allOf`. */
function withReferences(
  out: Keywords,
  targets: readonly SchemaNode[],
  place: (target: SchemaNode) => JsonObject,
): JsonObject {
  const { $ref: _, $dynamicRef: _dynamic, ...rest } = out;
  const references = targets.map(place);
  const [first] = references;
  if (!first) return rest;
  const isAlone = references.length === 1 && Object.keys(rest).every((keyword) => ANNOTATIONS.has(keyword));
  if (isAlone) return { ...first, ...rest };
  const { allOf } = rest;
  return { ...rest, allOf: [...references, ...(Array.isArray(allOf) ? allOf : [])] };
}

const ANNOTATIONS: ReadonlySet<string> = new Set(['title', 'description', 'deprecated', 'examples']);
