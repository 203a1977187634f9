import pg from 'pg';
import type { ClientBase, Connection } from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import { serialize } from 'pg-protocol';

import type { Caller } from '@haven/kernel';

/** A statement with its parameters. One with a name is prepared once per connection, so a name has one text for good. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A row as PostgreSQL prints it: the text of each column, or null. */
export type TextRow = readonly (string | null)[];

/** Hears of each round trip: what was sent, and when by the clock of `performance`; how it failed; and for whom it was. */
export interface RoundTripRecorder {
  recordRoundTrip(
    statements: readonly Statement[],
    from: number,
    error: Error | null,
    caller: Caller | undefined,
  ): void;
}

/** Sends statements over a connection, in one round trip and as one transaction; answers the rows of each. */
export function sendPipeline(
  client: ClientBase,
  statements: readonly Statement[],
  metrics?: RoundTripRecorder,
  caller?: Caller,
): Promise<TextRow[][]> {
  const from = performance.now();
  return new Promise((resolve, reject) => {
    client.query(
      new Pipeline(statements, (error, results) => {
        metrics?.recordRoundTrip(statements, from, error, caller);
        if (error) reject(error);
        else resolve(results);
      }),
    );
  });
}

/**
 * Statements that are all known beforehand, sent in one round trip with a single Sync at their end. PostgreSQL makes one
 * transaction of what lies between two Syncs (Frontend/Backend Protocol, "Pipelining"): it commits at the Sync, and when one
 * of them fails, it skips the rest and rolls all of them back. So there is no BEGIN, no COMMIT and no waiting in between.
 *
 * Rows are neither described nor parsed: whoever wrote a statement knows its columns, and most are passed on as they are.
 */
class Pipeline extends pg.Query {
  private readonly results: TextRow[][] = [[]];
  private readonly firstUses: string[] = [];

  /** `settle` hears once: an error, or the rows of each statement. */
  constructor(
    readonly statements: readonly Statement[],
    private readonly settle: (error: Error | null, results: TextRow[][]) => void,
  ) {
    super('');
  }

  /** Sends everything as one write: the driver's own methods write each message by itself. The driver calls this when the connection is free for it. */
  override readonly submit = (connection: Connection): void => {
    const prepared = preparedOn(connection);
    const messages: Buffer[] = [];
    for (const { name = '', text, values } of this.statements) {
      if (!prepared.has(name)) messages.push(...this.parse(prepared, name, text));
      messages.push(serialize.bind({ statement: name, values: values as unknown[], valueMapper: prepareValue }));
      messages.push(serialize.execute());
    }
    messages.push(serialize.sync());
    if (connection.stream.writable) connection.stream.write(Buffer.concat(messages)); // else it is lost, and the driver says so
  };

  handleDataRow({ fields }: { fields: TextRow }): void {
    this.results.at(-1)?.push(fields);
  }

  handleCommandComplete(): void {
    this.results.push([]);
  }

  /** How far the server got is not known: what this was the first to use is prepared anew by the next. */
  handleError(error: Error, connection: Connection): void {
    for (const name of this.firstUses) preparedOn(connection).delete(name);
    this.settle(error, []);
  }

  handleReadyForQuery(): void {
    this.settle(null, this.results);
  }

  /** Closing a statement that does not exist is no error, so a name of doubtful state is made good in passing. */
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
