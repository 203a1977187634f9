import { ID, Int } from '@nestjs/graphql';

import { Expose, Json, Output } from '@haven/api';
import type { JsonValue } from '@haven/kernel';

import { describeIndex } from '../domain/declared-index.js';
import type { DeclaredIndex, IndexPath } from '../domain/declared-index.js';
import type { BuildProgress } from '../domain/index-builds.js';
import type { IndexDuplicates } from './collection-records.port.js';

const TYPE = { enum: ['dateTime', null], example: 'dateTime' };
const PATH_ITEM = {
  type: 'object',
  required: ['path'],
  additionalProperties: false,
  properties: { path: { type: 'string' }, type: { type: ['string', 'null'], ...TYPE }, caseless: { type: 'boolean' } },
};
const IGNORED = { description: 'Ignored.' };

/** JSON Schema of an index in a request. */
export const INDEX_INPUT = {
  type: 'object',
  additionalProperties: false,
  properties: {
    path: { type: 'string', description: 'A member, or several joined by commas.' },
    paths: { type: 'array', minItems: 1, items: { oneOf: [{ type: 'string' }, PATH_ITEM] } },
    unique: { type: 'boolean', default: false },
    caseless: { type: 'boolean', default: false },
    type: { type: ['string', 'null'], ...TYPE },
    state: { type: 'string', ...IGNORED },
    done: { type: ['integer', 'null'], ...IGNORED },
    total: { type: ['integer', 'null'], ...IGNORED },
    problem: { type: ['string', 'null'], ...IGNORED },
  },
};
export const INDEX_EXAMPLES = [
  'Title',
  { paths: ['-year', 'Title'] },
  { path: 'email', unique: true, caseless: true },
  { path: 'released', type: 'dateTime' },
];

/** A declared index and its state. */
@Output('CollectionIndex', 'An index that a collection declares.')
export class IndexView {
  @Expose("The index's members, joined by commas. Also its name in the URLs of records by key.", {
    schema: { example: '-year,Title' },
  })
  path: string;

  @Expose(
    'The members, in order: the path of each, with a leading `-` if its order is descending. A member whose `type` or ' +
      '`caseless` differs from those of the index is an object with `path` and these.',
    { as: [Json], schema: { items: { oneOf: [{ type: 'string' }, PATH_ITEM] }, example: ['-year', 'Title'] } },
  )
  paths: IndexPath[];

  @Expose('Whether no two records can have the same value.')
  unique: boolean;

  @Expose('Whether the case of strings is ignored.')
  caseless: boolean;

  @Expose('`dateTime` if strings are ordered as instants (RFC 3339), or null.', {
    as: String,
    nullable: true,
    schema: TYPE,
  })
  type: string | null;

  @Expose('State: `building`, `ready` (used for filters and sorts) or `failed`.', {
    schema: { enum: ['building', 'ready', 'failed'] },
  })
  state: string;

  @Expose('Number of records that the index contains already; only while it is being built.', {
    as: Int,
    optional: true,
  })
  done?: number;

  @Expose('Number of records that the collection had when the build started; only while the index is being built.', {
    as: Int,
    optional: true,
  })
  total?: number;

  @Expose('Why the index was not built; only if its state is `failed`.', { optional: true })
  problem?: string;

  constructor(index: DeclaredIndex, progress?: BuildProgress) {
    const { path, paths, unique, caseless, type } = describeIndex(index);
    this.path = path;
    this.paths = paths;
    this.unique = unique;
    this.caseless = caseless;
    this.type = type;
    this.state = index.state;
    if (index.problem !== undefined) this.problem = index.problem;
    if (index.state !== 'building' || !progress) return;
    this.done = progress.done;
    if (progress.total !== null) this.total = progress.total;
  }
}

/** A value that several records have. */
@Output('DuplicateValue', 'A value that several records have.')
export class DuplicateValueView {
  @Expose('The value at each path of the index.', { as: [Json], schema: { type: 'array', items: {} } })
  values: JsonValue[];

  @Expose('Ids of the first 20 records that have the value.', { as: [ID] })
  ids: string[];

  constructor({ values, ids }: IndexDuplicates['samples'][number]) {
    this.values = [...values];
    this.ids = [...ids];
  }
}

/** Values that several records have in an index that is to be unique. */
@Output('IndexDuplicates', 'Values that several records have in an index that is to be unique.')
export class IndexDuplicatesView {
  @Expose('Path of the index, as in `indexes`.', { schema: { example: 'email' } })
  index: string;

  @Expose('Number of values that several records have.', { as: Int })
  count: number;

  @Expose('The first 20 of these values. Empty if the key may not read the records.', { as: [DuplicateValueView] })
  samples: DuplicateValueView[];

  /** `mayRead` is whether the caller may see values and ids of records. */
  constructor(index: string, { count, samples }: IndexDuplicates, mayRead: boolean) {
    this.index = index;
    this.count = count;
    this.samples = mayRead ? samples.map((sample) => new DuplicateValueView(sample)) : [];
  }
}
