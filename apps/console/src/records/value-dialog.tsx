import { Button, Group, Modal, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { JsonEditor } from '../ui/json-editor.js';
import type { Column } from './columns.js';
import { jsonOf } from './values.js';

interface ValueDialogProps {
  column: Column;
  value: unknown;
  /** Sets the value; undefined removes the member. */
  onSave(value: unknown): void;
  onClose(): void;
}

/** Edits a value of any type and length, as a text or as JSON. */
export function ValueDialog({ column, value, onSave, onClose }: ValueDialogProps): ReactNode {
  const isText = typeof value === 'string' || (value === undefined && ['text', 'any'].includes(column.type));
  const [mode, setMode] = useState(isText ? 'text' : 'json');
  const [text, setText] = useState(() => (typeof value === 'string' ? value : ''));
  const [json, setJson] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const parsed = mode === 'text' ? text : jsonOf(json);
  const switchTo = (next: string): void => {
    if (next === 'json') setJson(JSON.stringify(text, null, 2));
    else if (typeof parsed === 'string') setText(parsed);
    setMode(next);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={`Edit ${column.label}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <SegmentedControl
          aria-label="Kind of value"
          value={mode}
          onChange={switchTo}
          data={[
            { value: 'text', label: 'Text', disabled: typeof parsed !== 'string' && parsed !== undefined },
            { value: 'json', label: 'JSON' },
          ]}
        />
        {mode === 'text' ? (
          <Textarea
            aria-label={column.label}
            data-autofocus
            rows={12}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        ) : (
          <JsonEditor label={column.label} value={json} onChange={setJson} minHeight="12rem" />
        )}
        {parsed === undefined && (
          <Text size="sm" c="dimmed">
            Enter a JSON value. Texts are in quotes.
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
            <Button disabled={parsed === undefined} onClick={() => onSave(parsed)}>
              Save
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
