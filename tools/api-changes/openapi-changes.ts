import type { BreakingChange } from './change.ts';
import { SchemaComparison } from './json-schema-changes.ts';
import type { Components, Direction, Report, Schema } from './json-schema-changes.ts';

/** The members of an OpenAPI 3.1 document that are compared. */
export interface OpenApi {
  paths: Record<string, PathItem>;
  webhooks?: Record<string, PathItem>;
  components: { schemas: Components };
}

type PathItem = Record<string, Operation>;
type Content = Record<string, { schema?: Schema }>;

interface Operation {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, Response>;
  security?: object[];
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}

interface Response {
  headers?: Record<string, { schema?: Schema }>;
  content?: Content;
}

/** Compares two OpenAPI documents. Each change of a component is reported once, not for each operation that uses it. */
export function openapiChanges(released: OpenApi, current: OpenApi): BreakingChange[] {
  const found = new Map<string, BreakingChange>();
  const report: Report = (name, change) => void found.set(`${name} ${change}`, { api: 'OpenAPI', name, change });
  const schemas = new SchemaComparison(released.components.schemas, current.components.schemas, report);
  const paths = new OperationComparison(schemas, report, 'request');
  for (const [name, before, after] of operationsOf(released.paths, current.paths)) paths.compare(name, before, after);
  // In a webhook, Haven is the client: it sends the requests.
  const webhooks = new OperationComparison(schemas, report, 'response');
  for (const [name, before, after] of operationsOf(released.webhooks ?? {}, current.webhooks ?? {}))
    webhooks.compare(`webhook ${name}`, before, after);
  return [...found.values()];
}

/** Returns the released operations, each with its name (such as `GET /api/v1/usage`) and the current one. */
function operationsOf(
  released: Record<string, PathItem>,
  current: Record<string, PathItem>,
): [name: string, released: Operation, current: Operation | undefined][] {
  return Object.entries(released).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation, Operation | undefined] => [
      `${method.toUpperCase()} ${path}`,
      operation,
      current[path]?.[method],
    ]),
  );
}

class OperationComparison {
  readonly #schemas: SchemaComparison;
  readonly #report: Report;
  readonly #sent: Direction;

  /** `sent` is the direction of request bodies, as seen by a client of Haven. */
  constructor(schemas: SchemaComparison, report: Report, sent: Direction) {
    this.#schemas = schemas;
    this.#report = report;
    this.#sent = sent;
  }

  compare(name: string, released: Operation, current: Operation | undefined): void {
    if (!current) return this.#report(name, 'was removed');
    if (released.operationId !== current.operationId)
      this.#report(name, `changed its operationId from ${released.operationId} to ${current.operationId}`);
    if (released.security?.length === 0 && current.security?.length !== 0)
      this.#report(name, 'now requires a key or a token');
    this.#compareParameters(name, released.parameters ?? [], current.parameters ?? []);
    if (released.requestBody && current.requestBody)
      this.#compareContent(name, released.requestBody.content, current.requestBody.content, this.#sent);
    if (current.requestBody?.required && !released.requestBody?.required) this.#report(name, 'now requires a body');
    if (released.requestBody && !current.requestBody) this.#report(name, 'no longer has a body');
    for (const [status, response] of Object.entries(released.responses))
      this.#compareResponse(`${name} ${status}`, status, response, current.responses[status]);
  }

  #compareParameters(name: string, released: Parameter[], current: Parameter[]): void {
    const isSame = (one: Parameter) => (other: Parameter) => one.name === other.name && one.in === other.in;
    for (const parameter of released) {
      const now = current.find(isSame(parameter));
      if (!now) this.#report(`${name} ${parameter.name}`, 'was removed');
      else this.#schemas.compare(`${name} ${parameter.name}`, parameter.schema, now.schema, this.#sent);
    }
    if (this.#sent === 'response') return;
    for (const parameter of current)
      if (parameter.required && !released.find(isSame(parameter))?.required)
        this.#report(`${name} ${parameter.name}`, 'is now required');
  }

  /** Which errors an operation can return is not compared, because clients must expect any error. */
  #compareResponse(name: string, status: string, released: Response, current: Response | undefined): void {
    const isSuccess = status.startsWith('2');
    if (!current) {
      if (isSuccess) this.#report(name, 'was removed');
      return;
    }
    this.#compareContent(name, released.content ?? {}, current.content ?? {}, 'response');
    for (const [header, { schema = {} }] of Object.entries(released.headers ?? {})) {
      const now = current.headers?.[header];
      if (now) this.#schemas.compare(`${name} ${header}`, schema, now.schema ?? {}, 'response');
      else this.#report(`${name} ${header}`, 'was removed');
    }
  }

  #compareContent(name: string, released: Content, current: Content, direction: Direction): void {
    for (const [mediaType, { schema = {} }] of Object.entries(released)) {
      const now = current[mediaType];
      if (now) this.#schemas.compare(name, schema, now.schema ?? {}, direction);
      else this.#report(name, `no longer has the media type ${mediaType}`);
    }
  }
}
