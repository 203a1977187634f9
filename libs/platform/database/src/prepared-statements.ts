import type { Connection } from 'pg';
import { serialize } from 'pg-protocol';

/**
 * Maximum number of statements that are prepared on a connection by their text. PostgreSQL keeps the plan of each,
 * which takes about 170 KiB.
 */
const MAX_REPEATED = 20;

/** The statements that are prepared on one connection. */
export class PreparedStatements {
  private readonly named = new Set<string>();
  /** In the order of their last use. */
  private readonly repeated = new Set<string>();
  /** Names of statements that may exist, because a pipeline failed that was to prepare or to close them. */
  private readonly uncertain = new Set<string>();

  static on(connection: Connection): PreparedStatements {
    const known = byConnection.get(connection) ?? new PreparedStatements();
    byConnection.set(connection, known);
    return known;
  }

  /**
   * Returns the messages that close statements which may be left over from failed pipelines. Closing a statement that
   * does not exist is not an error. They must precede all other messages of a pipeline, so that they are processed even
   * if this pipeline fails.
   */
  closeUncertain(): Buffer[] {
    if (this.uncertain.size === 0) return [];
    const messages = [...this.uncertain].map(closing);
    this.uncertain.clear();
    return messages;
  }

  /**
   * Returns the messages that prepare a statement that has a name; none if it is prepared. They close it first, because
   * after `forgetAll` it may be prepared although that is not known here.
   */
  prepare(name: string, text: string, change: StatementChanges): Buffer[] {
    if (this.named.has(name)) return [];
    this.named.add(name);
    change.names.push(name);
    return [closing(name), serialize.parse({ name, text })];
  }

  /** Does the same for a statement that is named after its text. Closes the one that has not been used for longest. */
  prepareRepeated(name: string, text: string, change: StatementChanges): Buffer[] {
    if (this.repeated.delete(name)) {
      this.repeated.add(name);
      return [];
    }
    this.repeated.add(name);
    change.names.push(name);
    const messages = [closing(name), serialize.parse({ name, text })];
    const [oldest = ''] = this.repeated;
    if (this.repeated.size <= MAX_REPEATED) return messages;
    this.repeated.delete(oldest);
    change.names.push(oldest);
    return [closing(oldest), ...messages];
  }

  /**
   * Records that a pipeline with these changes has failed. It is unknown how far the server got, so the statements are
   * closed, and prepared again at their next use.
   */
  undo({ names }: StatementChanges): void {
    for (const name of names) {
      this.named.delete(name);
      this.repeated.delete(name);
      this.uncertain.add(name);
    }
  }

  /** Records that the server has no statement of a name that it should have, so probably none of the others either. */
  forgetAll(): void {
    this.named.clear();
    this.repeated.clear();
  }
}

/** The names of statements that a pipeline prepares or closes. */
export interface StatementChanges {
  readonly names: string[];
}

function closing(name: string): Buffer {
  return serialize.close({ type: 'S', name });
}

const byConnection = new WeakMap<Connection, PreparedStatements>();
