import pg from 'pg';
import type { ClientBase, Connection } from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import { serialize } from 'pg-protocol';

import type { Caller } from '@haven/kernel';

import { keepsSession } from './watched-client.js';

/**
 * A statement with its parameters. A statement with a name is prepared once per connection, so all statements with this
 * name must have the same text. On a connection without a session of its own, no statement is prepared.
 */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A row in PostgreSQL's text format: the text of each column, or null. */
export type TextRow = readonly (string | null)[];

/** Records each round trip: its statements, its start (`performance.now()`), its error if it failed, and its caller. */
export interface RoundTripRecorder {
  recordRoundTrip(
    statements: readonly Statement[],
    from: number,
    error: Error | null,
    caller: Caller | undefined,
  ): void;
}

/** Sends statements over a connection, in one round trip and as one transaction; returns the rows of each. */
export function sendPipeline(
  client: ClientBase,
  statements: readonly Statement[],
  metrics?: RoundTripRecorder,
  caller?: Caller,
): Promise<TextRow[][]> {
  const from = performance.now();
  return new Promise((resolve, reject) => {
    client.query(
      new Pipeline(statements, keepsSession(client), (error, results) => {
        metrics?.recordRoundTrip(statements, from, error, caller);
        if (error) reject(error);
        else resolve(results);
      }),
    );
  });
}

/**
 * Sends statements that are all known in advance in one round trip, with a single Sync at the end. PostgreSQL treats
 * the statements between two Syncs as one transaction (Frontend/Backend Protocol, "Pipelining") and commits it at the
 * Sync. If a statement fails, PostgreSQL skips the remaining ones and rolls back the whole transaction. The pipeline
 * therefore needs no BEGIN, no COMMIT, and no waiting between statements.
 *
 * Rows are neither described nor parsed: the code that uses a statement knows its columns, and most values are passed
 * on unchanged.
 */
class Pipeline extends pg.Query {
  private readonly results: TextRow[][] = [[]];
  private readonly firstUses: string[] = [];

  /** `settle` is called once: with an error, or with the rows of each statement. */
  constructor(
    readonly statements: readonly Statement[],
    private readonly canPrepare: boolean,
    private readonly settle: (error: Error | null, results: TextRow[][]) => void,
  ) {
    super('');
  }

  /**
   * Sends all messages in one write, whereas the driver's own methods write each message separately. The driver calls
   * this when it is this pipeline's turn on the connection.
   */
  override readonly submit = (connection: Connection): void => {
    const prepared = preparedOn(connection);
    const messages: Buffer[] = [];
    for (const { name: ownName = '', text, values } of this.statements) {
      const name = this.canPrepare ? ownName : '';
      if (!prepared.has(name)) messages.push(...this.parse(prepared, name, text));
      messages.push(serialize.bind({ statement: name, values: values as unknown[], valueMapper: prepareValue }));
      messages.push(serialize.execute());
    }
    messages.push(serialize.sync());
    // On a broken connection nothing is written; the driver reports the error.
    if (connection.stream.writable) connection.stream.write(Buffer.concat(messages));
  };

  handleDataRow({ fields }: { fields: TextRow }): void {
    this.results.at(-1)?.push(fields);
  }

  handleCommandComplete(): void {
    this.results.push([]);
  }

  /**
   * It is unknown how far the server got, so statements that this pipeline was the first to use on the connection are
   * prepared again at their next use.
   */
  handleError(error: Error, connection: Connection): void {
    for (const name of this.firstUses) preparedOn(connection).delete(name);
    this.settle(error, []);
  }

  handleReadyForQuery(): void {
    this.settle(null, this.results);
  }

  /**
   * Closes the prepared statement of this name before preparing it, because a failed pipeline may have prepared it
   * already. Closing a statement that does not exist is not an error.
   */
  private parse(prepared: Set<string>, name: string, text: string): Buffer[] {
    if (name === '') return [serialize.parse({ text })];
    prepared.add(name);
    this.firstUses.push(name);
    return [serialize.close({ type: 'S', name }), serialize.parse({ name, text })];
  }
}

const preparedNames = new WeakMap<Connection, Set<string>>();

function preparedOn(connection: Connection): Set<string> {
  const known = preparedNames.get(connection) ?? new Set();
  preparedNames.set(connection, known);
  return known;
}
