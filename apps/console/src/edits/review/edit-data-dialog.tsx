import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../../api/types.js';
import { DialogActions } from '../../ui/dialogs/dialog-actions.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../ui/dialogs/form-dialog.js';
import { JsonEditor } from '../../ui/json/json-editor.js';
import { readDocument } from '../../values/document-text.js';

interface EditDataProps {
  data: Data;
  onSave(data: Data): void;
  onClose(): void;
}

/** Edits a document as JSON in a dialog. */
export function EditDataDialog({ title, ...props }: EditDataProps & { title: string }): ReactNode {
  return (
    <FormDialog onClose={props.onClose} title={title} size="xl">
      <DataForm {...props} />
    </FormDialog>
  );
}

function DataForm({ data, onSave, onClose }: EditDataProps): ReactNode {
  const [written] = useState(() => JSON.stringify(data, null, 2));
  const [text, setText] = useState(written);
  const [error, setError] = useState<string>();
  useCloseQuestion(() => (text === written ? null : DISCARD));
  const save = (): void => {
    const read = readDocument(text);
    if ('problem' in read) setError(read.problem);
    else onSave(read.data);
  };
  return (
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
  );
}
