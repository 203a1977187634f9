import { toRfc3339 } from '@haven/database';
import type { TextRow } from '@haven/database';

import type { Checkpoint } from '../domain/checkpoint.js';

/** Columns that `checkpointRow` expects, in this order. */
export const CHECKPOINT_COLUMNS = 'tenant_id, number, first_seq, last_seq, root, previous, hash, at';

/** Parses a row of `haven.checkpoints`. */
export function checkpointRow(row: TextRow): Checkpoint {
  const [tenant, number, firstSeq, lastSeq, root, previous, hash, at] = row as [
    string,
    string,
    string,
    string,
    string,
    string | null,
    string,
    string,
  ]; // in the order of `CHECKPOINT_COLUMNS`
  return {
    tenant,
    number: Number(number),
    firstSeq: Number(firstSeq),
    lastSeq: Number(lastSeq),
    root: hexOf(root),
    previous: previous === null ? null : hexOf(previous),
    hash: hexOf(hash),
    at: toRfc3339(at),
  };
}

/** PostgreSQL formats `bytea` as `\x` and hexadecimal digits. */
function hexOf(text: string): string {
  return text.slice(2);
}
