import { NativeSelect, SimpleGrid } from '@mantine/core';
import type { ReactNode } from 'react';

import { useCollections } from '../../../api/collections.js';
import { asSchema } from '../../../values/json-schema.js';
import type { JsonSchema } from '../../../values/json-schema.js';

const EFFECTS = [
  { value: 'restrict', label: 'refuse the deletion' },
  { value: 'setNull', label: 'remove the reference' },
  { value: 'cascade', label: 'delete this record too' },
];

interface ReferenceOptionsProps {
  /** The collection whose schema is edited. It can refer to itself. */
  own: string;
  schema: JsonSchema;
  onChange(schema: JsonSchema): void;
}

/** Edits where a reference leads, and what happens when that record is deleted. */
export function ReferenceOptions({ own, schema, onChange }: ReferenceOptionsProps): ReactNode {
  const { data: collections = [] } = useCollections();
  const reference = asSchema(schema['x-haven-ref']);
  const target = typeof reference['collection'] === 'string' ? reference['collection'] : '';
  const names = new Set([own, ...collections.map(({ name }) => name), ...(target === '' ? [] : [target])]);
  const change = (part: JsonSchema): void => onChange({ ...schema, 'x-haven-ref': { ...reference, ...part } });
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <NativeSelect
        label="Collection of the record"
        data={[...(target === '' ? [{ value: '', label: 'Choose one' }] : []), ...[...names].toSorted()]}
        value={target}
        onChange={(event) => change({ collection: event.currentTarget.value })}
        error={target === '' ? 'Choose a collection.' : undefined}
      />
      <NativeSelect
        label="When that record is deleted"
        data={EFFECTS}
        value={typeof reference['onDelete'] === 'string' ? reference['onDelete'] : 'restrict'}
        onChange={(event) => change({ onDelete: event.currentTarget.value })}
      />
    </SimpleGrid>
  );
}
