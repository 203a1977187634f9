import { hash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { CollectionCache, readyIndexes } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { invalidCursor, withQueryPart } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';
import {
  comparePositions,
  isPosition,
  parseFilter,
  parseOrder,
  pathsOf,
  positionOf,
  queryFingerprint,
} from '@haven/query';
import type { Filter, ListOrder, Position, Sort, SortInput, UsedPath } from '@haven/query';

import type { FieldSelection, LiveRecord } from '../domain/record-reader.js';
import { AsOfResolver } from './as-of-resolver.js';
import type { AsOf } from './as-of-resolver.js';
import { refuseImpossibleFields } from './impossible-fields.js';
import { searchSupport } from './search-support.js';

/** A query as a client sends it. */
interface QueryInput extends AsOf {
  readonly filter?: JsonValue | undefined;
  readonly sort?: SortInput | undefined;
}

/** A parsed and validated query. */
export interface ParsedQuery extends FieldSelection, ListOrder {}

/** Parses the filter, the sort and the moment of lists. */
@Injectable()
export class RecordQueryParser {
  constructor(
    private readonly collections: CollectionCache,
    private readonly asOf: AsOfResolver,
    private readonly config: HavenConfig,
  ) {}

  /** Parses the filter of a list, an export or a change. The settings may come from the cache and be outdated. */
  async filter(
    caller: Caller,
    snapshot: CollectionSnapshot,
    json: JsonValue | undefined,
    asOf?: string | null,
  ): Promise<Filter> {
    const { limits } = this.config;
    const parse = (current: CollectionSnapshot): Filter =>
      withQueryPart('filter', () => parseFilter(json ?? {}, limits, searchSupport(current, limits, asOf)));
    try {
      return parse(snapshot);
    } catch (error) {
      if (snapshot.search?.state === 'ready') throw error;
      return parse(await this.collections.get(caller, snapshot.name));
    }
  }

  async parse(caller: Caller, snapshot: CollectionSnapshot, input: QueryInput): Promise<ParsedQuery> {
    const filter = await this.filter(caller, snapshot, input.filter, input.asOf);
    const order = withQueryPart('sort', () => parseOrder(input.sort, filter, this.config.limits));
    return { filter, ...order, moment: this.asOf.resolve(caller, input), indexes: readyIndexes(snapshot) };
  }

  /**
   * Refuses a query of the present on members that no record can have. The settings may come from the cache and be
   * outdated.
   */
  async refuseImpossible(
    caller: Caller,
    snapshot: CollectionSnapshot,
    { filter, sort, moment }: ParsedQuery,
    otherPaths: readonly UsedPath[] = [],
  ): Promise<void> {
    if (moment) return;
    const paths = [...pathsOf(filter, sort), ...otherPaths];
    try {
      refuseImpossibleFields(snapshot, paths);
    } catch {
      refuseImpossibleFields(await this.collections.get(caller, snapshot.name), paths);
    }
  }
}

/** Returns the text that identifies the list of a query, to which its cursors are bound. */
export function bindingOf(
  { tenantId }: Caller,
  { id }: CollectionSnapshot,
  { filter, sort, ranked, moment }: ParsedQuery,
): string {
  const list = `${tenantId}/${id}/${hash('sha256', queryFingerprint(filter, sort, moment), 'base64url')}`;
  return ranked ? `${list}/score` : list;
}

/** Returns the keys of a list in the form that `KeysetPages` needs. */
export function keysetOf(sort: Sort) {
  return {
    keyOf: (record: LiveRecord) => positionOf(sort, record),
    requireKey: (position: Position): void => {
      if (!isPosition(sort, position)) throw invalidCursor();
    },
    compare: (left: Position, right: Position) => comparePositions(sort, left, right),
  };
}
