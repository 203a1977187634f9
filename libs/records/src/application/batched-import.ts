import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { WriteConflict, UnitOfWork } from '@haven/database';
import { HavenError, Precondition } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { withValueAt } from '@haven/query';
import type { IndexDefinition } from '@haven/query';

import { DuplicateValues } from '../domain/duplicate-values.js';
import type { RecordEvent } from '../domain/record-event.js';
import { RecordStore } from '../domain/record-store.js';
import { replacedEvent } from '../domain/stored-record.js';
import type { StoredRecord } from '../domain/stored-record.js';
import { eventTime } from './default-values.js';
import { importIndex, ImportLineParser, withoutData } from './import-line-parser.js';
import type { ImportEntry, ImportOptions } from './import-line-parser.js';
import { ImportLinks } from './import-links.js';
import type { ImportLine } from './import-lines.js';
import { ImportUpserts } from './import-upserts.js';
import { lineViolation } from './spooled-import.js';

/** A line that is not written, and why. */
export type RefusedLine = readonly [Pick<ImportLine, 'number'>, HavenError];

/** A batch of lines that was parsed with the settings of the collection at that time. */
export interface ParsedBatch {
  readonly snapshot: CollectionSnapshot;
  readonly lines: readonly ImportLine[];
  readonly entries: readonly ImportEntry[];
  readonly refused: readonly RefusedLine[];
}

/** The result of writing one batch of lines, and the settings of the collection to which it was written. */
interface BatchOutcome {
  readonly snapshot: CollectionSnapshot;
  readonly events: readonly RecordEvent[];
  readonly refused: readonly RefusedLine[];
}

/** The rules by which lines of a batch are refused. */
interface Acceptance {
  readonly options: ImportOptions;
  readonly index: IndexDefinition | undefined;
  readonly refuse: (id: string, error: HavenError) => void;
}

/** Writes the lines of imports in batches, each in a transaction of its own. */
@Injectable()
export class BatchedImport {
  constructor(
    private readonly collections: CollectionCache,
    private readonly store: RecordStore,
    private readonly uow: UnitOfWork,
    private readonly parser: ImportLineParser,
    private readonly upserts: ImportUpserts,
    private readonly links: ImportLinks,
  ) {}

  /** Parses lines. Needs no transaction, so that it can be done while the lines before are being written. */
  parse(
    { actor }: Caller,
    snapshot: CollectionSnapshot,
    lines: readonly ImportLine[],
    options: ImportOptions,
  ): ParsedBatch {
    const refused: RefusedLine[] = [];
    const entries = new Map<string, ImportEntry>();
    const origin = { principal: actor };
    for (const line of lines) {
      const entry = attempt(refused, line, () => this.parser.parse(line, snapshot, options, origin));
      if (entry) entries.set(entry.id, entry); // the last line with an id wins, as if one was written after the other
    }
    return { snapshot, lines, entries: [...entries.values()], refused };
  }

  /** Writes a batch in one transaction. Parses the lines again if the settings of the collection have changed. */
  write(caller: Caller, collection: string, batch: ParsedBatch, options: ImportOptions): Promise<BatchOutcome> {
    return this.uow.run(caller, async () => {
      const snapshot = await this.collections.lockForWrite(caller, collection);
      const { id, revision } = batch.snapshot;
      const isCurrent = snapshot.id === id && snapshot.revision === revision;
      return this.writeParsed(caller, isCurrent ? batch : this.parse(caller, snapshot, batch.lines, options), options);
    });
  }

