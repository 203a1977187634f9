import { Input, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../api/types.js';
import { JsonEditor } from '../ui/json/json-editor.js';
import { isEqual } from '../values/diff.js';
import { documentText, readDocument } from '../values/document-text.js';
import { asSchema } from '../values/json-schema.js';
import { useUnread } from './unread-inputs.js';

/** A text that the user has typed, and the document that it accompanies. */
interface Typed {
  text: string;
  document: Data;
  problem?: string;
}

/** Edits a document as JSON. The document follows the text as soon as the text is a JSON object. */
export function DocumentJson({
  schema,
  value,
  onChange,
  isReadOnly = false,
}: {
  schema: Readonly<Data> | null | undefined;
  value: Data;
  onChange(value: Data): void;
  isReadOnly?: boolean;
}): ReactNode {
  const [typed, setTyped] = useState<Typed | null>(null);
  const [settled] = useDebouncedValue(value, 150); // writing a large document takes longer than a key press
  const isCurrent = useMemo(() => typed !== null && isEqual(typed.document, value), [typed, value]);
  const written = useMemo(() => documentText(settled), [settled]);
  const completions = useMemo(() => completionsOf(schema), [schema]);
  const change = (text: string): void => {
    const read = readDocument(text);
    if ('problem' in read) return setTyped({ text, document: value, problem: read.problem });
    setTyped({ text, document: read.data });
    if (!isEqual(read.data, value)) onChange(read.data);
  };
  const shown = isCurrent ? typed : null;
  useUnread(shown?.problem !== undefined);
  return (
    <Stack gap={4}>
      <JsonEditor
        key={String(isReadOnly)}
        label="The document as JSON"
        value={shown?.text ?? written}
        onChange={change}
        isReadOnly={isReadOnly}
        completions={completions}
        maxHeight="75dvh"
      />
      {shown?.problem !== undefined && (
        <Input.Error role="alert">{shown.problem} The form shows the last valid document.</Input.Error>
      )}
    </Stack>
  );
}

/** Returns the names of the members, and the values of enums, as they are written in JSON. */
function completionsOf(schema: Readonly<Data> | null | undefined): string[] {
  const properties = Object.entries(asSchema(asSchema(schema)['properties']));
  const values = properties.flatMap(([, part]) => {
    const allowed = asSchema(part)['enum'];
    return Array.isArray(allowed) ? allowed.filter((value) => typeof value === 'string') : [];
  });
  return [
    ...properties.map(([name]) => JSON.stringify(name)),
    ...new Set(values.map((value) => JSON.stringify(value))),
  ];
}
