import { ActionIcon, Box, Checkbox, Group, NativeSelect, Text } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { RemoveIconButton } from '../../../ui/buttons/remove-icon-button.js';
import { CommittedInput } from './committed-input.js';
import { kindOf, withKind } from './member-kind.js';
import type { MemberKind } from './member-kind.js';
import { MemberOptions } from './member-options.js';
import { memberSummary } from './member-summary.js';
import type { MembersEditorProps } from './members-editor-props.js';
import type { SchemaMember } from './schema-members.js';

const LABELS: Readonly<Record<MemberKind, string>> = {
  text: 'Text',
  integer: 'Whole number',
  number: 'Number',
  boolean: 'True or false',
  date: 'Date',
  dateTime: 'Date and time',
  email: 'Email address',
  uri: 'URL',
  uuid: 'UUID',
  choice: 'One of some texts',
  reference: 'Reference',
  references: 'List of references',
  texts: 'List of texts',
  numbers: 'List of numbers',
  object: 'Object',
  objects: 'List of objects',
  any: 'Anything',
  other: 'Other, edited as JSON',
};
const KINDS = Object.entries(LABELS).map(([value, label]) => ({ value: value as MemberKind, label })); // its keys

/** Kinds that are not complete without their options. */
const INCOMPLETE = new Set<MemberKind>(['choice', 'reference', 'references', 'object', 'objects']);

interface MemberRowProps {
  collection: string;
  /** Edits the members of objects. */
  editor: (props: MembersEditorProps) => ReactNode;
  member: SchemaMember;
  otherNames: ReadonlySet<string>;
  isOpen: boolean;
  onToggle(): void;
  onOpen(): void;
  onChange(member: SchemaMember): void;
  onRemove(): void;
}

/** Edits one member of a schema: its name and type, and its options if they are open. */
export function MemberRow(props: MemberRowProps): ReactNode {
  const { collection, editor, member, otherNames, isOpen, onToggle, onOpen, onChange, onRemove } = props;
  const { name, schema, isRequired } = member;
  const kind = kindOf(schema);
  const summary = memberSummary(schema);
  const setKind = (next: string): void => {
    const chosen = KINDS.find(({ value }) => value === next)?.value ?? kind;
    if (INCOMPLETE.has(chosen)) onOpen();
    onChange({ ...member, schema: withKind(schema, chosen) });
  };
  return (
    <>
      <Group gap="xs" align="center">
        <CommittedInput<string>
          aria-label={`Name of ${name}`}
          value={name}
          read={(text) => {
            if (text === '') return { problem: 'A member needs a name.' };
            if (text !== name && otherNames.has(text)) return { problem: 'There is a member with this name.' };
            return { value: text };
          }}
          onCommit={(next) => onChange({ ...member, name: next })}
          style={{ flex: '1 1 10rem' }}
        />
        <NativeSelect
          aria-label={`Type of ${name}`}
          data={KINDS.filter(({ value }) => value !== 'other' || kind === 'other')}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
          style={{ flex: '1 1 10rem' }}
        />
        <Checkbox
          label="Required"
          aria-label={`${name} is required`}
          checked={isRequired}
          onChange={(event) => onChange({ ...member, isRequired: event.currentTarget.checked })}
        />
        {kind !== 'other' && (
          <ActionIcon
            variant="subtle"
            size="lg"
            onClick={onToggle}
            aria-expanded={isOpen}
            aria-label={`Options of ${name}`}
          >
            {isOpen ? <IconChevronUp size={18} /> : <IconChevronDown size={18} />}
          </ActionIcon>
        )}
        <RemoveIconButton label={`Remove ${name}`} onClick={onRemove} />
      </Group>
      {summary !== '' && (
        <Text size="sm" c="dimmed" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {summary}
        </Text>
      )}
      {isOpen && kind !== 'other' && (
        <Box mt="sm" pl="sm">
          <MemberOptions
            collection={collection}
            editor={editor}
            name={name}
            schema={schema}
            onChange={(next) => onChange({ ...member, schema: next })}
          />
        </Box>
      )}
    </>
  );
}
