import type { OpenAPIObject } from '@nestjs/swagger';

type Schema = { default?: unknown; example?: unknown; [keyword: string]: unknown };
type Parameter = { required?: boolean; description?: string; schema?: Schema };
type OperationObject = { parameters?: Parameter[] };

/**
 * Returns the document for Swagger UI, which fills in and sends every default and example of a parameter. Those of
 * optional parameters become part of the description, so that a request contains only what the user has entered.
 */
export function forSwaggerUi(document: OpenAPIObject, publicPrefix: string): OpenAPIObject {
  const paths = Object.entries(document.paths).map(([path, item]) => [path, mapValues(item, withoutPrefilled)]);
  const links =
    `[Guide](${publicPrefix}/docs/guide) · [GraphQL](${publicPrefix}/graphql) · ` +
    `[Errors](${publicPrefix}/docs/errors) · [Start page](${publicPrefix}/)`;
  return {
    ...document,
    info: { ...document.info, description: `${document.info.description ?? ''}\n\n${links}` },
    paths: Object.fromEntries(paths),
  };
}

function withoutPrefilled<T extends OperationObject>(operation: T): T {
  const { parameters } = operation;
  return parameters ? { ...operation, parameters: parameters.map(described) } : operation;
}

function described(parameter: Parameter): Parameter {
  if (parameter.required || !parameter.schema) return parameter;
  const { default: value, example, ...schema } = parameter.schema;
  const hints = [
    ...(value === undefined ? [] : [`Default: \`${String(value)}\`.`]),
    ...(example === undefined ? [] : [`Example: \`${String(example)}\`.`]),
  ];
  return { ...parameter, schema, description: [parameter.description ?? '', ...hints].join(' ').trim() };
}

function mapValues<T extends object>(object: T, change: (value: OperationObject) => OperationObject): T {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value as OperationObject)])) as T;
}
