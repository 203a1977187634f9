import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { RecordAggregates } from '../domain/record-aggregates.js';
import type { GroupLimits, GroupMeasures, MeasuredGroups } from '../domain/record-aggregates.js';
import type { FieldSelection } from '../domain/record-reader.js';
import { aggregateStatement } from './aggregate-sql.js';
import { readSelection } from './read-selection.js';

/** Groups records in PostgreSQL. */
@Injectable()
export class PgRecordAggregates extends RecordAggregates {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async measure(
    caller: Caller,
    collectionId: number,
    selection: FieldSelection,
    measures: GroupMeasures,
    limits: GroupLimits,
  ): Promise<MeasuredGroups> {
    const statement = aggregateStatement(collectionId, selection, measures, limits);
    const rows = await readSelection(this.uow, caller, collectionId, statement, selection.moment);
    if (rows.length > limits.aggregateGroups) return { rows: [], exceeded: 'aggregateGroups' };
    if (rows.some((row) => row.at(-1) !== 't')) return { rows: [], exceeded: 'aggregateBytes' };
    return { rows };
  }
}
