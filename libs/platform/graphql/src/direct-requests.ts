import { hash } from 'node:crypto';

import type { FastifyReply, FastifyRequest } from 'fastify';
import { getOperationAST, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';

import type { HavenConfig } from '@haven/config';
import { isJsonObject, printJson } from '@haven/kernel';

import type { ExecutableOperation } from './cost.js';
import type { DocumentStore } from './document-store.js';
import type { ExecutableSchema } from './executable-schema.js';
import type { OperationRun } from './operation-run.js';
import { responseExtensions } from './response-extensions.js';

/** A request whose operation is known to be valid. */
interface KnownOperation extends ExecutableOperation {
  readonly operationName: string | undefined;
}

/** Maximum number of values of `Accept`, and of their characters, whose content type is cached. */
const ACCEPTED = { max: 100, characters: 256 };

/**
 * Runs requests without Apollo that would pass through it unchanged: a `POST` of a document that Apollo has validated
 * before, whose operation has no error. Any other request is left to Apollo, which finds the steps that have been taken
 * in the `OperationRun`. Errors and statuses therefore come from Apollo only, and so do content types: the one for a
 * value of `Accept` is taken from Apollo's first response to it.
 */
export class DirectRequests {
  private readonly contentTypes = new LRUCache<string, string>({ max: ACCEPTED.max });

  constructor(
    private readonly documents: DocumentStore,
    private readonly config: HavenConfig,
    private readonly runOf: (request: FastifyRequest, reply: FastifyReply) => OperationRun,
  ) {}

  /** Responds to a request to a schema, by `runByApollo` if necessary. Returns the body, as handlers of Fastify do. */
  async respond(
    executable: ExecutableSchema,
    request: FastifyRequest,
    reply: FastifyReply,
    runByApollo: () => unknown,
  ): Promise<unknown> {
    const accept = request.headers.accept ?? '';
    const contentType = this.contentTypes.get(accept);
    const known = contentType === undefined ? undefined : this.knownOperation(executable, request);
    const body = known && (await this.run(executable, known, this.runOf(request, reply)));
    if (body === undefined || contentType === undefined) {
      const result = await runByApollo();
      if (contentType === undefined) this.learn(accept, request, reply);
      return result;
    }
    void reply.code(200).header('content-type', contentType);
    return body;
  }

  /** Returns undefined unless the document is valid, and all else in the request is as Apollo expects. */
  private knownOperation({ key, schema }: ExecutableSchema, request: FastifyRequest): KnownOperation | undefined {
    const { method, body, foundDocument } = request;
    if (method !== 'POST' || foundDocument === undefined || !isJsonObject(body)) return undefined;
    const { query, variables, extensions, operationName } = body;
    if (!isTextOrAbsent(query) || !isTextOrAbsent(operationName)) return undefined;
    if (!isObjectOrAbsent(variables) || !isObjectOrAbsent(extensions)) return undefined;
    const document = this.documents.find(`${key}:${hash('sha256', foundDocument)}`);
    const operation = document && getOperationAST(document, operationName || undefined); // an empty name counts as none
    if (!operation || operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined;
    return { schema, document, operation, variables, operationName: operationName || undefined };
  }

  /** Returns the body of the response; undefined if the response has an error. */
  private async run(
    executable: ExecutableSchema,
    { operation, ...known }: KnownOperation,
    run: OperationRun,
  ): Promise<string | undefined> {
    const { schema, document, variables, operationName } = known;
    const { context } = run;
    try {
      await run.admit({ ...known, operation });
      const args = { schema, document, contextValue: context, variableValues: variables, operationName };
      const { data, errors } = await run.execute(() => executable.execute(args));
      if (errors) return undefined;
      run.end(operation, undefined);
      return printJson({ data, extensions: responseExtensions(context, this.config) });
    } catch {
      return undefined; // Apollo is given the same error by `run`, and formats it
    }
  }

  private learn(accept: string, { method }: FastifyRequest, reply: FastifyReply): void {
    const contentType = reply.getHeader('content-type');
    if (method !== 'POST' || reply.statusCode !== 200 || typeof contentType !== 'string') return;
    if (accept.length <= ACCEPTED.characters) this.contentTypes.set(accept, contentType);
  }
}

function isTextOrAbsent(value: unknown): value is string | null | undefined {
  return value == null || typeof value === 'string';
}

function isObjectOrAbsent(value: unknown): value is Record<string, unknown> | null | undefined {
  return value == null || isJsonObject(value);
}
