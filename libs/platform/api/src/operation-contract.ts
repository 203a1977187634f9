import type { Type } from '@nestjs/common';

import type { ErrorCode } from '@haven/kernel';

import { Page } from './page.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The contract of the route, if it belongs to the REST API. */
    operation?: OperationContract;
  }
}

/** The contract of a REST operation. OpenAPI is generated from it, and it selects the hooks of the route. */
export interface OperationContract {
  /** Unique name; equal to the name of the corresponding GraphQL field, if there is one. */
  id: string;
  /** The operation in a few words, such as `List records`. */
  summary: string;
  /** Further facts that clients need, as Markdown. */
  description: string;
  /** Success status; default 200. */
  status?: 200 | 201 | 202 | 204;
  /** Descriptions of other successful statuses, such as 201 in addition to 200, or 304. */
  additionalResponses?: Record<number, string>;
  /** Class of the response body. */
  response?: Type;
  /** Errors of the catalogue, in addition to those of every operation. */
  errors?: readonly ErrorCode[];
  /** Whether responses have an `ETag` with the version. */
  etag?: boolean;
  /**
   * Returns the path of the list that contains a created resource, given the path of the request. By default, the path
   * of the request is that of the list if the method is POST, and that of the resource if it is PUT.
   */
  listPath?: (path: string) => string;
  /** Whether the operation supports `If-Match` and `If-None-Match`. */
  conditional?: boolean;
  /** Whether the operation reads and sends `Haven-Position`, if there are read replicas. */
  consistencyToken?: boolean;
  /** Whether responses may come from the record cache, with an `Age`; `Cache-Control: no-cache` bypasses it. */
  cached?: boolean;
  /** Whether responses contain a secret: they have `Cache-Control: no-store`, and are never compressed. */
  secret?: boolean;
  /** Class of the request body, or a JSON Schema for it. */
  body?: Type | Record<string, unknown>;
  /**
   * A request body that the operation accepts, for OpenAPI. Swagger UI sends it unless the user changes it, so it must
   * succeed without any other input than the path.
   */
  example?: unknown;
  /** Examples for media types whose bodies differ from `example`. */
  examples?: Readonly<Record<string, unknown>>;
  /** JSON Schemas for media types whose bodies differ from `body`. */
  schemas?: Readonly<Record<string, object>>;
  /** Media types of the request body. */
  consumes?: readonly string[];
  /** Media types of the response body. */
  produces?: readonly string[];
  /** Whether the body contains many documents, so that it is limited by `limits.batchBytes`. */
  manyDocuments?: boolean;
}

/** Whether the operation can respond with this status on success. */
export function mayRespond({ status = 200, additionalResponses = {} }: OperationContract, wanted: number): boolean {
  return status === wanted || wanted in additionalResponses;
}

/**
 * Whether responses have a `Link` header to other pages. Pages of a query in a request body have no URLs to link to.
 */
export function isLinked({ response, body }: OperationContract): boolean {
  return response?.prototype instanceof Page && body === undefined;
}
