import type { OpenRequest } from '../../api/open.js';
import { collectionApiPath } from '../../api/paths.js';
import type { Data } from '../../api/types.js';
import { filterWithSearch } from '../../filter/filter-with-search.js';

/** The records that a list shows. */
export interface ExportQuery {
  filter?: Data;
  search?: string;
  asOf?: string | null;
}

/** How the records are written. */
export interface ExportFormat {
  type: 'ndjson' | 'csv';
  /** Whether a line is the whole record, or only its document. */
  shape: 'record' | 'document';
  delimiter: 'comma' | 'semicolon' | 'tab';
  decimal: 'point' | 'comma';
}

/** Returns the request that exports the records of a list. The filter is in the body, because it can be long. */
export function exportRequest(
  collection: string,
  { filter = {}, search = '', asOf }: ExportQuery,
  { type, shape, delimiter, decimal }: ExportFormat,
): Pick<OpenRequest, 'method' | 'path' | 'headers'> & { body: string } {
  const isCsv = type === 'csv';
  return {
    method: 'POST',
    path: `${collectionApiPath(collection)}/export`,
    headers: { accept: isCsv ? 'text/csv' : 'application/x-ndjson', 'content-type': 'application/json' },
    body: JSON.stringify({
      shape,
      filter: filterWithSearch({ filter, search }),
      asOf: asOf ?? undefined,
      ...(isCsv && { delimiter, decimal }),
    }),
  };
}
