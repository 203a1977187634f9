import type { LiveRecord } from '../domain/record-reader.js';
import type { LineShape } from './transfer-format.js';

/**
 * Returns a function that prints records as lines of JSON, each of which equals the printed `RecordView`. Ids and times
 * need no escaping, and documents are texts, so a line is only joined.
 */
export function linePrinter(collection: string, shape: LineShape): (records: readonly LiveRecord[]) => string {
  if (shape === 'document') return (records) => records.map(({ document }) => `${document.text}\n`).join('');
  const name = JSON.stringify(collection);
  const lineOf = ({ id, version, document, createdAt, updatedAt }: LiveRecord): string =>
    `{"id":"${id}","collection":${name},"version":${version},"data":${document.text},` +
    `"createdAt":"${createdAt}","updatedAt":"${updatedAt}"}\n`;
  return (records) => records.map(lineOf).join('');
}
