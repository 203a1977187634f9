export { csvLines } from './csv-lines.js';
export { DATA_PREFIX } from './csv-header.js';
export {
  csvDecimalNames,
  csvDelimiterNames,
  csvEmptyValues,
  csvTypes,
  decimalOf,
  delimiterOf,
  parseTypes,
} from './csv-options.js';
export type { CsvEmpty, CsvOptions } from './csv-options.js';
export { csvText } from './csv-text.js';
export { inspectCsv } from './inspect-csv.js';
export type { CsvPlan } from './inspect-csv.js';
export { writeCsv } from './write-csv.js';
export type { CsvFormat } from './write-csv.js';
