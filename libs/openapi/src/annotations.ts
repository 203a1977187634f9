import { NodeValidator, valueAtPointer } from '@haven/json-schema';
import type { LinkedSchema, SchemaNode } from '@haven/json-schema';
import { isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

/** Limits the work for one schema: so many values are validated. */
const MAX_EXAMPLES = 1_000;
const PER_SCHEMA = 3;

/** The keywords of a schema that restrict no value: titles, descriptions, examples. */
export class Annotations {
  private readonly examples = new Map<SchemaNode, JsonValue[]>();
  private readonly validator: NodeValidator;

  /** `others` are nodes, besides those with examples, whose values are going to be validated. */
  constructor(
    readonly linked: LinkedSchema,
    others: readonly SchemaNode[],
  ) {
    const claimed = [...linked.tree.nodes.values()]
      .flatMap((node) => this.claimedExamples(node).map((value) => ({ node, value })))
      .slice(0, MAX_EXAMPLES);
    this.validator = new NodeValidator([...others, ...claimed.map(({ node }) => node)], linked);
    for (const { node, value } of claimed) {
      if (this.isValid(node, value)) this.examples.set(node, [...this.examplesOf(node), value]);
    }
  }

  /** Returns the examples of a schema that satisfy it; those from `default` come last. */
  examplesOf(node: SchemaNode): readonly JsonValue[] {
    return this.examples.get(node) ?? [];
  }

  /** Whether a value satisfies a schema that has examples, or is one of the others. */
  isValid(node: SchemaNode, value: JsonValue): boolean {
    return this.validator.faultOf(node, value) === undefined;
  }

  /** Returns the schema as the client wrote it, with the keywords that its dialect ignores beside `$ref`. */
  written(node: SchemaNode): JsonObject {
    const schema = valueAtPointer(this.linked.schema, node.pointer);
    return isJsonObject(schema) ? schema : {};
  }

  private claimedExamples(node: SchemaNode): JsonValue[] {
    const { examples, example, default: value } = this.written(node);
    const claimed = [
      ...(Array.isArray(examples) ? examples : []),
      ...(example === undefined ? [] : [example]),
      ...(value === undefined || this.linked.inexact.isAt(pointerTo(node.pointer, 'default')) ? [] : [value]),
    ];
    const isExact = !this.linked.inexact.isAt(pointerTo(node.pointer, 'examples'));
    return isExact ? claimed.slice(0, PER_SCHEMA).filter((one) => !containsReference(one)) : [];
  }
}

/**
 * Whether a value contains a member `$ref` with a string. Many tools that read OpenAPI resolve such a member wherever
 * they find it, although it is only data in `const`, `enum` and `examples`.
 */
export function containsReference(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isJsonObject(value) && typeof value['$ref'] === 'string') return true;
  return Object.values(value).some((inner) => inner !== undefined && containsReference(inner));
}
