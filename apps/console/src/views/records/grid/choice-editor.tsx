import { NativeSelect } from '@mantine/core';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';

import { printValue } from '../../../columns/cell-values.js';
import { pressInEditor } from './cell-editing.js';
import type { CellEditorProps } from './cell-editing.js';

/** Option for a member that the record does not have. */
const MISSING = 'missing';

/** The choices of a boolean that no schema declares. */
const BOOLEANS = [true, false, null];

/**
 * Chooses a boolean, or one of the values that the schema allows. The choice is not committed before the user leaves
 * the cell, because the arrow keys go through the options one by one.
 */
export function ChoiceEditor({ column, value, onCommit, onCancel, onExpand }: CellEditorProps): ReactNode {
  const { label, choices = BOOLEANS, isRequired = false } = column;
  const known = choices.includes(value) || value === undefined ? choices : [...choices, value];
  const [chosen, setChosen] = useState(value);
  const isDone = useRef(false);
  const leave = (action: () => void): void => {
    if (isDone.current) return;
    isDone.current = true;
    action();
  };
  return (
    <NativeSelect
      size="xs"
      w="100%"
      autoFocus
      aria-label={label}
      value={chosen === undefined ? MISSING : String(known.indexOf(chosen))}
      data={[
        ...known.map((choice, index) => ({ value: String(index), label: printValue(choice) })),
        ...(isRequired && value !== undefined ? [] : [{ value: MISSING, label: '(missing)' }]),
      ]}
      onChange={({ currentTarget }) =>
        setChosen(currentTarget.value === MISSING ? undefined : known[Number(currentTarget.value)])
      }
      onKeyDown={(event) =>
        pressInEditor(event, {
          commit: (next) => leave(() => onCommit(chosen, next)),
          cancel: () => leave(onCancel),
          expand: () => leave(() => onExpand(chosen)),
        })
      }
      onBlur={() => leave(() => onCommit(chosen, 'none'))}
    />
  );
}
