/** The cells of a table, row by row. All rows have as many cells as the first one that has the most. */
export type Table = string[][];

/** Reads cells that were copied from a spreadsheet, or CSV. Cells in quotes may have line breaks and doubled quotes. */
export function readTable(text: string): Table {
  const separator = separatorOf(text);
  const rows: Table = [];
  let row: string[] = [];
  let cell = '';
  let place: 'start' | 'plain' | 'quoted' = 'start';
  const endCell = (): void => {
    row.push(cell);
    cell = '';
    place = 'start';
  };
  const endRow = (): void => {
    endCell();
    if (row.some((value) => value !== '')) rows.push(row);
    row = [];
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (place === 'quoted') {
      if (character !== '"') cell += character;
      else if (text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else place = 'plain';
    } else if (character === '"' && place === 'start') place = 'quoted';
    else if (character === separator) endCell();
    else if (character === '\n') endRow();
    else if (character !== '\r' || text[index + 1] !== '\n') {
      cell += character;
      place = 'plain';
    }
  }
  endRow();
  const width = Math.max(0, ...rows.map(({ length }) => length));
  return rows.map((cells) => [...cells, ...Array<string>(width - cells.length).fill('')]);
}

/** Spreadsheets copy tabs; files have commas or, in many languages, semicolons. */
function separatorOf(text: string): string {
  const [first = ''] = text.split('\n', 1);
  if (first.includes('\t')) return '\t';
  return first.split(';').length > first.split(',').length ? ';' : ',';
}
