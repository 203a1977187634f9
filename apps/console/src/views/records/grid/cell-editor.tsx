import { ActionIcon, NativeSelect, TextInput } from '@mantine/core';
import { IconArrowsDiagonal } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

import { InvalidValue, parseValue, printFor, printValue } from '../../../columns/cell-values.js';
import type { Column } from '../../../columns/columns.js';

/** The cell that has the focus after an edit. `none`: the user has already moved the focus to something else. */
export type NextCell = 'none' | 'same' | 'right' | 'down';

export interface CellEditorProps {
  column: Column;
  value: unknown;
  /** Sets the value; undefined removes the member. `next`: where the user goes on. */
  onCommit(value: unknown, next: NextCell): void;
  onCancel(): void;
  /** Opens the editor for long texts, objects and null. */
  onExpand(): void;
}

/** Edits a value in its cell. */
export function CellEditor(props: CellEditorProps): ReactNode {
  const { type } = props.column;
  return type === 'boolean' || type === 'choice' ? <ChoiceEditor {...props} /> : <TextEditor {...props} />;
}

/** Option for a member that the record does not have. */
const MISSING = 'missing';

function ChoiceEditor({ column, value, onCommit, onCancel }: CellEditorProps): ReactNode {
  const choices: readonly unknown[] = column.choices ?? [true, false];
  const known = choices.includes(value) || value === undefined ? choices : [...choices, value];
  const press = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') onCancel();
    else if (event.key === 'Enter') onCommit(value, 'down');
  };
  return (
    <NativeSelect
      size="xs"
      w="100%"
      autoFocus
      aria-label={column.label}
      value={value === undefined ? MISSING : String(known.indexOf(value))}
      data={[
        ...known.map((choice, index) => ({ value: String(index), label: printValue(choice) })),
        { value: MISSING, label: '(missing)' },
      ]}
      onChange={({ currentTarget }) =>
        onCommit(currentTarget.value === MISSING ? undefined : known[Number(currentTarget.value)], 'same')
      }
      onKeyDown={press}
      onBlur={onCancel}
    />
  );
}

function TextEditor({ column: shown, value, onCommit, onCancel, onExpand }: CellEditorProps): ReactNode {
  // Without a schema a text stays a text, even if the user types a number.
  const column = typeof value === 'string' && !shown.isDeclared ? { ...shown, type: 'text' as const } : shown;
  const before = printFor(value, column);
  const [text, setText] = useState(before);
  const [error, setError] = useState('');
  const isDone = useRef(false);
  const commit = (next: NextCell): void => {
    if (isDone.current) return;
    try {
      // A text that was not touched keeps the type of its value.
      const parsed = text === before ? value : parseValue(text, column);
      isDone.current = true;
      onCommit(parsed, next);
    } catch (problem) {
      if (!(problem instanceof InvalidValue)) throw problem;
      setError(problem.message);
    }
  };
  const press = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      isDone.current = true;
      onCancel();
    } else if (event.key === 'Enter') commit('down');
    else if (event.key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      commit('right');
    }
  };
  return (
    <TextInput
      size="xs"
      w="100%"
      autoFocus
      aria-label={column.label}
      value={text}
      onFocus={({ currentTarget }) => currentTarget.select()} // typing replaces the text
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={press}
      onBlur={() => commit('none')}
      error={error !== ''}
      title={error === '' ? undefined : error}
      aria-description={error === '' ? undefined : error}
      inputMode={column.type === 'number' ? 'decimal' : undefined}
      rightSection={
        <ActionIcon
          size="sm"
          variant="subtle"
          aria-label="Open the editor"
          tabIndex={-1}
          onMouseDown={(event) => {
            event.preventDefault(); // the field keeps the focus, so it does not commit
            isDone.current = true;
            onExpand();
          }}
        >
          <IconArrowsDiagonal size={14} />
        </ActionIcon>
      }
    />
  );
}
