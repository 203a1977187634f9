import { Inject, Injectable } from '@nestjs/common';

import { CollectionRules } from '@haven/collections';
import type { Rules } from '@haven/collections';
import { checkJson, HavenError } from '@haven/kernel';
import type { Caller, JsonObject } from '@haven/kernel';
import { Collision, HavenConfig, UnitOfWork } from '@haven/platform';

import type { RecordEvent } from '../domain/record-event.js';
import { RecordReader } from '../domain/record-reader.js';
import { RecordStore } from '../domain/record-store.js';
import type { StoredRecord } from '../domain/stored-record.js';

/** Names one record. */
export interface RecordAddress {
  collection: string;
  id: string;
}

/** From the record as it is (null: there is none) and the rules of its collection, what is to happen; throws what forbids it. */
export type Decision = (current: StoredRecord | null, rules: Rules) => RecordEvent;

/** What a change has left. */
export interface Written {
  stored: StoredRecord;
  event: RecordEvent;
}

/** The write path of a single record: quickly when nothing is in the way, otherwise with everything held still. */
@Injectable()
export class RecordWriter {
  constructor(
    private readonly rules: CollectionRules,
    private readonly store: RecordStore,
    private readonly reader: RecordReader,
    private readonly uow: UnitOfWork,
    @Inject(HavenConfig) private readonly config: HavenConfig,
  ) {}

  /** Makes the change that `decide` decides on; it may be asked twice, so it has no effect of its own. `assumed` spares reading a record that is new. */
  async change(caller: Caller, address: RecordAddress, decide: Decision, assumed?: 'absent'): Promise<Written> {
    return (await this.changeQuickly(caller, address, decide, assumed)) ?? this.changeSafely(caller, address, decide);
  }

  /**
   * Decides by what is remembered of the collection and what is read of the record, and holds nothing meanwhile; the
   * writing itself makes sure that both still stand. Null if they do not, or if they speak against the change: since
   * they may be out of date, this way never refuses anything.
   */
  private async changeQuickly(
    caller: Caller,
    { collection, id }: RecordAddress,
    decide: Decision,
    assumed?: 'absent',
  ): Promise<Written | null> {
    const rules = await this.rules.recall(caller, collection);
    const current = assumed === 'absent' ? null : await this.reader.find(caller, rules.id, id);
    const event = unlessRefused(() => this.decided(decide, current, rules));
    if (!event) return null;
    const stored = await this.store.appendQuickly(caller, rules, event);
    return stored ? { stored, event } : null;
  }

  /** Removes a record's payload from everywhere it is stored; what is empty already stays as it is. */
  erase(caller: Caller, { collection, id }: RecordAddress, decide: Decision): Promise<void> {
    return this.uow.run(caller, async () => {
      const rules = await this.rules.forWriting(caller, collection);
      const current = (await this.store.lock(rules.id, [id])).get(id) ?? null;
      const event = decide(current, rules);
      const emptied = await this.store.emptyVersions(rules.id, id);
      if (emptied > 0 || current?.document) await this.store.append(rules, [event]);
    });
  }

  /** With the collection held still and the row locked; what is refused here stays refused. */
  private changeSafely(caller: Caller, { collection, id }: RecordAddress, decide: Decision): Promise<Written> {
    return this.uow.run(caller, async () => {
      const rules = await this.rules.forWriting(caller, collection);
      const current = (await this.store.lock(rules.id, [id])).get(id) ?? null;
      const event = this.decided(decide, current, rules);
      const [stored] = await this.store.append(rules, [event]);
      if (!stored) throw new Collision(`Record ${id} was made by somebody else meanwhile.`);
      return { stored, event };
    });
  }

  private decided(decide: Decision, current: StoredRecord | null, rules: Rules): RecordEvent {
    const event = decide(current, rules);
    if (event.data) this.admit(rules, event.data);
    return event;
  }

  /** What is about to be stored is exact JSON within the limits, and what the schema admits; patches can make it otherwise. */
  private admit({ schema }: Rules, data: JsonObject): void {
    const { jsonDepth: depth, jsonKeys: keys } = this.config.limits;
    checkJson(data, { depth, keys }, '/data');
    schema?.validate(data);
  }
}

function unlessRefused<T>(decide: () => T): T | null {
  try {
    return decide();
  } catch (error) {
    if (error instanceof HavenError) return null;
    throw error;
  }
}
