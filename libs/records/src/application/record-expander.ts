import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { EventLoopTurn, HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { valueAt } from '@haven/query';
import type { Moment } from '@haven/query';

import { isRecordId, linkedValues } from '../domain/links.js';
import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { parseExpand, resolveExpansions } from './expand-paths.js';
import type { Expansion, ExpandInput, FindTarget } from './expand-paths.js';
import { ExpansionBudget } from './expansion-budget.js';
import { RecordView } from './records.contract.js';

/** A record whose references are expanded. */
export interface ExpandedRecord {
  readonly view: RecordView;
  /** The whole document of the record; that of the view may be reduced to some members. */
  readonly record: Pick<LiveRecord, 'data'>;
}

/** An expanded record, and how often it occurs in the response. */
interface Parent extends ExpandedRecord {
  readonly times: number;
}

/** The links of a record by one reference; `isList` if the value is an array. */
interface RecordLinks {
  readonly parent: Parent;
  readonly isList: boolean;
  /** Null for a value that is not an id. */
  readonly ids: readonly (string | null)[];
}

/** Adds the records to which references lead to the records that refer to them. */
@Injectable()
export class RecordExpander {
  constructor(
    private readonly collections: CollectionCache,
    private readonly reader: RecordReader,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Finds the references that the parameter `expand` names. The settings may come from the cache and be outdated, so a
   * path is refused only after the current settings have been read.
   */
  async resolve(
    caller: Caller,
    collection: CollectionSnapshot,
    input: ExpandInput,
    moment: Moment | undefined,
  ): Promise<readonly Expansion[]> {
    const paths = parseExpand(input, this.config);
    if (paths.length === 0) return [];
    const read = moment ? 'get' : 'getCached'; // the past has records of deleted collections
    try {
      return await resolveExpansions(collection, paths, this.targets(caller, read));
    } catch (error) {
      if (!(error instanceof HavenError)) throw error;
      const current = await this.collections.get(caller, collection.name);
      return resolveExpansions(current, paths, this.targets(caller, 'get'));
    }
  }

  /**
   * Adds `expanded` to the records, with one statement for each reference and level. Targets that do not exist, or did
   * not at the point in time, and those that the caller may not read, are null.
   */
  async expand(
    caller: Caller,
    expansions: readonly Expansion[],
    records: readonly ExpandedRecord[],
    moment: Moment | undefined,
  ): Promise<void> {
    if (expansions.length === 0) return;
    const parents = records.map((record) => ({ ...record, times: 1 }));
    await this.expandAll(caller, expansions, parents, { moment, budget: new ExpansionBudget(this.config.limits) });
  }

  private async expandAll(
    caller: Caller,
    expansions: readonly Expansion[],
    parents: readonly Parent[],
    options: ExpandOptions,
  ): Promise<void> {
    for (const { view } of parents) view.expanded = {};
    // One after another, so that a request does not take several connections from others.
    for (const expansion of expansions) await this.expandOne(caller, expansion, parents, options);
  }

  private async expandOne(
    caller: Caller,
    expansion: Expansion,
    parents: readonly Parent[],
    options: ExpandOptions,
  ): Promise<void> {
    const { key, target, expansions } = expansion;
    const links = await linksOf(expansion, parents);
    const times = occurrences(links);
    options.budget.addRecords([...times.values()].reduce((sum, count) => sum + count, 0));
    const found = target ? await this.read(caller, target, [...times.keys()], options) : [];
    const children = new Map<string, Parent>();
    for (const record of found) {
      const count = times.get(record.id) ?? 0;
      options.budget.addBytes(count * record.document.text.length);
      children.set(record.id, { view: new RecordView(expansion.reference.collection, record), record, times: count });
    }
    for (const { parent, isList, ids } of links) {
      const views = ids.map((id) => (id === null ? null : (children.get(id)?.view ?? null)));
      parent.view.expanded = { ...parent.view.expanded, [key]: isList ? views : (views[0] ?? null) };
    }
    if (expansions.length > 0) await this.expandAll(caller, expansions, [...children.values()], options);
  }

  private async read(
    caller: Caller,
    { id }: CollectionSnapshot,
    ids: readonly string[],
    { moment, budget }: ExpandOptions,
  ): Promise<LiveRecord[]> {
    if (ids.length === 0) return [];
    const { records, isComplete } = await this.reader.findMany(caller, id, ids, budget.remainingBytes, moment);
    if (!isComplete) budget.addBytes(Infinity);
    return records;
  }

  /** Returns a function that reads the settings of each collection once. */
  private targets(caller: Caller, read: 'get' | 'getCached'): FindTarget {
    const known = new Map<string, Promise<CollectionSnapshot | null>>();
    return (name) => {
      const target = known.get(name) ?? this.target(caller, name, read);
      known.set(name, target);
      return target;
    };
  }

  private async target(caller: Caller, name: string, read: 'get' | 'getCached'): Promise<CollectionSnapshot | null> {
    if (!caller.access.allows('records:read', name)) return null;
    try {
      return await this.collections[read](caller, name);
    } catch (error) {
      if (error instanceof HavenError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  }
}

interface ExpandOptions {
  readonly moment: Moment | undefined;
  readonly budget: ExpansionBudget;
}

/** Returns the links of each record. Parses their documents. */
async function linksOf({ reference }: Expansion, parents: readonly Parent[]): Promise<RecordLinks[]> {
  const links: RecordLinks[] = [];
  const turn = new EventLoopTurn();
  for (const parent of parents) {
    if (turn.isLong) await turn.pause();
    const { data } = parent.record;
    const ids = linkedValues(reference, data).map(({ value }) => (isRecordId(value) ? value : null));
    links.push({ parent, ids, isList: Array.isArray(valueAt(data, reference.path)) });
  }
  return links;
}

/** Returns how often each record will occur in the response. */
function occurrences(links: readonly RecordLinks[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { parent, ids } of links)
    for (const id of ids) if (id !== null) times.set(id, (times.get(id) ?? 0) + parent.times);
  return times;
}
