import { ActionIcon, Input, Popover } from '@mantine/core';
import { IconArrowsDiagonal } from '@tabler/icons-react';
import { useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';

import { InvalidValue, parseCell, printFor } from '../../../columns/cell-values.js';
import { pressInEditor } from './cell-editing.js';
import type { CellEditorProps, NextCell } from './cell-editing.js';

/** Edits a value as a text. A text that is no value of the column is not committed, and the reason is shown below. */
export function TextEditor({ column, value, onCommit, onCancel, onExpand }: CellEditorProps): ReactNode {
  const before = printFor(value, column);
  const [text, setText] = useState(before);
  const [problem, setProblem] = useState<string>();
  const problemId = useId();
  const isDone = useRef(false);
  // A text that was not touched keeps the type of its value.
  const read = (): unknown => (text === before ? value : parseCell(text, column));
  const commit = (next: NextCell): void => {
    if (isDone.current) return;
    try {
      const typed = read();
      isDone.current = true;
      onCommit(typed, next);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      setProblem(error.message);
    }
  };
  const cancel = (): void => {
    isDone.current = true;
    onCancel();
  };
  const expand = (): void => {
    isDone.current = true;
    try {
      onExpand(read());
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      onExpand(value);
    }
  };
  return (
    // Outside of the row, which is only as high as the input.
    <Popover opened={problem !== undefined} position="bottom-start" withRoles={false} transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <Input
          size="xs"
          w="100%"
          autoFocus
          withAria={false}
          aria-label={column.label}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : problemId}
          value={text}
          onFocus={({ currentTarget }) => currentTarget.select()} // typing replaces the text
          onChange={(event) => {
            setText(event.currentTarget.value);
            setProblem(undefined);
          }}
          onKeyDown={(event) => pressInEditor(event, { commit, cancel, expand })}
          onBlur={() => commit('none')}
          error={problem !== undefined}
          inputMode={column.type === 'number' ? 'decimal' : undefined}
          rightSection={
            <ActionIcon
              size="sm"
              variant="subtle"
              aria-label="Open the editor"
              aria-keyshortcuts="Alt+Enter"
              title="Open the editor (Alt+Enter)"
              tabIndex={-1} // Tab commits
              onMouseDown={(event) => event.preventDefault()} // the field keeps the focus, so it does not commit
              onClick={expand}
            >
              <IconArrowsDiagonal size={14} />
            </ActionIcon>
          }
        />
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <Input.Error id={problemId} role="alert" size="sm">
          {problem}
        </Input.Error>
      </Popover.Dropdown>
    </Popover>
  );
}
