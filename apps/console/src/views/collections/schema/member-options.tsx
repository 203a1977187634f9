import { Checkbox, SimpleGrid, Stack, TagsInput } from '@mantine/core';
import type { ReactNode } from 'react';

import { asSchema } from '../../../values/json-schema.js';
import type { JsonSchema } from '../../../values/json-schema.js';
import { readNumber } from '../../../values/number-text.js';
import { previewOf } from '../../../values/preview.js';
import { CommittedInput } from './committed-input.js';
import type { ReadValue } from './committed-input.js';
import { DefaultField } from './default-field.js';
import { isPattern } from './is-pattern.js';
import { allowNull, forbidNull, isNullable, kindOf } from './member-kind.js';
import type { MemberKind } from './member-kind.js';
import type { MembersEditorProps } from './members-editor-props.js';
import { ReferenceOptions } from './reference-options.js';

interface MemberOptionsProps {
  collection: string;
  /** Edits the members of objects. */
  editor: (props: MembersEditorProps) => ReactNode;
  name: string;
  schema: unknown;
  onChange(schema: JsonSchema): void;
}

/** Number keywords of the kinds that have some. */
const NUMBERS: Partial<Record<MemberKind, readonly [keyword: string, label: string, read: (text: string) => Read][]>> =
  {
    text: [
      ['minLength', 'Minimum length', readCount],
      ['maxLength', 'Maximum length', readCount],
    ],
    integer: [
      ['minimum', 'Minimum', (text) => readNumberOption(text, true)],
      ['maximum', 'Maximum', (text) => readNumberOption(text, true)],
    ],
    number: [
      ['minimum', 'Minimum', (text) => readNumberOption(text, false)],
      ['maximum', 'Maximum', (text) => readNumberOption(text, false)],
    ],
  };

/** Edits what a schema says about a member, apart from its name and type. */
export function MemberOptions({
  collection,
  editor: Editor,
  name,
  schema: part,
  onChange,
}: MemberOptionsProps): ReactNode {
  const schema = asSchema(part);
  const kind = kindOf(part);
  const items = asSchema(schema['items']);
  const set = (keyword: string, value: unknown): void => onChange(withKeyword(schema, keyword, value));
  return (
    <Stack gap="sm">
      {kind === 'choice' && (
        <TagsInput
          label="Values"
          description="Press Enter after each value."
          value={textsOf(schema['enum'])}
          onChange={(values) => set('enum', isNullable(schema) ? [...values, null] : values)}
          error={textsOf(schema['enum']).length === 0 ? 'Add at least one value.' : undefined}
        />
      )}
      {kind === 'reference' && <ReferenceOptions own={collection} schema={schema} onChange={onChange} />}
      {kind === 'references' && (
        <ReferenceOptions own={collection} schema={items} onChange={(next) => set('items', next)} />
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {(NUMBERS[kind] ?? []).map(([keyword, label, read]) => (
          <CommittedInput
            key={keyword}
            label={label}
            inputMode="decimal"
            value={schema[keyword] === undefined ? '' : previewOf(schema[keyword]).text}
            read={read}
            onCommit={(value) => set(keyword, value)}
          />
        ))}
        {kind === 'text' && (
          <CommittedInput
            label="Pattern"
            description="A regular expression"
            value={typeof schema['pattern'] === 'string' ? schema['pattern'] : ''}
            read={readPattern}
            onCommit={(value) => set('pattern', value)}
          />
        )}
        <CommittedInput
          label="Description"
          value={typeof schema['description'] === 'string' ? schema['description'] : ''}
          read={(text) => ({ value: text === '' ? undefined : text })}
          onCommit={(value) => set('description', value)}
        />
        <DefaultField kind={kind} schema={schema} onChange={(value) => set('x-haven-default', value)} />
      </SimpleGrid>
      {kind !== 'any' && (
        <Checkbox
          label="Can be null"
          checked={isNullable(schema)}
          onChange={(event) => onChange(event.currentTarget.checked ? allowNull(schema) : forbidNull(schema))}
        />
      )}
      {kind === 'object' && (
        <Editor collection={collection} label={`Members of ${name}`} schema={schema} onChange={onChange} />
      )}
      {kind === 'objects' && (
        <Editor
          collection={collection}
          label={`Members of each ${name}`}
          schema={items}
          onChange={(next) => set('items', next)}
        />
      )}
    </Stack>
  );
}

type Read = ReadValue<number | undefined>;

function withKeyword(schema: JsonSchema, keyword: string, value: unknown): JsonSchema {
  if (value !== undefined) return { ...schema, [keyword]: value };
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));
}

function textsOf(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}

function readNumberOption(text: string, isInteger: boolean): Read {
  if (text.trim() === '') return { value: undefined };
  const read = readNumber(text, isInteger);
  return 'number' in read ? { value: read.number } : read;
}

function readCount(text: string): Read {
  const read = readNumberOption(text, true);
  return 'value' in read && read.value !== undefined && read.value < 0 ? { problem: 'Must be 0 or more' } : read;
}

function readPattern(text: string): ReadValue<string | undefined> {
  if (text === '') return { value: undefined };
  return isPattern(text) ? { value: text } : { problem: 'Not a regular expression' };
}
