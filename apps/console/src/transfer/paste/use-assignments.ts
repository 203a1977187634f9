import { useMemo, useState } from 'react';

import type { Column } from '../../columns/columns.js';
import type { Assignment } from '../tables/assignments.js';
import { assign } from '../tables/pasted-rows.js';
import type { Pasted } from '../tables/pasted-rows.js';

interface Assignments {
  firstRow: 'names' | 'values';
  setFirstRow(firstRow: 'names' | 'values'): void;
  assignments: readonly Assignment[];
  setAssignment(index: number, assignment: Assignment): void;
  /** Whether the user has chosen some of the assignments. */
  isChosen: boolean;
}

/** Proposes members for the columns of a pasted table, and keeps what the user chooses instead. */
export function useAssignments(pasted: Pasted, columns: readonly Column[]): Assignments {
  const [firstRow, setFirstRow] = useState<'names' | 'values'>('names');
  const proposed = useMemo(
    () => (pasted.kind === 'table' ? assign(pasted.table, columns, firstRow) : []),
    [pasted, columns, firstRow],
  );
  const [chosen, setChosen] = useState<{ of: readonly Assignment[]; list: readonly Assignment[] }>();
  const isChosen = chosen?.of === proposed;
  const assignments = isChosen ? chosen.list : proposed;
  return {
    firstRow,
    setFirstRow,
    assignments,
    isChosen,
    setAssignment: (index, assignment) => setChosen({ of: proposed, list: assignments.with(index, assignment) }),
  };
}
