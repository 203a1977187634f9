import { Alert, Checkbox, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { documentText, readDocument } from '../../../values/document-text.js';
import type { JsonSchema } from '../../../values/json-schema.js';
import { MembersEditor } from './members-editor.js';

/** Keywords of the whole schema that the form shows, or that restrict nothing. */
const SHOWN = new Set(['type', 'properties', 'required', 'additionalProperties', 'title', 'description', '$schema']);
for (const keyword of ['$id', '$comment', '$defs', 'definitions', 'examples', 'x-haven-name']) SHOWN.add(keyword);

interface SchemaFormProps {
  collection: string;
  text: string;
  onChange(text: string): void;
}

/** Edits the members that a schema declares. All other parts of the schema stay as they are. */
export function SchemaForm({ collection, text, onChange }: SchemaFormProps): ReactNode {
  const read = useMemo(() => readDocument(text), [text]);
  if ('problem' in read)
    return (
      <Alert color="orange" title="The form cannot show this schema">
        {read.problem} Edit it as JSON.
      </Alert>
    );
  const schema = read.data;
  const change = (next: JsonSchema): void => onChange(documentText(next));
  const others = Object.keys(schema).filter((keyword) => !SHOWN.has(keyword));
  return (
    <>
      {others.length > 0 && (
        <Text size="sm">The schema has further rules, which only the JSON shows: {others.join(', ')}.</Text>
      )}
      <MembersEditor collection={collection} label="Members" schema={schema} onChange={change} />
      <ClosedCheckbox schema={schema} onChange={change} />
    </>
  );
}

/** Edits whether members are allowed that the schema does not declare. */
function ClosedCheckbox({ schema, onChange }: { schema: JsonSchema; onChange(schema: JsonSchema): void }): ReactNode {
  const { additionalProperties: other, ...rest } = schema;
  if (other !== undefined && typeof other !== 'boolean') return null;
  return (
    <Checkbox
      label="Refuse members that are not listed"
      checked={other === false}
      onChange={(event) => onChange(event.currentTarget.checked ? { ...rest, additionalProperties: false } : rest)}
    />
  );
}
