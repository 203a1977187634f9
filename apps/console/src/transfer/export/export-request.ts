import type { OpenRequest } from '../../api/open.js';
import { collectionApiPath, withQuery } from '../../api/paths.js';
import type { Data } from '../../api/types.js';
import { filterWithSearch } from '../../filter/filter-with-search.js';
import { countOf, countText } from '../../values/numbers.js';

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

/**
 * Returns why an export cannot be requested, or undefined if it can. Lists send their filter in the body of a request,
 * but an export has it in its URL, whose length is limited.
 */
export function exportProblem({ path, query }: Pick<OpenRequest, 'path' | 'query'>, limit: number): string | undefined {
  const { length } = withQuery(path, query);
  if (!(length > limit)) return undefined;
  return (
    `The filter is too long for an export. It makes the URL ${countOf(length, 'character')} long, and this server ` +
    `accepts ${countText(limit)} (limits.uriBytes). Shorten the filter, or export all records.`
  );
}
