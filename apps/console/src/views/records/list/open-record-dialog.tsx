import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import type { CollectionView } from '../../../api/types.js';
import { parseValue } from '../../../columns/cell-values.js';
import type { Column } from '../../../columns/columns.js';
import { columnAt } from '../../../filter/filter-draft.js';
import { recordPath } from '../../../labels/paths.js';
import { useSession } from '../../../session/session.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';

interface OpenRecordDialogProps {
  collection: CollectionView;
  columns: readonly Column[];
  onClose(): void;
}

/** Name of the choice beside the unique indexes. No index has it, as no index is on the id alone. */
const ID = '$id';

/** Opens a record by its id, or by its value in a unique index. */
export default function OpenRecordDialog({ collection, columns, onClose }: OpenRecordDialogProps): ReactNode {
  const { haven } = useSession();
  const [, navigate] = useLocation();
  const byPath = new Map(columns.map((column) => [column.path, column]));
  const keys = collection.indexes.filter(({ unique }) => unique);
  const [by, setBy] = useState(ID);
  const index = keys.find(({ path }) => path === by);
  const paths = index ? index.paths.map((path) => (typeof path === 'string' ? path : path.path)) : [ID];
  const [texts, setTexts] = useState<readonly string[]>([]);
  const open = useMutation({
    mutationFn: async () => {
      const values = paths.map((path, position) =>
        parseValue((texts[position] ?? '').trim(), columnAt(path.replace(/^-/, ''), byPath)),
      );
      if (!index) return String(values[0]);
      const record = await haven
        .collection(collection.name)
        .getBy(index.path, index.paths.length > 1 ? values : values[0]);
      return record.id;
    },
    onSuccess: (id) => navigate(recordPath(collection.name, id)),
  });
  return (
    <Modal opened onClose={onClose} title="Open a record">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          open.mutate();
        }}
      >
        <Stack>
          {keys.length > 0 && (
            <NativeSelect
              label="By"
              value={by}
              data={[{ value: ID, label: 'Id' }, ...keys.map(({ path }) => ({ value: path, label: path }))]}
              onChange={({ currentTarget }) => {
                setBy(currentTarget.value);
                setTexts([]);
                open.reset();
              }}
            />
          )}
          {paths.map((path, position) => (
            <TextInput
              key={`${by} ${path}`}
              label={path === ID ? 'Id' : path}
              required
              data-autofocus={position === 0 || undefined}
              value={texts[position] ?? ''}
              onChange={({ currentTarget }) => {
                const { value } = currentTarget;
                setTexts((before) => paths.map((_, other) => (other === position ? value : (before[other] ?? ''))));
              }}
            />
          ))}
          {open.error && <ProblemAlert error={open.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={open.isPending}>
              Open
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
