import { Button, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../api/types.js';
import { isObject } from '../ui/diff.js';
import { DialogActions } from '../ui/dialog-actions.js';
import { JsonEditor } from '../ui/json-editor.js';
import { useReturnFocus } from '../ui/use-return-focus.js';

/** Edits a document as JSON in a dialog. */
export function EditData({
  title,
  data,
  onSave,
  onClose,
}: {
  title: string;
  data: Data;
  onSave(data: Data): void;
  onClose(): void;
}): ReactNode {
  useReturnFocus();
  const [text, setText] = useState(() => JSON.stringify(data, null, 2));
  const [error, setError] = useState<string>();
  const save = (): void => {
    try {
      onSave(parseData(text));
    } catch (invalid) {
      setError(invalid instanceof Error ? invalid.message : String(invalid));
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} size="xl">
      <Stack>
        <JsonEditor label="Document as JSON" value={text} onChange={setText} />
        {error !== undefined && (
          <Text role="alert" size="sm" fw={600}>
            {error}
          </Text>
        )}
        <DialogActions>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={save}>Save</Button>
        </DialogActions>
      </Stack>
    </Modal>
  );
}

/** Reads a document. Throws an error for the user if the text is none. */
function parseData(text: string): Data {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error('A document is a JSON object, such as {"name": "Ada"}.');
  return value;
}
