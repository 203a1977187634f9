import { Injectable } from '@nestjs/common';

import { descending, KeysetPages } from '@haven/api';
import { notFound } from '@haven/kernel';
import type { Caller, JsonValue, PageRequest, Slice } from '@haven/kernel';

import { documentPatch } from '../domain/patch/document-patch.js';
import type { LoggedEvent } from '../domain/record-event.js';
import { HistoryLoader } from './history-loader.js';
import type { RecordAddress } from './record-changes.js';
import { recordId } from './record-id.js';
import { versionAt } from './record-input.js';
import { RecordVersionView } from './records.contract.js';

/** Reads the versions of records, also of deleted ones. */
@Injectable()
export class RecordHistoryService {
  constructor(
    private readonly loader: HistoryLoader,
    private readonly pages: KeysetPages,
  ) {}

  /** Returns one version of a record. Throws `NOT_FOUND` if there is no such version. */
  async version(
    caller: Caller,
    { collection, id }: RecordAddress,
    version: string | number,
  ): Promise<RecordVersionView> {
    caller.access.requireScope('records:read', collection);
    const number = versionAt(version);
    const range = { collection, id: recordId(id), beyond: number + 1, backwards: false, limit: 2 };
    const { events } = await this.loader.load(caller, range);
    const [event, before] = events;
    if (event?.version !== number) throw notFound('version', String(version));
    return new RecordVersionView(event, patchFrom(before, event));
  }

  /** Lists a record's versions, newest first. `after` is the cursor of a version. */
  async list(caller: Caller, { collection, id }: RecordAddress, page: PageRequest): Promise<Slice<RecordVersionView>> {
    caller.access.requireScope('records:read', collection);
    const record = { collection, id: recordId(id) };
    let newest = 0;
    return this.pages.page(page, {
      binding: `${caller.tenantId}/${collection}/${id}/history`,
      keyOf: ({ version }: LoggedEvent) => [version],
      compare: descending,
      needsNext: true,
      read: async ({ beyond, ...range }) => {
        const slice = await this.loader.load(caller, { ...record, beyond: beyond?.[0], ...range });
        if (slice.events.length === 0 && beyond === undefined) throw notFound('record', id);
        newest = slice.newest;
        return [...slice.events];
      },
      takeTurn: () => this.loader.takeTurn(caller),
      view: (event, earlier) => new RecordVersionView(event, patchFrom(earlier, event)),
      count: async () => newest,
    });
  }
}

/**
 * Returns the JSON Patch of `{"data": …}` from one version to the next, or null if the previous version is not
 * available.
 */
function patchFrom(before: LoggedEvent | undefined, after: LoggedEvent): JsonValue[] | null {
  if (before?.version !== after.version - 1) return null;
  return documentPatch(before.data, after.data);
}
