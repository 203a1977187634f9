import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { csvLines, csvText, inspectCsv } from '@haven/csv';
import type { Caller } from '@haven/kernel';

import { ImportSpool } from '../domain/import-spool.js';
import { CsvReadingView } from './import.contract.js';
import { ImportRateLimiter } from './import-rate-limiter.js';
import type { ImportOptions } from './import-line-parser.js';
import type { ImportLine } from './import-lines.js';
import { SpooledText } from './spooled-text.js';
import type { CsvImportOptions } from './transfer-format.js';

/** A CSV that was read once, and can be read again as lines of JSON. */
export interface ReadCsv {
  reading: CsvReadingView;
  lines: AsyncIterable<ImportLine[]>;
}

/**
 * Reads CSV twice, because the type of a column depends on all its cells, and because nothing may be stored if a row is
 * malformed. A long one is spooled in between.
 */
@Injectable()
export class CsvImport {
  constructor(
    private readonly spool: ImportSpool,
    private readonly limiter: ImportRateLimiter,
    private readonly config: HavenConfig,
  ) {}

  /** Reads the whole body, calls `use` with the lines, and then removes what was spooled. */
  async run(
    caller: Caller,
    body: AsyncIterable<Uint8Array>,
    { csv, shape }: Pick<ImportOptions, 'shape'> & { csv: CsvImportOptions },
    use: (csv: ReadCsv) => Promise<void>,
  ): Promise<void> {
    const spooled = new SpooledText(caller, this.spool, (bytes) => this.limiter.consumeBytes(caller, bytes));
    try {
      const { importLineBytes: maxRowLength, jsonKeys: maxColumns } = this.config.limits;
      const options = { ...csv, shape, maxRowLength, maxColumns };
      const plan = await inspectCsv(spooled.record(csvText(body)), options);
      await use({ reading: new CsvReadingView(plan), lines: toImportLines(csvLines(spooled.read(), plan)) });
    } finally {
      await spooled.discard();
    }
  }
}

async function* toImportLines(blocks: ReturnType<typeof csvLines>): AsyncGenerator<ImportLine[]> {
  for await (const block of blocks)
    yield block.map(({ number, json }) => ({ number, size: Buffer.byteLength(json), text: json }));
}
