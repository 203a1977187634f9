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

/** Returns the request that exports the records of a list. */
export function exportRequest(
  collection: string,
  { filter = {}, search = '', asOf }: ExportQuery,
  { type, shape, delimiter, decimal }: ExportFormat,
): Pick<OpenRequest, 'path' | 'query' | 'headers'> {
  const selected = filterWithSearch({ filter, search });
  return {
    path: `${collectionApiPath(collection)}/export`,
    query: {
      shape,
      filter: Object.keys(selected).length > 0 ? JSON.stringify(selected) : undefined,
      asOf: asOf ?? undefined,
      ...(type === 'csv' && { delimiter, decimal }),
    },
    headers: { accept: type === 'csv' ? 'text/csv' : 'application/x-ndjson' },
  };
}
