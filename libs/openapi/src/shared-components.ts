import type { JsonObject, JsonValue } from '@haven/kernel';

import type { RecordOperation } from './openapi-document.js';
import { listOf, objectOf, textOf } from './read-json.js';

/** Parameters whose description depends on the collection. */
const OWN_PARAMETERS = new Set(['filter', 'sort', 'fields', 'expand', 'columns', 'upsertBy', 'value']);

/** Parameters whose value is a part of the paths of a collection. */
const IN_PATH = new Set(['collection', 'index']);

/**
 * The operations on records with the parts that are equal for all collections replaced by references to components, so
 * that a document with many collections stays small.
 */
export class SharedComponents {
  readonly parameters: Record<string, JsonObject> = {};
  readonly responses: Record<string, JsonObject> = {};
  readonly headers: Record<string, JsonObject> = {};
  readonly operations: readonly RecordOperation[];

  constructor(operations: readonly RecordOperation[]) {
    this.operations = operations.map((one) => {
      const { parameters, responses, ...operation } = one.operation;
      const shared = {
        ...operation,
        parameters: listOf(parameters).flatMap((parameter) => this.parameter(parameter)),
        responses: Object.fromEntries(
          Object.entries(objectOf(responses)).map(([status, response]) => [
            status,
            this.response(objectOf(response), `${operation.operationId}.${status}`),
          ]),
        ),
      };
      return { ...one, operation: shared };
    });
  }

  /** Shares a response, unless its content can be that of a collection. */
  private response(response: JsonObject, name: string): JsonObject {
    const headers = Object.entries(objectOf(response['headers']));
    const shared = headers.map(([header, content]) => [header, this.share('headers', header, content)]);
    const full = { ...response, ...(shared.length > 0 && { headers: Object.fromEntries(shared) }) };
    const { 'application/json': isOwn } = objectOf(response['content']);
    return isOwn === undefined ? this.share('responses', name, full) : full;
  }

  private parameter(parameter: JsonValue): JsonValue[] {
    const name = textOf(objectOf(parameter)['name']);
    if (IN_PATH.has(name)) return [];
    return [OWN_PARAMETERS.has(name) ? parameter : this.share('parameters', name, parameter)];
  }

  /** Returns a reference to a component with this content, whose name begins with `name`. */
  private share(section: 'parameters' | 'responses' | 'headers', name: string, content: JsonValue): JsonObject {
    const known = this[section];
    const text = JSON.stringify(content);
    const names = [name, ...Array.from({ length: 100 }, (_, index) => `${name}${index + 2}`)];
    const free = names.find((each) => known[each] === undefined || JSON.stringify(known[each]) === text) ?? name;
    known[free] = objectOf(content);
    return { $ref: `#/components/${section}/${free}` };
  }
}