  private async writeParsed(caller: Caller, batch: ParsedBatch, options: ImportOptions): Promise<BatchOutcome> {
    const { snapshot, lines } = batch;
    const refused = [...batch.refused];
    const index = options.upsertBy === undefined ? undefined : importIndex(snapshot, options.upsertBy);
    const now = snapshot.schema?.defaults?.usesTime ? await this.store.now() : undefined;
    const locked = await this.lock(snapshot, batch.entries, options, index);
    const events: RecordEvent[] = [];
    const lineOf = new Map<string, ImportLine>();
    for (const { id, data: parsed, times, line } of locked.entries) {
      const record = locked.current.get(id) ?? null;
      const data = now === undefined ? parsed : withValueAt(parsed, times, eventTime(now, record));
      attempt(refused, line, () => {
        if (record?.lives && snapshot.requirePrecondition) Precondition.none.require();
        events.push(replacedEvent(id, record, data, Precondition.none));
        lineOf.set(id, line);
      });
    }
    const refuse = (id: string, error: HavenError) => refused.push([lineOf.get(id) ?? { number: 0 }, error]);
    const written = await this.appendAccepted(caller, snapshot, events, { options, index, refuse });
    if (written instanceof HavenError) return { snapshot, events: [], refused: lines.map((line) => [line, written]) };
    return { snapshot, events: written, refused };
  }

  /** Locks the records that the entries replace, and returns the entries that are to be written. */
  private async lock(
    snapshot: CollectionSnapshot,
    entries: readonly ImportEntry[],
    { shape }: ImportOptions,
    index: IndexDefinition | undefined,
  ): Promise<{ entries: readonly ImportEntry[]; current: Map<string, StoredRecord> }> {
    if (index) return this.upserts.lock(snapshot, index, entries);
    const current =
      shape === 'record'
        ? await this.store.lock(
            snapshot.id,
            entries.map(({ id }) => id),
          )
        : new Map<string, StoredRecord>();
    return { entries, current };
  }

  /**
   * Writes the events except those that are refused: with values of unique indexes that other records hold, and with
   * links to no record. Refusing one can take a value from another one, because the record that was to lose it keeps
   * it, or the target of its link. Returns the written events, or the error if a quota is exceeded.
   */
  private async appendAccepted(
    caller: Caller,
    snapshot: CollectionSnapshot,
    events: readonly RecordEvent[],
    { options, index, refuse }: Acceptance,
  ): Promise<readonly RecordEvent[] | HavenError> {
    const hasUnique = snapshot.indexes.some(({ unique }) => unique);
    const mayRead = caller.access.allows('records:read', snapshot.name);
    const links = await this.links.ofBatch(caller, snapshot, events);
    for (let accepted = events; ;) {
      const broken = links?.broken(new Set(accepted.map(({ recordId }) => recordId))) ?? new Map<string, HavenError>();
      for (const [id, error] of broken) refuse(id, options.shape === 'document' ? withoutData(error) : error);
      if (broken.size > 0) accepted = accepted.filter(({ recordId }) => !broken.has(recordId));
      if (accepted.length === 0) return [];
      try {
        const append = () => this.append(snapshot, accepted);
        await (hasUnique ? this.uow.current().nested(append) : append());
        return accepted;
      } catch (error) {
        if (error instanceof HavenError && error.code === 'QUOTA_EXCEEDED') return error; // nothing is written yet
        if (!(error instanceof DuplicateValues)) throw error;
        const conflicts = new Map(error.conflicts.map((conflict) => [conflict.recordId, conflict]));
        for (const [id, conflict] of conflicts) {
          if (conflict.indexId === index?.id)
            throw new WriteConflict('A record with the value was created concurrently.');
          refuse(id, lineViolation(snapshot, conflict, mayRead, options));
        }
        accepted = accepted.filter(({ recordId }) => !conflicts.has(recordId));
      }
    }
  }

  private async append(snapshot: CollectionSnapshot, events: readonly RecordEvent[]): Promise<void> {
    const areNew = events.every(({ version }) => version === 1);
    if (areNew) return this.store.appendNew(snapshot, events);
    const stored = await this.store.append(snapshot, events);
    if (stored.includes(undefined)) throw new WriteConflict('One of the records was created concurrently.');
  }
}

/** Returns the result of `act`. If it throws an error of the catalogue, adds the line to those that are refused. */
function attempt<T>(refused: RefusedLine[], line: ImportLine, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof HavenError)) throw error;
    refused.push([line, error]);
    return undefined;
  }
}
