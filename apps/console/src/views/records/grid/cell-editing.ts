import type { KeyboardEvent } from 'react';

import type { Column } from '../../../columns/columns.js';

/** The cell that has the focus after an edit. `none`: the user has already moved the focus to something else. */
export type NextCell = 'none' | 'same' | 'left' | 'right' | 'down';

/** The functions that the editor of a cell calls. */
export interface CellEditing {
  /** Sets the value; undefined removes the member. `next`: where the user goes on. */
  onCommit(value: unknown, next: NextCell): void;
  onCancel(): void;
  /** Opens the dialog for long texts, objects and null, with the value that was typed so far. */
  onExpand(value: unknown): void;
}

export interface CellEditorProps extends CellEditing {
  column: Column;
  /** The value when the edit began. */
  value: unknown;
}

/** Calls the action of a key that is pressed in an editor. The grid does not see the key, so it does not move. */
export function pressInEditor(
  event: KeyboardEvent,
  actions: { commit(next: NextCell): void; cancel(): void; expand(): void },
): void {
  event.stopPropagation();
  const { key } = event;
  if (key === 'Escape') actions.cancel();
  else if (key === 'Enter' && event.altKey) actions.expand();
  else if (key === 'Enter') actions.commit('down');
  else if (key === 'Tab') actions.commit(event.shiftKey ? 'left' : 'right');
  else return;
  event.preventDefault();
}
