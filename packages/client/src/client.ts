import type { BatchOperation, BatchOperations, BatchOptions, BatchResults } from './batch.js';
import type { ChangeFeed, ChangeIn, ChangePage, FeedOptions } from './change.js';
import type { Collection } from './collection.js';
import { withCurrent } from './conflict.js';
import { Feed } from './feed.js';
import { toJson } from './json.js';
import type { ChangeOptions, ClientOptions, RequestOptions } from './options.js';
import type { Changed } from './record.js';
import { recordPath, RecordRequests } from './record-requests.js';
import type { AnySchema, CollectionName, DataOf, SchemaShape } from './schema.js';
import { Transport } from './transport.js';
import type { HavenRequest } from './transport.js';

/** A client of one Haven, with one key. */
export interface HavenClient<Schema> {
  /** The records of a collection. Sends no request. */
  collection<Name extends CollectionName<Schema>>(name: Name): Collection<Schema, Name>;

  /**
   * Applies changes in any collections together, or none of them. If one fails, the error's `problem.index` is its
   * position.
   */
  batch<const Names extends readonly CollectionName<Schema>[], IsDryRun extends boolean = false>(
    operations: BatchOperations<Schema, Names>,
    options?: BatchOptions<IsDryRun>,
  ): Promise<Changed<BatchResults<DataOf<Schema, Names[number]>>, IsDryRun>>;

  /** Follows the changes of records as they happen. */
  changes<Name extends CollectionName<Schema> = CollectionName<Schema>>(
    options?: FeedOptions<Schema, Name>,
  ): ChangeFeed<ChangeIn<Schema, Name>>;

  /**
   * Reads one page of the change feed. Without `after`, the page is empty and `nextCursor` is the end of the feed: read
   * records `asOf` it, and follow the changes after it, to have a copy that is complete.
   */
  changesPage<Name extends CollectionName<Schema> = CollectionName<Schema>>(
    options?: ChangesPageOptions<Schema, Name>,
  ): Promise<ChangePage<ChangeIn<Schema, Name>>>;

  /** Sends a GraphQL document. Rejects with the first of the response's errors. */
  graphql<Result = Record<string, unknown>, Variables = Record<string, unknown>>(
    document: GraphqlDocument<Result, Variables>,
    variables?: Variables,
    options?: GraphqlOptions,
  ): Promise<Result>;

  /**
   * Sends a request to any operation of the REST API, such as those of webhooks, with the authorization, repetitions
   * and errors of all others. Changes have an `Idempotency-Key`.
   */
  request<Body = unknown>(request: HavenRequest, options?: ChangeOptions): Promise<Body>;

  /**
   * The newest position of the database that a response has shown. It is sent with every request, so that no read
   * replica returns anything older. Undefined if Haven has no replicas.
   */
  readonly position: string | undefined;
}

/** Options of `changesPage`. */
export interface ChangesPageOptions<Schema, Name extends CollectionName<Schema>>
  extends RequestOptions, Pick<FeedOptions<Schema, Name>, 'after' | 'collection' | 'where'> {
  /** Changes per page; at most 500. */
  limit?: number;
  /** `desc` reads the newest changes first. */
  order?: 'asc' | 'desc';
}

/**
 * A GraphQL document: text, or an object of a generator that has its text and its types. A parsed document, such as
 * that of gql.tada, has no text: pass `print(document)`.
 */
export type GraphqlDocument<Result, Variables> =
  string | { toString(): string; kind?: never; __apiType?: (variables: Variables) => Result };

/** Options of `graphql`. */
export interface GraphqlOptions extends RequestOptions {
  /** Identifies the mutations of the document, see `ChangeOptions`. */
  idempotencyKey?: string;
}

/** Creates a client. Sends no request. `Schema` is the interface that `haven-records types` writes. */
export function createClient<Schema extends SchemaShape<Schema> = AnySchema>(
  options: ClientOptions,
): HavenClient<Schema> {
  // The client does what the interface promises for every schema; only the server knows the types.
  return new Client(options) as unknown as HavenClient<Schema>;
}

class Client {
  private readonly transport: Transport;

  constructor(options: ClientOptions) {
    this.transport = new Transport(options);
  }

  get position(): string | undefined {
    return this.transport.position;
  }

  collection(name: string): RecordRequests {
    return new RecordRequests(this.transport, name);
  }

  async batch(operations: readonly BatchOperation<AnySchema>[], options: BatchOptions = {}): Promise<unknown> {
    try {
      return await this.transport.change({ method: 'POST', path: '/api/v1/batch', body: { operations } }, options);
    } catch (error) {
      throw await withCurrent(error, (problem) => pathOf(operations[problem.index ?? -1]), this.transport, options);
    }
  }

  changes(options: FeedOptions<AnySchema, string> = {}): Feed {
    return new Feed(this.transport, options);
  }

  changesPage(options: ChangesPageOptions<AnySchema, string> = {}): Promise<unknown> {
    const { after, collection, where, limit, order } = options;
    const filter = where === undefined ? undefined : toJson(where);
    const query = { after, collection, filter, limit, order };
    return this.transport.send({ method: 'GET', path: '/api/v1/changes', query }, options);
  }

  request(request: HavenRequest, options: ChangeOptions = {}): Promise<unknown> {
    const isSafe = request.method === 'GET' || request.method === 'HEAD';
    return isSafe ? this.transport.send(request, options) : this.transport.change(request, options);
  }

  async graphql(
    document: GraphqlDocument<unknown, unknown>,
    variables?: unknown,
    options: GraphqlOptions = {},
  ): Promise<unknown> {
    const body = { query: document.toString(), variables };
    const request = { method: 'POST', path: '/graphql', body };
    const { data } = await this.transport.change<{ data: unknown }>(request, options);
    return data;
  }
}

/** Returns the path of the record that an operation changes, if it is known. */
function pathOf(operation: BatchOperation<AnySchema> | undefined): string | undefined {
  if (!operation || typeof operation.id !== 'string') return undefined;
  return recordPath(operation.collection, operation.id);
}
