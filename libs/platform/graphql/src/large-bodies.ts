import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BREAK, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';

import { MANY_DOCUMENTS } from '@haven/api';
import { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import { leadingMembers } from './leading-members.js';
import { TrustedDocuments } from './trusted-documents.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Set when the application is created, after the route is registered. */
    largeGraphqlBodies: { admit?: (start: Buffer, request: FastifyRequest) => void };
  }
  interface FastifyRequest {
    /** The document because of which the body may be larger than `limits.bodyBytes`. */
    admittedDocument?: string;
  }
}

/** Members of a request that contain the document or refer to it. */
const REFERENCES = ['query', 'documentId', 'extensions'];

/**
 * Admits bodies larger than `limits.bodyBytes` only if their document selects a field that takes many documents. The
 * document is read out of the beginning of the body, and nothing else is parsed.
 */
@Injectable()
export class LargeBodies implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly host: GraphQLSchemaHost,
    private readonly trusted: TrustedDocuments,
    private readonly config: HavenConfig,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.largeGraphqlBodies.admit = (start, request) => this.admit(start, request);
  }

  private admit(start: Buffer, request: FastifyRequest): void {
    const { jsonDepth: depth, jsonKeys: keys, jsonValues: values, graphqlTokens } = this.config.limits;
    const text = this.trusted.find(leadingMembers(start, REFERENCES, { depth, keys, values }));
    if (text === undefined)
      throw this.refusal('the document must come before the `variables`, within the first limits.bodyBytes');
    const document = parseOrUndefined(text, graphqlTokens);
    if (!document || !takesManyDocuments(document, this.host.schema))
      throw this.refusal('only documents with a field that takes many documents may be sent with more');
    request.admittedDocument = text;
  }

  private refusal(reason: string): HavenError {
    const { bodyBytes } = this.config.limits;
    return new HavenError(
      'PAYLOAD_TOO_LARGE',
      `The body is larger than ${bodyBytes} bytes (limits.bodyBytes): ${reason}.`,
    );
  }
}

/** Returns undefined for a document that is not valid, which therefore selects no field. */
function parseOrUndefined(text: string, maxTokens: number): DocumentNode | undefined {
  try {
    return parse(text, { maxTokens, noLocation: true });
  } catch {
    return undefined;
  }
}

/** Whether a document selects a field that is declared with `@ManyDocuments`, in any operation or fragment. */
function takesManyDocuments(document: DocumentNode, schema: GraphQLSchema): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const visitor = {
    Field() {
      found = types.getFieldDef()?.extensions[MANY_DOCUMENTS] === true;
      return found ? BREAK : undefined;
    },
  };
  visit(document, visitWithTypeInfo(types, visitor));
  return found;
}
