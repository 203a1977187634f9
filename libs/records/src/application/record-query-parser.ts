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
  parseSort,
  pathsOf,
  positionOf,
  queryFingerprint,
} from '@haven/query';
import type { Filter, Position, Sort, SortInput, UsedPath } from '@haven/query';

import type { FieldSelection, LiveRecord } from '../domain/record-reader.js';
import { AsOfResolver } from './as-of-resolver.js';
import type { AsOf } from './as-of-resolver.js';
import { refuseImpossibleFields } from './impossible-fields.js';

/** A query as a client sends it. */
interface QueryInput extends AsOf {
  readonly filter?: JsonValue | undefined;
  readonly sort?: SortInput | undefined;
}

/** A parsed and validated query. */
export interface ParsedQuery extends FieldSelection {
  readonly sort: Sort;
}

/** Parses the filter, the sort and the moment of lists. */
@Injectable()
export class RecordQueryParser {
  constructor(
    private readonly collections: CollectionCache,
    private readonly asOf: AsOfResolver,
    private readonly config: HavenConfig,
  ) {}

  /** Parses the filter of a list or an export. */
  filter(json: JsonValue | undefined): Filter {
    return withQueryPart('filter', () => parseFilter(json ?? {}, this.config.limits));
  }

  parse(caller: Caller, snapshot: CollectionSnapshot, input: QueryInput): ParsedQuery {
    const filter = this.filter(input.filter);
    const sort = withQueryPart('sort', () => parseSort(input.sort, this.config.limits));
    return { filter, sort, moment: this.asOf.resolve(caller, input), indexes: readyIndexes(snapshot) };
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
  { filter, sort, moment }: ParsedQuery,
): string {
  return `${tenantId}/${id}/${hash('sha256', queryFingerprint(filter, sort, moment), 'base64url')}`;
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
