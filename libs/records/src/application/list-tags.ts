import { hash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import type { CollectionSnapshot } from '@haven/collections';
import type { Caller, EntityTags } from '@haven/kernel';

import { CollectionStates } from '../domain/collection-states.js';
import type { Expansion } from './expand-paths.js';
import { bindingOf } from './record-query-parser.js';
import type { ParsedQuery } from './record-query-parser.js';
import type { RecordQueryInput } from './record-queries.contract.js';
import { RecentStates } from './recent-states.js';

/** Part of all tags. Increase it when pages of the same records become different. */
const FORMAT = 1;

/** A list as it was requested, and what the caller may see of it. */
export interface TaggedList {
  readonly snapshot: CollectionSnapshot;
  readonly query: ParsedQuery;
  readonly expansions: readonly Expansion[];
  readonly input: RecordQueryInput;
}

/**
 * Computes the entity tags of pages, without their records. A tag identifies the query, what the caller may see, and
 * the state of the collections before the page is read: the page is never older than its tag.
 */
@Injectable()
export class ListTags {
  private readonly recent = new RecentStates();

  constructor(private readonly states: CollectionStates) {}

  /**
   * Returns the tag of a page that is going to be read; undefined if it gets none. For a request with `known` tags it
   * is the current one, so the page need not be read if it is among them. Otherwise it may be older.
   */
  async tagOf(caller: Caller, list: TaggedList, known: EntityTags | undefined): Promise<string | undefined> {
    const { query, input } = list;
    if (query.moment || input.count === 'estimated') return undefined; // these change without the collection
    if (caller.consistency?.pinned === false) return undefined; // the page may be read from a replica, and be older
    const state = await this.stateOf(caller, list, known !== undefined);
    return state === undefined ? undefined : hash('sha256', identityOf(caller, list, state), 'base64url').slice(0, 22);
  }

  /** Keeps lists from getting an old tag after this process has changed the collection. */
  changed(tenantId: string, collectionId: number): void {
    this.recent.changed(tenantId, collectionId);
  }

  private async stateOf(
    caller: Caller,
    { snapshot: { id }, expansions }: TaggedList,
    mustBeCurrent: boolean,
  ): Promise<string | undefined> {
    if (expansions.length > 0) return this.states.current(caller, [...new Set([id, ...targetsOf(expansions)])]);
    const recent = mustBeCurrent ? undefined : this.recent.get(caller.tenantId, id);
    if (recent) return recent === 'unknown' ? undefined : recent.text;
    this.recent.set(caller.tenantId, id, 'unknown'); // requests that arrive in the meantime do not read it too
    const text = await this.states.current(caller, [id]);
    if (text !== undefined) this.recent.set(caller.tenantId, id, { text });
    return text;
  }
}

function identityOf(caller: Caller, { snapshot, query, expansions, input }: TaggedList, state: string): string {
  const { limit, after, before, fields, count } = input;
  const page = [limit, after, before, fields, count].map((one) => one ?? null);
  return JSON.stringify([FORMAT, state, bindingOf(caller, snapshot, query), page, expansions.map(shapeOf)]);
}

/** Returns what an expansion adds to records: nothing but null if the caller may not read its target. */
function shapeOf({ key, target, expansions }: Expansion): unknown[] {
  return [key, target && [target.id, target.name], expansions.map(shapeOf)];
}

function targetsOf(expansions: readonly Expansion[]): number[] {
  return expansions.flatMap(({ target, expansions: inner }) => (target ? [target.id, ...targetsOf(inner)] : []));
}
