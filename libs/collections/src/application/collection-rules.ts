import { Injectable } from '@nestjs/common';

import { notFound } from '@haven/kernel';

import type { Collection } from '../domain/collection.js';
import { CollectionsRepository } from '../domain/collections.repository.js';
import type { RecordSchema } from '../domain/schema/record-schema.js';
import { CompiledSchemas } from './compiled-schemas.js';

/** What the writers and readers of records must know of their collection. */
export interface Rules {
  /** The number records and events refer to. */
  id: number;
  name: string;
  /** Null: any JSON object will do. */
  schema: RecordSchema | null;
  requirePrecondition: boolean;
}

/** Looks up a collection's rules inside the caller's open transaction. */
@Injectable()
export class CollectionRules {
  constructor(
    private readonly collections: CollectionsRepository,
    private readonly schemas: CompiledSchemas,
  ) {}

  /** The collection's number, for reading; `NOT_FOUND` if there is no such collection. */
  async numberOf(name: string): Promise<number> {
    return (await this.require(name)).id;
  }

  /** The collection's number, and the paths whose index is ready. */
  async forReading(name: string): Promise<{ id: number; indexed: string[] }> {
    const { id, indexes } = await this.require(name);
    return { id, indexed: indexes.filter(({ state }) => state === 'ready').map(({ path }) => path) };
  }

  /** The rules for writing: they can not change before the transaction ends. */
  async forWriting(name: string): Promise<Rules> {
    const locked = this.collections.lock(name, 'shared');
    const [{ id, revision, schema, requirePrecondition }] = await Promise.all([this.require(name), locked]);
    return { id, name, schema: schema && this.schemas.compile(schema, `${id}/${revision}`), requirePrecondition };
  }

  private async require(name: string): Promise<Collection> {
    const collection = await this.collections.find(name);
    if (!collection) throw notFound('collection', name);
    return collection;
  }
}
