import type { ClientBase } from 'pg';

import { sendPipeline } from './pipeline.js';
import type { Statement, TextRow } from './pipeline.js';

/** Number of rows fetched at a time. */
const BATCH = 200;

/**
 * Reads the rows of a statement in batches through a cursor, so that memory use is constant. The caller must have begun
 * a transaction on the connection.
 */
export async function* streamRows(client: ClientBase, cursor: string, statement: Statement): AsyncGenerator<TextRow> {
  const { text, values } = statement;
  await sendPipeline(client, [{ text: `DECLARE ${cursor} NO SCROLL CURSOR FOR ${text}`, values }]);
  for (;;) {
    const [rows = []] = await sendPipeline(client, [{ text: `FETCH ${BATCH} FROM ${cursor}`, values: [] }]);
    if (rows.length === 0) return;
    yield* rows;
  }
}
