import type { AggregateOptions, Computation, GroupBy } from './aggregate.js';
import { withCurrent } from './conflict.js';
import type { HistoryOptions, Target } from './collection.js';
import { PagedList } from './list.js';
import type { List, Page } from './list.js';
import type {
  ChangeOptions,
  CreateOptions,
  GetOptions,
  ListOptions,
  ReadOptions,
  ReplaceOptions,
  VersionedChangeOptions,
} from './options.js';
import type { AnySchema, JsonObject } from './schema.js';
import type { HavenRequest, Transport } from './transport.js';

type Options<Type extends ChangeOptions> = Omit<Type, 'dryRun'> & { dryRun?: boolean };
type Paths = string;
type AnyAggregate = AggregateOptions<AnySchema, string, readonly GroupBy<JsonObject>[], Columns>;
type Columns = Record<string, Computation<JsonObject>>;

/** The requests behind `Collection`, which has their types. */
export class RecordRequests {
  private readonly path: string;

  constructor(
    private readonly transport: Transport,
    readonly name: string,
  ) {
    this.path = collectionPath(name);
  }

  list(options: ListOptions<AnySchema, string, Paths, Paths> = {}): List<unknown> {
    const { where, orderBy, expand, fields, asOf, limit, before, count } = options;
    const query = {
      filter: where,
      sort: orderBy === undefined ? orderBy : [orderBy].flat(),
      limit,
      before,
      count,
      asOf,
    };
    const selection = { fields: asList(fields), expand: asList(expand) };
    return new PagedList(
      (after) =>
        this.transport.send<Page<unknown>>(
          { method: 'POST', path: `${this.path}/query`, body: { ...query, ...selection, after } },
          options,
        ),
      options.after,
    );
  }

  get(id: string, options: GetOptions<AnySchema, string, Paths, Paths> = {}): Promise<unknown> {
    return this.transport.send(
      { method: 'GET', path: this.recordPath(id), query: { ...selectionOf(options), asOf: options.asOf } },
      options,
    );
  }

  getBy(index: string, value: unknown, options: ReadOptions<AnySchema, string, Paths, Paths> = {}): Promise<unknown> {
    return this.transport.send({ method: 'GET', ...this.keyed(index, value, selectionOf(options)) }, options);
  }

  create(data: object, options: Options<CreateOptions> = {}): Promise<unknown> {
    return this.transport.change(
      { method: 'POST', path: `${this.path}/records`, body: { data, id: options.id } },
      options,
    );
  }

  replace(target: Target, data: object, options: Options<ReplaceOptions> = {}): Promise<unknown> {
    const path = this.recordPath(idOf(target));
    return this.change({ method: 'PUT', path, body: { data }, headers: preconditions(options, target) }, path, options);
  }

  update(target: Target, patch: object, options: Options<VersionedChangeOptions> = {}): Promise<unknown> {
    const path = this.recordPath(idOf(target));
    const headers = { ...preconditions(options, target), 'content-type': 'application/merge-patch+json' };
    return this.change({ method: 'PATCH', path, body: { data: patch }, headers }, path, options);
  }

  delete(target: Target, options: Options<VersionedChangeOptions> = {}): Promise<unknown> {
    const path = this.recordPath(idOf(target));
    return this.change({ method: 'DELETE', path, headers: preconditions(options, target) }, path, options);
  }

  restore(target: Target, version: number, options: Options<VersionedChangeOptions> = {}): Promise<unknown> {
    const path = this.recordPath(idOf(target));
    const headers = preconditions(options, target);
    return this.change({ method: 'POST', path: `${path}/restore`, body: { version }, headers }, path, options);
  }

  upsertBy(index: string, value: unknown, data: object, options: Options<ReplaceOptions> = {}): Promise<unknown> {
    const request = this.keyed(index, value);
    const current = `${request.path}?valueType=json`;
    return this.change(
      { method: 'PUT', ...request, body: { data }, headers: preconditions(options) },
      current,
      options,
    );
  }

  aggregate(options: AnyAggregate): Promise<unknown> {
    const { where, groupBy, compute, having, orderBy, limit, asOf } = options;
    const body = { filter: where, groupBy, compute, having, sort: asList(orderBy), limit, asOf };
    return this.transport.send({ method: 'POST', path: `${this.path}/aggregate`, body }, options);
  }

  history(id: string, options: HistoryOptions = {}): List<unknown> {
    const { limit, before } = options;
    const path = `${this.recordPath(id)}/history`;
    return new PagedList(
      (after) => this.transport.send<Page<unknown>>({ method: 'GET', path, query: { limit, after, before } }, options),
      options.after,
    );
  }

  private async change(request: HavenRequest, current: string, options: ChangeOptions): Promise<unknown> {
    try {
      return await this.transport.change(request, options);
    } catch (error) {
      throw await withCurrent(error, () => current, this.transport, options);
    }
  }

  private recordPath(id: string): string {
    return `${this.path}/records/${pathSegment(id, 'The id of a record')}`;
  }

  /** Returns the path of the record with a value in a unique index. The value is sent as JSON, so it keeps its type. */
  private keyed(
    index: string,
    value: unknown,
    query: HavenRequest['query'] = {},
  ): Pick<HavenRequest, 'path' | 'query'> {
    const path = `${this.path}/records/by/${pathSegment(index, 'The name of an index')}`;
    return { path: `${path}/${encodeURIComponent(JSON.stringify(value))}`, query: { ...query, valueType: 'json' } };
  }
}

/** Path of a collection below the URL of Haven. */
function collectionPath(name: string): string {
  return `/api/v1/collections/${pathSegment(name, 'The name of a collection')}`;
}

/** Path of a record below the URL of Haven. */
export function recordPath(collection: string, id: string): string {
  return `${collectionPath(collection)}/records/${pathSegment(id, 'The id of a record')}`;
}

/** Escapes a part of a path. The parts `.` and `..` cannot be escaped: they would change the path. */
function pathSegment(value: string, what: string): string {
  if (typeof value === 'string' && !/^\.{0,2}$/.test(value)) return encodeURIComponent(value);
  throw new TypeError(`${what} must be a string that is not empty, "." or ".."; got ${JSON.stringify(value)}.`);
}

function preconditions(
  { ifVersion, ifAbsent }: Pick<Options<ReplaceOptions>, 'ifVersion' | 'ifAbsent'>,
  target?: Target,
): Record<string, string> {
  if (ifAbsent) return { 'if-none-match': '*' };
  const version = ifVersion ?? (typeof target === 'object' ? target.version : 'any');
  return version === 'any' ? {} : { 'if-match': `"${version}"` };
}

function idOf(target: Target): string {
  return typeof target === 'object' ? target.id : target;
}

function selectionOf({
  fields,
  expand,
}: ReadOptions<AnySchema, string, Paths, Paths>): Record<string, string | undefined> {
  return { fields: asList(fields)?.join(), expand: asList(expand)?.join() };
}

function asList<Item>(value: Item | readonly Item[] | undefined): readonly Item[] | undefined {
  return value === undefined ? undefined : ([value].flat() as Item[]); // items are no arrays
}
