import { HavenError } from '@haven/kernel';

/** Types of a column: the type of JSON value that its cells become. A cell of type `json` contains JSON text. */
export const csvTypes = ['text', 'number', 'boolean', 'json'] as const;
export type CsvType = (typeof csvTypes)[number];

export type CsvDelimiter = ',' | ';' | '\t' | '|';
export type CsvDecimal = '.' | ',';

/** Values of an empty cell without quotes. `text` makes it an empty string in columns of text. */
export const csvEmptyValues = ['missing', 'null', 'text'] as const;
export type CsvEmpty = (typeof csvEmptyValues)[number];

/** Names of the delimiters, which need no escaping in URLs and shells. */
const delimiterNames: Readonly<Record<string, CsvDelimiter>> = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' };

/** Names of the delimiters and of the decimal signs, and the characters themselves. */
export const csvDelimiterNames = [...Object.keys(delimiterNames), ',', ';', '\t', '|'];
export const csvDecimalNames = ['point', 'comma', '.', ','];

/** How to read a CSV. What is absent is found in the CSV itself. */
export interface CsvOptions {
  delimiter?: CsvDelimiter | undefined;
  decimal?: CsvDecimal | undefined;
  /** Types of columns, by their name in the header. The column `*` stands for all others. */
  types?: ReadonlyMap<string, CsvType> | undefined;
  /** Default `missing`. */
  empty?: CsvEmpty | undefined;
  /**
   * The content of a row: a document, or a record as in an export, with the column `id` and a column `data.x` for each
   * member `x` of the document.
   */
  shape: 'document' | 'record';
  /** Maximum length of a row in characters. */
  maxRowLength: number;
  /** Maximum number of columns. */
  maxColumns: number;
}

/** Returns the delimiter with this name, which is one of `csvDelimiterNames`. */
export function delimiterOf(name: string | undefined): CsvDelimiter | undefined {
  return name === undefined ? undefined : (delimiterNames[name] ?? (name as CsvDelimiter)); // the caller has checked it
}

/** Returns the decimal sign with this name, which is one of `csvDecimalNames`. */
export function decimalOf(name: string | undefined): CsvDecimal | undefined {
  return name === undefined ? undefined : name === 'comma' || name === ',' ? ',' : '.';
}

/**
 * Parses declared types: `year:number,zip:text`, or a JSON object, which also allows commas in names. Throws
 * `VALIDATION_FAILED` with the pointer `/types`.
 */
export function parseTypes(text: string): ReadonlyMap<string, CsvType> {
  return new Map((text.trimStart().startsWith('{') ? jsonTypes(text) : listedTypes(text)).map(checkedType));
}

function jsonTypes(text: string): [string, unknown][] {
  try {
    return Object.entries(JSON.parse(text) as object); // the text starts with a brace
  } catch {
    throw typesInvalid('It is not valid JSON.');
  }
}

function listedTypes(text: string): [string, string][] {
  return text.split(',').map((item) => {
    const colon = item.lastIndexOf(':');
    if (colon < 1) throw typesInvalid(`${JSON.stringify(item)} is not of the form name:type, such as year:number.`);
    return [item.slice(0, colon).trim(), item.slice(colon + 1).trim()];
  });
}

function checkedType([name, type]: [string, unknown]): [string, CsvType] {
  const known = csvTypes.find((each) => each === type);
  if (known) return [name, known];
  const shown = `The type of ${JSON.stringify(name)} must be one of ${csvTypes.join(', ')}`;
  throw typesInvalid(`${shown}; got ${JSON.stringify(type)}.`);
}

export function typesInvalid(detail: string): HavenError {
  return new HavenError('VALIDATION_FAILED', `types: ${detail}`, {
    errors: [{ code: 'VALIDATION_FAILED', detail, pointer: '/types' }],
  });
}
