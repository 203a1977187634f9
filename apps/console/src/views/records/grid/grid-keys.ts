/** A cell of the grid. */
export interface CellPosition {
  id: string;
  path: string;
}

/** Returns the cell to which a key leads; null if the key does not move. */
export function cellAfter(
  key: string,
  isControl: boolean,
  from: CellPosition,
  { ids, paths, page }: { ids: readonly string[]; paths: readonly string[]; page: number },
): CellPosition | null {
  const row = ids.indexOf(from.id);
  const column = paths.indexOf(from.path);
  const at = (nextRow: number, nextColumn: number): CellPosition | null => {
    const id = ids[Math.max(0, Math.min(nextRow, ids.length - 1))];
    const path = paths[Math.max(0, Math.min(nextColumn, paths.length - 1))];
    return id === undefined || path === undefined ? null : { id, path };
  };
  switch (key) {
    case 'ArrowDown':
      return at(row + 1, column);
    case 'ArrowUp':
      return at(row - 1, column);
    case 'ArrowRight':
      return at(row, column + 1);
    case 'ArrowLeft':
      return at(row, column - 1);
    case 'PageDown':
      return at(row + page, column);
    case 'PageUp':
      return at(row - page, column);
    case 'Home':
      return at(isControl ? 0 : row, 0);
    case 'End':
      return at(isControl ? ids.length - 1 : row, paths.length - 1);
    default:
      return null;
  }
}
