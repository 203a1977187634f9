import { randomUUID } from 'node:crypto';

import { HavenError, withoutClient } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import type { ImportSpool } from '../domain/import-spool.js';

/** Length of a part in characters. A text that is shorter stays in memory, as does the end of a longer one. */
const PART_LENGTH = 512 * 1024;

/** Interval of the signs of life, much shorter than the silence after which an import is removed. */
const TOUCH_INTERVAL_MS = 20_000;

/** A text that arrives as a stream and is read twice: while it arrives, and once more afterwards. */
export class SpooledText {
  private readonly id = randomUUID();
  private readonly clock: NodeJS.Timeout;
  private kept: string[] = [];
  private keptLength = 0;
  private parts = 0;
  private bytes = 0;

  /** Before a part is stored, `charge` is called with its approximate number of bytes. */
  constructor(
    private readonly caller: Caller,
    private readonly spool: ImportSpool,
    private readonly charge: (bytes: number) => Promise<void>,
  ) {
    this.clock = setInterval(() => {
      // After a failure, the next one comes in time; and `read` notices if the parts have been removed nevertheless.
      if (this.parts > 0) this.spool.touch(caller, this.id).catch(() => undefined);
    }, TOUCH_INTERVAL_MS).unref();
  }

  /** Passes a text on, and stores it. */
  async *record(source: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const text of source) {
      this.kept.push(text);
      this.keptLength += text.length;
      if (this.keptLength >= PART_LENGTH) await this.flush();
      yield text;
    }
  }

  /** Returns the text that was recorded. Throws `UNAVAILABLE` if a part of it was lost. */
  async *read(): AsyncGenerator<string> {
    for (let part = 1; part <= this.parts; part++) {
      const text = await this.spool.readText(this.caller, this.id, part);
      if (text === null) {
        throw new HavenError('UNAVAILABLE', 'The lines of the import were lost, because the database was restarted.', {
          retryAfter: 1,
        });
      }
      yield text;
    }
    yield* this.kept;
  }

  /** Removes the text. */
  async discard(): Promise<void> {
    clearInterval(this.clock);
    this.kept = [];
    if (this.parts === 0) return;
    // If this fails, the leader removes them later; the result of the import does not depend on it.
    await this.spool.remove(withoutClient(this.caller), this.id, this.bytes).catch(() => undefined);
  }

  private async flush(): Promise<void> {
    const text = this.kept.join('');
    this.kept = [];
    this.keptLength = 0;
    await this.charge(text.length);
    this.parts++; // also if the next statement fails, so that `discard` removes what it may have stored
    this.bytes += await this.spool.appendText(this.caller, this.id, this.parts, text);
  }
}
