import { createHash } from 'node:crypto';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { LRUCache } from 'lru-cache';

import { TenantTypesCache } from '@haven/collections';
import type { Caller } from '@haven/kernel';
import { TenantDocuments } from '@haven/openapi';
import type { OpenApiDocument } from '@haven/openapi';

import { project } from '../project-root.js';
import { openApi } from './generic-document.js';
import { forSwaggerUi, swaggerUiForm } from './swagger-ui-document.js';

/** Characters of all cached documents together. */
const CAPACITY = 32 * 2 ** 20;

/** A document before it is serialized, which takes much longer than to determine whether the client has it already. */
export interface OpenApiText {
  /** Equal for documents with equal content. */
  readonly hash: string;
  text(): Promise<string>;
}

/** Where a document is served. */
export interface Served {
  /** The URL of the API, for `servers`. */
  readonly url: string;
  /** The path of links to Haven's pages; undefined if the document is not for Swagger UI. */
  readonly swaggerUi?: string;
}

/**
 * The OpenAPI documents that are served: the generic one, and one for each tenant and access, built when it is
 * requested for the first time after a change of a collection. Documents of equal collections and equal access are
 * shared.
 */
export class OpenApiDocuments {
  private cached: { document: OpenAPIObject; text: string; hash: string } | undefined;
  private documents: TenantDocuments | undefined;
  private readonly texts = new LRUCache<string, string, () => Promise<string>>({
    maxSize: CAPACITY,
    sizeCalculation: ({ length }) => length,
    fetchMethod: (_key, _old, { context }) => context(),
  });

  constructor(private readonly app: NestFastifyApplication) {}

  /** The generic document, which is created on the first request, so that Haven starts faster. */
  get generic(): OpenAPIObject {
    return this.current.document;
  }

  /** Returns the document for a caller: its tenant's own, or the generic one without a caller. */
  async of(caller: Caller | undefined, { url, swaggerUi }: Served): Promise<OpenApiText> {
    const servers = JSON.stringify([{ url }]);
    const form = swaggerUi === undefined ? 'openapi' : `swagger-ui ${swaggerUi}`;
    const { version, load } = await this.find(caller, swaggerUi);
    const key = hashOf(version, form);
    const text = async () => `${(await this.cachedText(key, load)).slice(0, -1)},"servers":${servers}}`;
    return { hash: hashOf(key, servers), text };
  }

  /** Returns a value that is equal for equal documents, and a function that creates the text without `servers`. */
  private async find(caller: Caller | undefined, swaggerUi: string | undefined) {
    const { document, text, hash } = this.current;
    if (!caller) {
      const generic = () => (swaggerUi === undefined ? text : textOf(forSwaggerUi(document, swaggerUi)));
      return { version: hash, load: () => Promise.resolve(generic()) };
    }
    const { types, from } = await this.app.get(TenantTypesCache, { strict: false }).current(caller);
    const { access } = caller;
    const sources = [...from.sources.values()].map(({ source }) => source);
    const form = swaggerUi === undefined ? undefined : swaggerUiForm(swaggerUi);
    return {
      version: hashOf(hash, types.hash, access.fingerprint),
      load: () => this.tenantDocuments.build({ sources, types }, access, form),
    };
  }

  /** Returns a cached text, or the one that `build` returns. Requests at the same time wait for the same one. */
  private async cachedText(key: string, build: () => Promise<string>): Promise<string> {
    return (await this.texts.fetch(key, { context: build })) ?? build(); // a text larger than the cache is not kept
  }

  private get current() {
    if (this.cached) return this.cached;
    const document = openApi(this.app);
    const text = textOf(document);
    return (this.cached = { document, text, hash: hashOf(project.version, text) });
  }

  private get tenantDocuments(): TenantDocuments {
    return (this.documents ??= new TenantDocuments(this.generic as unknown as OpenApiDocument)); // Haven generated it
  }
}

function textOf({ servers: _, ...document }: OpenAPIObject): string {
  return JSON.stringify(document);
}

function hashOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
