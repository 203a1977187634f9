import { Injectable } from '@nestjs/common';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { LRUCache } from 'lru-cache';

import { TenantTypesCache } from '@haven/collections';
import type { Access, Caller } from '@haven/kernel';
import { RelatedRecordsService } from '@haven/records';
import { visibleTypes } from '@haven/record-types';
import type { TenantTypes, VisibleTypes } from '@haven/record-types';

import { GenericRootResolvers } from '../execution/generic-root-resolvers.js';
import { typedSchemaSteps } from '../schema/typed-schema.js';
import type { TypedSchema } from '../schema/typed-schema.js';
import { SchemaSource } from './schema-source.js';

/** Maximum number of different permissions for which the visible part of a tenant's types is kept. */
const MAX_ACCESSES = 100;

/** Derives the types of callers from the collections of their tenants. */
@Injectable()
export class TenantSchemaSource extends SchemaSource {
  private readonly visible = new WeakMap<TenantTypes, LRUCache<string, VisibleTypes>>();

  constructor(
    private readonly types: TenantTypesCache,
    private readonly host: GraphQLSchemaHost,
    private readonly related: RelatedRecordsService,
  ) {
    super();
  }

  override async typesOf(caller: Caller): Promise<VisibleTypes> {
    return this.visibleTo(caller.access, await this.types.get(caller));
  }

  override async currentTypesOf(caller: Caller): Promise<VisibleTypes> {
    return this.visibleTo(caller.access, await this.types.refresh(caller));
  }

  override build(types: VisibleTypes): Generator<undefined, TypedSchema> {
    const { schema } = this.host;
    return typedSchemaSteps(schema, types, new GenericRootResolvers(schema, this.related));
  }

  private visibleTo(access: Access, types: TenantTypes): VisibleTypes {
    const known = this.visible.get(types) ?? new LRUCache<string, VisibleTypes>({ max: MAX_ACCESSES });
    this.visible.set(types, known);
    const { fingerprint } = access;
    const visible = known.get(fingerprint) ?? visibleTypes(types, access);
    known.set(fingerprint, visible);
    return visible;
  }
}
