import { Button, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../../api/types.js';
import { DialogActions } from '../../ui/dialogs/dialog-actions.js';
import { useReturnFocus } from '../../ui/dialogs/use-return-focus.js';
import { JsonEditor } from '../../ui/json/json-editor.js';
import { readDocument } from '../../values/document-text.js';

/** Edits a document as JSON in a dialog. */
export function EditDataDialog({
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
    const read = readDocument(text);
    if ('problem' in read) setError(read.problem);
    else onSave(read.data);
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
