import { Button, Code, Group, Input, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { JsonEditor } from '../../ui/json/json-editor.js';
import { documentText, readJson } from '../../values/document-text.js';
import { shorten } from '../../values/shorten.js';
import { useForm } from '../form-context.js';
import { useUnread } from '../unread-inputs.js';
import type { InputProps } from './field-props.js';
import { RemoveButton } from './remove-button.js';

/** Edits a value for which there is no input, as JSON. */
export function JsonField({ name, value, isKept, onChange, texts }: InputProps): ReactNode {
  const { isReadOnly } = useForm();
  const [typed, setTyped] = useState<string | null>(null);
  const [problem, setProblem] = useState<string>();
  const preview = useMemo(() => (value === undefined ? '' : shorten(JSON.stringify(value), 300)), [value]);
  useUnread(problem !== undefined);
  const change = (text: string): void => {
    setTyped(text);
    const read = readJson(text);
    setProblem('problem' in read ? read.problem : undefined);
    if ('value' in read) onChange(read.value);
  };
  const remove = (): void => {
    setTyped(null);
    setProblem(undefined);
    onChange(undefined);
  };
  return (
    <Stack gap={4}>
      <Input.Label component="div" required={texts.withAsterisk}>
        {name}
      </Input.Label>
      {texts.description !== undefined && <Input.Description>{texts.description}</Input.Description>}
      {typed === null ? (
        preview !== '' && (
          <Code block tabIndex={0}>
            {preview}
          </Code>
        )
      ) : (
        <JsonEditor label={`${name} as JSON`} value={typed} onChange={change} minHeight="4rem" maxHeight="20rem" />
      )}
      {isReadOnly && preview === '' && (
        <Text size="sm" c="dimmed">
          not set
        </Text>
      )}
      {(problem ?? texts.error) && <Input.Error role="alert">{problem ?? texts.error}</Input.Error>}
      {!isReadOnly && (
        <Group gap="xs">
          {typed === null ? (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setTyped(value === undefined ? '' : documentText(value))}
            >
              {value === undefined ? 'Add' : 'Edit'} {name} as JSON
            </Button>
          ) : (
            <Button size="compact-sm" variant="default" onClick={() => setTyped(null)} disabled={problem !== undefined}>
              Close the editor
            </Button>
          )}
          {value !== undefined && !isKept && <RemoveButton name={name} onClick={remove} />}
        </Group>
      )}
    </Stack>
  );
}
