import type { Caller } from '@haven/kernel';

import { RolledBack } from './database-error.js';
import type { Statement, TextRow } from './pipeline.js';

/** Maximum number of reads that are sent together, so that none waits long for the rows of others. */
const MAX_READS = 32;

/** Sends statements for callers of one tenant. Throws `RolledBack` if each of several should be sent by itself. */
type SendReads = (callers: readonly Caller[], statements: readonly Statement[]) => Promise<TextRow[][]>;

interface Read extends PromiseWithResolvers<TextRow[]> {
  readonly caller: Caller;
  readonly statement: Statement;
}

/**
 * Combines reads of one tenant that arrive in the same turn of the event loop into one transaction. They are sent at
 * the end of the turn, and do not wait for any that are under way.
 */
export class GroupedReads {
  /** The reads of this turn, by tenant. */
  private waiting = new Map<string, Read[]>();

  constructor(private readonly send: SendReads) {}

  read(caller: Caller, statement: Statement): Promise<TextRow[]> {
    const read = { caller, statement, ...Promise.withResolvers<TextRow[]>() };
    if (this.waiting.size === 0) setImmediate(() => this.flush());
    const group = this.waiting.get(caller.tenantId);
    if (!group) this.waiting.set(caller.tenantId, [read]);
    else if (group.push(read) === MAX_READS) {
      this.waiting.set(caller.tenantId, []);
      void this.sendGroup(group);
    }
    return read.promise;
  }

  private flush(): void {
    const groups = this.waiting;
    this.waiting = new Map();
    for (const group of groups.values()) if (group.length > 0) void this.sendGroup(group);
  }

  /** Settles all reads of a group; never throws. */
  private async sendGroup(group: readonly Read[]): Promise<void> {
    try {
      const callers = group.map(({ caller }) => caller);
      const rows = await this.send(
        group.length === 1 ? callers : [...new Set(callers)],
        group.map(({ statement }) => statement),
      );
      for (const [place, { resolve }] of group.entries()) resolve(rows[place] ?? []);
    } catch (error) {
      if (error instanceof RolledBack) for (const read of group) void this.sendGroup([read]);
      else for (const { reject } of group) reject(error);
    }
  }
}
