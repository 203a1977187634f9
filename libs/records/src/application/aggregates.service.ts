import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { invalid } from '@haven/kernel';
import type { Caller, HavenError } from '@haven/kernel';
import { finishAggregate, missingAggregateIndexes, parseAggregate, pathsOfAggregate, timeZonesOf } from '@haven/query';
import type { AggregateQuery, AggregateRow } from '@haven/query';

import { RecordAggregates } from '../domain/record-aggregates.js';
import type { GroupLimits } from '../domain/record-aggregates.js';
import type { FieldSelection } from '../domain/record-reader.js';
import { AggregateGroupView, AggregationView } from './aggregates.contract.js';
import type { AggregateQueryInput } from './aggregates.contract.js';
import { explainTimeoutBy } from './query-timeout.js';
import { RecordQueryParser } from './record-query-parser.js';

/** Groups records and computes columns of the groups. */
@Injectable()
export class AggregatesService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly parser: RecordQueryParser,
    private readonly aggregates: RecordAggregates,
    private readonly config: HavenConfig,
  ) {}

  /** Returns the groups of the records that match a filter. */
  async aggregate(caller: Caller, collection: string, input: AggregateQueryInput): Promise<AggregationView> {
    caller.access.requireScope('records:read', collection);
    const query = parseAggregate(input, this.config.limits);
    const read = async (snapshot: CollectionSnapshot) => {
      const selection = await this.parser.parse(caller, snapshot, { filter: input.filter, asOf: input.asOf });
      await this.parser.refuseImpossible(caller, snapshot, selection, pathsOfAggregate(query));
      return this.read(caller, snapshot, selection, query);
    };
    const { view } = await (input.asOf == null
      ? this.collections.readCurrent(caller, collection, read, ({ isNothing }) => isNothing)
      : this.collections.readPast(caller, collection, read));
    return view;
  }

  private async read(caller: Caller, { id }: CollectionSnapshot, selection: FieldSelection, query: AggregateQuery) {
    const zones = await timeZonesOf(query.groupBy);
    const { rows, exceeded } = await this.aggregates
      .measure(caller, id, selection, { ...query, zones }, this.config.limits)
      .catch((error: unknown) => {
        const { filter, indexes } = selection;
        throw explainTimeoutBy(error, () => missingAggregateIndexes(query, filter, indexes, this.config.limits));
      });
    if (exceeded) throw tooManyGroups(exceeded, this.config.limits[exceeded]);
    const { groups, truncated } = await finishAggregate(query, rows, zones);
    const views = groups.map(({ key, values, ignored }) => new AggregateGroupView(key, values, ignored));
    return { view: new AggregationView(views, truncated), isNothing: recordsIn(query, rows) === 0 };
  }
}

/** Returns the number of records in all groups. */
function recordsIn({ groupBy, measures }: AggregateQuery, rows: readonly AggregateRow[]): number {
  const place = groupBy.length + measures.findIndex(({ kind }) => kind === 'records');
  return rows.reduce((sum, row) => sum + Number(row[place]), 0);
}

function tooManyGroups(exceeded: keyof GroupLimits, maximum: number): HavenError {
  const what = exceeded === 'aggregateGroups' ? `${maximum} groups` : `${maximum} bytes of keys and values`;
  return invalid(
    'QUERY_TOO_EXPENSIVE',
    '/groupBy',
    `results in more than ${what} (limits.${exceeded}); group by fewer fields or longer periods, or narrow the filter`,
  );
}
