import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { HavenConfig } from '@haven/config';
import type { Caller } from '@haven/kernel';

import { ApolloOptions } from './apollo-options.js';
import { OperationSchemas } from './operation-schemas.js';
import { requestedDocument } from './requested-document.js';
import { TrustedDocuments } from './trusted-documents.js';
import { UnknownRootFields } from './unknown-root-fields.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Set when the application has been created, after the route is registered. */
    typedGraphql: { run?: RunTyped };
  }
  interface FastifyRequest {
    /** The document to execute, if it was found before Apollo asks for it. */
    foundDocument?: string;
  }
}

/** Runs a request on the server of the caller's own schema if necessary, and otherwise by `runGeneric`. */
type RunTyped = (request: FastifyRequest, reply: FastifyReply, runGeneric: () => unknown) => unknown;

/** Runs the requests over HTTP whose documents the generic schema alone cannot run. */
@Injectable()
export class TypedRequests implements OnApplicationBootstrap {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly unknownFields: UnknownRootFields,
    private readonly schemas: OperationSchemas,
    private readonly trusted: TrustedDocuments,
    private readonly apollo: ApolloOptions,
    private readonly config: HavenConfig,
  ) {}

  onApplicationBootstrap(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.typedGraphql.run = (request, reply, runGeneric) => {
      const document = this.documentOf(request);
      const unknown = document === undefined ? null : this.unknownFields.of(document);
      if (!unknown || !request.caller)
        return this.apollo.direct.respond(this.apollo.generic, request, reply, runGeneric);
      return this.runTyped(request.caller, unknown, request, reply, runGeneric);
    };
  }

  /** Returns undefined if the request is invalid: the server of the generic schema reports the error. */
  private documentOf(request: FastifyRequest): string | undefined {
    try {
      const document = requestedDocument(request, this.trusted, this.config.limits);
      if (document !== undefined) request.foundDocument = document;
      return document;
    } catch {
      return undefined;
    }
  }

  private async runTyped(
    caller: Caller,
    unknown: readonly string[],
    request: FastifyRequest,
    reply: FastifyReply,
    runGeneric: () => unknown,
  ): Promise<unknown> {
    const server = await this.schemas.acquire(caller, unknown);
    return server ? server.run(request, reply) : runGeneric();
  }
}
