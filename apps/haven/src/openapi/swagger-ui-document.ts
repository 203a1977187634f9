import type { OpenAPIObject } from '@nestjs/swagger';

import type { JsonObject } from '@haven/kernel';
import type { DocumentForm } from '@haven/openapi';

import { toOpenApi30 } from './openapi-30.js';

type Schema = { default?: unknown; example?: unknown; [keyword: string]: unknown };
type Parameter = { required?: boolean; description?: string; schema?: Schema };
type ResponseObject = { description?: string; content?: unknown };
type OperationObject = { parameters?: Parameter[]; responses?: Record<string, ResponseObject> };

/**
 * Changes the parts of a document for Swagger UI, which fills in and sends every default and example of a parameter.
 * Those of optional parameters become part of the description, so that a request contains only what the user has
 * entered. Errors have no schema, because Swagger UI would resolve and render the same one ten times for each
 * operation. The document is one of OpenAPI 3.0, because Swagger UI takes three times as long to open an operation of
 * 3.1.
 */
export function swaggerUiForm(publicPrefix: string): DocumentForm {
  const links =
    `[Guide](${publicPrefix}/docs/guide) · [GraphQL](${publicPrefix}/graphql) · ` +
    `[Webhooks](${publicPrefix}/docs/guide/webhooks) · [Errors](${publicPrefix}/docs/errors) · ` +
    `[Start page](${publicPrefix}/)`;
  return {
    head: ({ info, ...head }) => {
      const { description, ...others } = info as JsonObject; // every document has one
      const text = typeof description === 'string' ? description : '';
      return { ...head, openapi: '3.0.4', info: { ...others, description: `${text}\n\n${links}` } };
    },
    path: (item) => toOpenApi30(mapValues(item, simplified)),
    component: (section, content) => {
      if (section === 'parameters') return toOpenApi30(described(content as Parameter));
      return toOpenApi30(section === 'responses' ? withoutContent(content) : content);
    },
  };
}

/** Returns the generic document in the form for Swagger UI. */
export function forSwaggerUi(document: OpenAPIObject, publicPrefix: string): OpenAPIObject {
  const form = swaggerUiForm(publicPrefix);
  const { info } = form.head({ info: document.info as unknown as JsonObject });
  const paths = Object.entries(document.paths).map(([path, item]) => [path, form.path(item)]);
  const changed = { ...toOpenApi30(document), openapi: '3.0.4', info, paths: Object.fromEntries(paths) };
  return changed as unknown as OpenAPIObject; // the form keeps the structure of a document
}

function simplified<T extends OperationObject>(operation: T): T {
  const { parameters, responses = {} } = operation;
  const entries = Object.entries(responses).map(([status, response]) => {
    return [status, status < '4' ? response : withoutContent(response)];
  });
  return {
    ...operation,
    ...(parameters && { parameters: parameters.map(described) }),
    responses: Object.fromEntries(entries),
  };
}

function withoutContent(response: ResponseObject): ResponseObject {
  return Object.fromEntries(Object.entries(response).filter(([name]) => name !== 'content'));
}

function described(parameter: Parameter): Parameter {
  if (parameter.required || !parameter.schema) return parameter;
  const { default: value, example, ...schema } = parameter.schema;
  const hints = [
    ...(value === undefined ? [] : [`Default: \`${printed(value)}\`.`]),
    ...(example === undefined ? [] : [`Example: \`${printed(example)}\`.`]),
  ];
  return { ...parameter, schema, description: [parameter.description ?? '', ...hints].join(' ').trim() };
}

function printed(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function mapValues<T extends object>(object: T, change: (value: OperationObject) => OperationObject): T {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value as OperationObject)])) as T;
}
