import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation, RequestCost } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { AGGREGATE_EXAMPLE, AggregateQueryInput, AggregationView } from '../application/aggregates.contract.js';
import { AggregatesService } from '../application/aggregates.service.js';

/** Groups records and computes columns over REST. */
@ApiTags('records')
@Controller({ path: 'collections/:collection/aggregate', version: '1' })
export class AggregatesController {
  constructor(private readonly aggregates: AggregatesService) {}

  @Post()
  @RequestCost('read')
  @Operation({
    id: 'aggregate',
    summary: 'Group records, and compute counts, sums, averages, extremes and percentiles',
    description:
      'Only numbers count as numbers; `ignored` in a group says how many values of other types a column did not use. ' +
      'Sums and averages are computed as exact decimals and then rounded to the nearest double.',
    consistencyToken: true,
    body: AggregateQueryInput,
    example: AGGREGATE_EXAMPLE,
    response: AggregationView,
    errors: [
      'NOT_FOUND',
      'FILTER_INVALID',
      'AGGREGATE_INVALID',
      'RESULT_OUT_OF_RANGE',
      'CURSOR_INVALID',
      'HISTORY_PRUNED',
      'LIMIT_EXCEEDED',
      'VALIDATION_FAILED',
      'JSON_NOT_EXACT',
      'MALFORMED_JSON',
      'QUERY_TOO_EXPENSIVE',
      'QUERY_TIMEOUT',
    ],
  })
  aggregate(
    @CurrentCaller() caller: Caller,
    @Param('collection') collection: string,
    @Body() input: AggregateQueryInput,
  ): Promise<AggregationView> {
    return this.aggregates.aggregate(caller, collection, input);
  }
}
