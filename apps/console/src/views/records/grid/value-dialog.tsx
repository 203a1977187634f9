import { Button, Group, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';

import type { Column } from '../../../columns/columns.js';
import { RecordPicker } from '../../../form/fields/record-picker.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../../ui/dialogs/form-dialog.js';
import { JsonEditor } from '../../../ui/json/json-editor.js';
import { longTextProps } from '../../../ui/long-text.js';
import { isEqual } from '../../../values/diff.js';
import { readJson } from '../../../values/document-text.js';

interface ValueDialogProps {
  column: Column;
  /** The value that is shown at first. */
  value: unknown;
  /** Sets the value; undefined removes the member. */
  onSave(value: unknown): void;
  onClose(): void;
}

const NOT_JSON = 'Enter a JSON value. Texts are in quotes.';

/** Edits a value of any type and length, as a text or as JSON. */
export function ValueDialog(props: ValueDialogProps): ReactNode {
  return (
    <FormDialog onClose={props.onClose} size="xl" title={`Edit ${props.column.label}`}>
      <ValueForm {...props} />
    </FormDialog>
  );
}

function ValueForm({ column, value, onSave, onClose }: ValueDialogProps): ReactNode {
  const isText =
    typeof value === 'string' || (value === undefined && ['text', 'reference', 'any'].includes(column.type));
  const [mode, setMode] = useState(isText ? 'text' : 'json');
  const [initial] = useState(value);
  const [shown, setShown] = useState(initial);
  const [problem, setProblem] = useState<string | undefined>(isText || value !== undefined ? undefined : NOT_JSON);
  // The typed text is not in the state: a text of a megabyte would be rendered again with each key.
  const typed = useRef<string | null>(null);
  const current = (): unknown => {
    if (typed.current === null) return mode === 'text' ? (shown ?? '') : shown;
    if (mode === 'text') return typed.current;
    const read = readJson(typed.current);
    return 'value' in read ? read.value : undefined;
  };
  useCloseQuestion(() => (typed.current === null && isEqual(shown, initial) ? null : DISCARD));
  const switchTo = (next: string): void => {
    setShown(problem === undefined ? current() : (typed.current ?? undefined));
    setProblem(undefined);
    typed.current = null;
    setMode(next);
  };
  const shownText = typeof shown === 'string' ? shown : '';
  const canBeText = mode === 'text' || typeof current() === 'string' || current() === undefined;
  return (
    <Stack>
      <SegmentedControl
        aria-label="Kind of value"
        value={mode}
        onChange={switchTo}
        data={[
          { value: 'text', label: 'Text', disabled: !canBeText },
          { value: 'json', label: 'JSON' },
        ]}
      />
      {column.type === 'reference' && column.target !== undefined && (
        <Group>
          <RecordPicker name={column.label} collection={column.target} onPick={onSave} />
        </Group>
      )}
      {mode === 'text' ? (
        <Textarea
          aria-label={column.label}
          data-autofocus
          rows={12}
          {...longTextProps(shownText)}
          defaultValue={shownText}
          onChange={({ currentTarget }) => {
            typed.current = currentTarget.value;
          }}
        />
      ) : (
        <JsonEditor
          label={column.label}
          value={shown === undefined ? '' : JSON.stringify(shown, null, 2)}
          onChange={(text) => {
            typed.current = text;
            const read = readJson(text);
            setProblem('value' in read ? undefined : read.isInexact ? read.problem : NOT_JSON);
          }}
          minHeight="12rem"
        />
      )}
      {problem !== undefined && (
        <Text size="sm" c="dimmed">
          {problem}
        </Text>
      )}
      <Group justify="space-between">
        <Group gap="xs">
          <Button variant="default" onClick={() => onSave(null)}>
            Set to null
          </Button>
          <Button variant="default" onClick={() => onSave(undefined)}>
            Remove
          </Button>
        </Group>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={problem !== undefined} onClick={() => onSave(current())}>
            Save
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}
