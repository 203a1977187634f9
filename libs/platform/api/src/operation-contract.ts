import type { Type } from '@nestjs/common';

import type { ErrorCode } from '@haven/kernel';

import { Page } from './page.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route promises, if it is one of the REST API. */
    operation?: OperationContract;
  }
}

/** What a REST operation promises. OpenAPI is made from it, and the hooks of its route are chosen by it. */
export interface OperationContract {
  /** Unique name, the same as the GraphQL field's where there is one. */
  id: string;
  summary: string;
  description?: string;
  /** Success status; default 200. */
  status?: 200 | 201 | 202 | 204;
  /** Other successes, such as 201 beside 200 or 304. */
  additionalResponses?: Record<number, string>;
  /** Class of the answer. */
  response?: Type;
  /** Errors of the catalogue besides those every operation may have. */
  errors?: readonly ErrorCode[];
  /** Sends an ETag with the version. */
  etag?: boolean;
  /** Understands `If-Match` and `If-None-Match`. */
  conditional?: boolean;
  /** Takes and tells `Haven-Position`, where that matters. */
  consistencyToken?: boolean;
  /** May be served from the record cache: sends `Age`, and understands `Cache-Control: no-cache`. */
  cached?: boolean;
  /** Class of the body, and the media types it comes in (each may have a schema of its own). */
  body?: Type | Record<string, unknown>;
  consumes?: readonly string[];
  produces?: readonly string[];
  /** Its body holds many documents: it may have `limits.batchBytes`. */
  manyDocuments?: boolean;
}

/** Whether it may respond with this status when all went well. */
export function mayRespond(
  { status = 200, additionalResponses: also = {} }: OperationContract,
  wanted: number,
): boolean {
  return status === wanted || wanted in also;
}

/** Whether it responds with pages that have URLs, for `Link`. A page of a query in a body has none. */
export function isLinked({ response: answers, body: takes }: OperationContract): boolean {
  return answers?.prototype instanceof Page && takes === undefined;
}
