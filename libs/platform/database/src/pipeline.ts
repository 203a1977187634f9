import pg from 'pg';
import type { ClientBase, Connection } from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import { serialize } from 'pg-protocol';

import { sqlState } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { PreparedStatements } from './prepared-statements.js';
import type { StatementChanges } from './prepared-statements.js';
import { RepeatedTexts } from './repeated-texts.js';
import { keepsSession } from './watched-client.js';

/**
 * A statement with its parameters. A statement with a name is prepared once per connection, so all statements with this
 * name must have the same text. On a connection without a session of its own, no statement is prepared.
 */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
  /**
   * Whether the text determines the plan, so that one plan is right for all values. A statement without a name is then
   * prepared too, once its text has been used several times, and PostgreSQL plans it once per connection.
   */
  readonly hasFixedPlan?: boolean;
}

/** SQLSTATE of the use of a prepared statement that does not exist. */
const NO_SUCH_STATEMENT = '26000';

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
  private readonly changes: StatementChanges = { names: [] };

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
    const prepared = PreparedStatements.on(connection);
    const messages = prepared.closeUncertain();
    for (const statement of this.statements) {
      const name = this.prepare(prepared, statement, messages);
      const values = statement.values as unknown[]; // the driver does not change them
      messages.push(serialize.bind({ statement: name, values, valueMapper: prepareValue }));
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

  handleError(error: Error, connection: Connection): void {
    const prepared = PreparedStatements.on(connection);
    prepared.undo(this.changes);
    if (sqlState(error) === NO_SUCH_STATEMENT) prepared.forgetAll();
    this.settle(error, []);
  }

  handleReadyForQuery(): void {
    this.settle(null, this.results);
  }

  /** Adds the messages that prepare a statement, if it is not prepared. Returns the name to use for it. */
  private prepare(prepared: PreparedStatements, statement: Statement, messages: Buffer[]): string {
    const { name = '', text, hasFixedPlan } = statement;
    const repeated = this.canPrepare && hasFixedPlan && name === '' ? repeatedTexts.use(text) : '';
    if (repeated !== '') messages.push(...prepared.prepareRepeated(repeated, text, this.changes));
    else if (this.canPrepare && name !== '') messages.push(...prepared.prepare(name, text, this.changes));
    else messages.push(serialize.parse({ text }));
    return this.canPrepare ? repeated || name : '';
  }
}

const repeatedTexts = new RepeatedTexts();
