import type { ReactNode } from 'react';

import type { CellEditorProps } from './cell-editing.js';
import { ChoiceEditor } from './choice-editor.js';
import { TextEditor } from './text-editor.js';

/** Edits a value in its cell. */
export function CellEditor(props: CellEditorProps): ReactNode {
  const { type } = props.column;
  return type === 'boolean' || type === 'choice' ? <ChoiceEditor {...props} /> : <TextEditor {...props} />;
}
