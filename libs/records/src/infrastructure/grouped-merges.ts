import { collectionsLock } from '@haven/collections';
import type { Statement, TextRow, UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import type { RecordMerge, WrittenCollection } from '../domain/record-store.js';
import { CallGroups } from './call-groups.js';
import { GROUP_LIMITS } from './grouped-writes.js';
import { excessPath, MERGE, namesText } from './merge-sql.js';

/** A merge as a statement gets it. */
interface SingleMerge {
  readonly caller: Caller;
  readonly collection: WrittenCollection;
  readonly merge: RecordMerge;
  /** The text of the members to set. */
  readonly set: string;
}

type SomeMerges = readonly [SingleMerge, ...SingleMerge[]];

/** Merges patches into records in the database, those that arrive together in one statement, like `GroupedWrites`. */
export class GroupedMerges {
  private readonly groups = new CallGroups<SingleMerge, TextRow | undefined>(GROUP_LIMITS, {
    alone: (single) => this.writeAlone(single),
    together: (all) => this.writeTogether(all),
  });

  constructor(private readonly uow: UnitOfWork) {}

  /** Returns the row that was written, with the columns of `RECORD_COLUMNS`; undefined if nothing was. */
  write(caller: Caller, collection: WrittenCollection, merge: RecordMerge): Promise<TextRow | undefined> {
    const single = { caller, collection, merge, set: JSON.stringify(merge.set) };
    const lane = `${caller.tenantId}/${collection.id}/${collection.revision}`;
    return this.groups.call(lane, [merge.id], single, single.set.length);
  }

  private async writeTogether(merges: SomeMerges): Promise<readonly (TextRow | undefined)[]> {
    const callers = merges.map(({ caller }) => caller);
    const [, rows = []] = await this.uow.writeTogether(callers, ...statementsOf(merges));
    const written = new Map(rows.map((row) => [row[0], row]));
    return merges.map(({ merge }) => written.get(merge.id));
  }

  private async writeAlone(single: SingleMerge): Promise<TextRow | undefined> {
    const [, [row] = []] = await this.uow.write(single.caller, ...statementsOf([single]));
    return row;
  }
}

/** The rows are locked in the order of their ids, so that groups of different processes do not deadlock. */
function statementsOf(merges: SomeMerges): Statement[] {
  const [{ caller, collection, merge }] = merges;
  const sorted = merges.toSorted((one, other) => (one.merge.id < other.merge.id ? -1 : 1));
  return [
    collectionsLock(caller, [collection.name], 'try'),
    {
      name: 'records.merge',
      text: MERGE,
      values: [
        collection.id,
        collection.revision,
        sorted.map((one) => one.merge.id),
        sorted.map((one) => one.set),
        sorted.map((one) => namesText(one.merge.removed)),
        sorted.map((one) => one.caller.actor),
        sorted.map((one) => one.caller.traceId),
        merge.maxBytes,
        excessPath(merge),
        sorted.map((one) => one.merge.version),
      ],
    },
  ];
}
