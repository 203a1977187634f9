import type { ClientBase } from 'pg';

import { sendPipeline } from './pipeline.js';
import type { Statement, TextRow } from './pipeline.js';

const BATCH = 200;

/** The rows of a statement, a batch at a time over a cursor of that name, so that memory is constant; needs an open transaction. */
export async function* streamRows(client: ClientBase, cursor: string, statement: Statement): AsyncGenerator<TextRow> {
  const { text, values } = statement;
  await sendPipeline(client, [{ text: `DECLARE ${cursor} NO SCROLL CURSOR FOR ${text}`, values }]);
  for (;;) {
    const [rows = []] = await sendPipeline(client, [{ text: `FETCH ${BATCH} FROM ${cursor}`, values: [] }]);
    if (rows.length === 0) return;
    yield* rows;
  }
}
