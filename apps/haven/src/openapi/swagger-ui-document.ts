import type { OpenAPIObject } from '@nestjs/swagger';

import { toOpenApi30 } from './openapi-30.js';

type Schema = { default?: unknown; example?: unknown; [keyword: string]: unknown };
type Parameter = { required?: boolean; description?: string; schema?: Schema };
type ResponseObject = { description?: string; content?: unknown };
type Components = NonNullable<OpenAPIObject['components']>;
type OperationObject = { parameters?: Parameter[]; responses?: Record<string, ResponseObject> };

/**
 * Returns the document for Swagger UI, which fills in and sends every default and example of a parameter. Those of
 * optional parameters become part of the description, so that a request contains only what the user has entered. Errors
 * have no schema, because Swagger UI would resolve and render the same one ten times for each operation. The document
 * is one of OpenAPI 3.0, because Swagger UI takes three times as long to open an operation of 3.1.
 */
export function forSwaggerUi(document: OpenAPIObject, publicPrefix: string): OpenAPIObject {
  const paths = Object.entries(document.paths).map(([path, item]) => [path, mapValues(item, simplified)]);
  const links =
    `[Guide](${publicPrefix}/docs/guide) · [GraphQL](${publicPrefix}/graphql) · ` +
    `[Webhooks](${publicPrefix}/docs/guide/webhooks) · [Errors](${publicPrefix}/docs/errors) · ` +
    `[Start page](${publicPrefix}/)`;
  return {
    ...toOpenApi30({
      ...document,
      ...(document.components && { components: simplifiedComponents(document.components) }),
    }),
    openapi: '3.0.4',
    info: { ...document.info, description: `${document.info.description ?? ''}\n\n${links}` },
    paths: toOpenApi30(Object.fromEntries(paths)),
  };
}

/** Simplifies the parameters and responses to which operations refer. */
function simplifiedComponents(components: Components): Components {
  const { parameters, responses } = components;
  const entries = (map: object, change: (value: never) => unknown): object =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value as never)]));
  return {
    ...components,
    ...(parameters && { parameters: entries(parameters, described) }),
    ...(responses && { responses: entries(responses, withoutContent) }),
  } as Components;
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
