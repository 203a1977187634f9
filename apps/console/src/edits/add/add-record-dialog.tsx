import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useCollection } from '../../api/collections.js';
import type { CollectionView, Data } from '../../api/types.js';
import { checkDocument } from '../../form/check-document.js';
import { DocumentEditor } from '../../form/document-editor.js';
import { fieldErrors } from '../../form/field-errors.js';
import { UnreadInputs } from '../../form/unread-inputs.js';
import { useDocumentErrors } from '../../form/use-document-errors.js';
import { useSession } from '../../session/session.js';
import { DialogActions } from '../../ui/dialogs/dialog-actions.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../ui/dialogs/form-dialog.js';
import { Loading } from '../../ui/feedback/loading.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { isLarge } from '../../values/document-size.js';
import { isId, newId } from '../../values/ids.js';
import { asSchema } from '../../values/json-schema.js';
import { useDrafts } from '../drafts/drafts.js';
import { useFormSchema } from './use-form-schema.js';

/** Adds a record. It is queued, and created when the changes are applied. */
export default function AddRecordDialog({ collection, onClose }: { collection: string; onClose(): void }): ReactNode {
  const query = useCollection(collection);
  const isSmall = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  return (
    <FormDialog onClose={onClose} title={`Add a record to ${collection}`} size="min(72rem, 95vw)" fullScreen={isSmall}>
      <QueryView query={query}>{(found) => <NewRecord collection={found} onClose={onClose} />}</QueryView>
    </FormDialog>
  );
}

interface NewRecordProps {
  collection: CollectionView;
  onClose(): void;
}

function NewRecord(props: NewRecordProps): ReactNode {
  const schema = useFormSchema(props.collection);
  return schema ? <NewRecordForm {...props} offered={schema} /> : <Loading />;
}

/** Lets the dialog focus the first input, and not the button that closes it. */
function focusFirst(form: HTMLFormElement | null): void {
  const first = form?.querySelector<HTMLElement>('input, textarea');
  first?.setAttribute('data-autofocus', '');
  // A form that was loaded has appeared after the dialog got the focus.
  if (document.activeElement?.closest('[role="dialog"]')) first?.focus();
}

/** The form of a record, with fields for the members that the schema `offered` has. */
function NewRecordForm({ collection, offered, onClose }: NewRecordProps & { offered: Readonly<Data> }): ReactNode {
  const { name, schema } = collection;
  const { haven } = useSession();
  const { put } = useDrafts();
  const [data, setData] = useState<Data>({});
  const [proposedId] = useState(newId);
  const [id, setId] = useState(proposedId);
  const [wasTried, setTried] = useState(false);
  const [unread] = useState(() => new Set<string>());
  const [isIncomplete, setIncomplete] = useState(false);
  const local = useDocumentErrors(schema, data);
  const isValidId = isId(id);
  useCloseQuestion(() => (Object.keys(data).length > 0 || unread.size > 0 || id !== proposedId ? DISCARD : null));
  // A dry run also finds values that are not unique, and references that lead nowhere.
  const trial = useMutation({
    mutationFn: () => haven.collection(name).create(data, { id, dryRun: true }),
    onSuccess: () => add(),
  });
  const add = (): void => {
    if (hasUnread()) return;
    put({ op: 'create', collection: name, id: id.toLowerCase(), data });
    onClose();
  };
  const hasUnread = (): boolean => {
    setIncomplete(unread.size > 0);
    return unread.size > 0;
  };
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    setTried(true);
    // Not `local`, which is of the document before the last keys were pressed.
    const isValid = isLarge(data) || checkDocument(schema, data).length === 0;
    if (!hasUnread() && isValidId && isValid) trial.mutate();
  };
  const change = (next: Data): void => {
    setData(next);
    setIncomplete(false);
    trial.reset();
  };
  return (
    <form onSubmit={submit} noValidate ref={focusFirst}>
      <Stack>
        {!schema && Object.keys(asSchema(offered['properties'])).length > 0 && (
          <Text size="sm" c="dimmed">
            The collection has no schema, so a record can have any members. These are the members of other records.
          </Text>
        )}
        <UnreadInputs value={unread}>
          <DocumentEditor
            schema={offered}
            value={data}
            onChange={change}
            errors={[...(wasTried ? local : []), ...fieldErrors(trial.error)]}
          />
        </UnreadInputs>
        <TextInput
          label="Id"
          description="A UUID. Change it only if the record needs a certain one."
          value={id}
          onChange={(event) => setId(event.currentTarget.value.trim())}
          error={isValidId ? undefined : 'This is not a UUID.'}
        />
        {isIncomplete && (
          <Text role="alert" size="sm">
            A value cannot be read, so it would be missing in the record. Correct it first.
          </Text>
        )}
        {trial.error && <ProblemAlert error={trial.error} />}
        <DialogActions>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          {trial.error && (
            <Button variant="default" onClick={add}>
              Add anyway
            </Button>
          )}
          <Button type="submit" loading={trial.isPending}>
            Add
          </Button>
        </DialogActions>
      </Stack>
    </form>
  );
}
