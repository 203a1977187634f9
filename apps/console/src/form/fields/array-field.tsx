import { ActionIcon, Box, Button, Group, Text } from '@mantine/core';
import { IconArrowUp, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { RemoveIconButton } from '../../ui/buttons/remove-icon-button.js';
import { pointerTo } from '../../values/json-schema.js';
import { useForm } from '../form-context.js';
import { emptyValue, fieldSpec } from './field-kind.js';
import type { InputProps } from './field-props.js';
import { NestedField } from './nested-field.js';
import { RemoveButton } from './remove-button.js';

/** Edits an array, item by item. */
export function ArrayField({ name, pointer, spec, value, isKept, onChange, texts }: InputProps): ReactNode {
  const { Field, root, isReadOnly } = useForm();
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const prefixes = spec.schema['prefixItems'];
  const schemaOf = (index: number): unknown =>
    Array.isArray(prefixes) && index < prefixes.length ? prefixes[index] : spec.schema['items'];
  const add = (): void => {
    const last = items.at(-1);
    onChange([...items, emptyValue(fieldSpec(schemaOf(items.length), root, last ?? ''))]);
  };
  const actions = !isReadOnly && (
    <>
      <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={add}>
        Add to {name}
      </Button>
      {Array.isArray(value) && !isKept && <RemoveButton name={name} onClick={() => onChange(undefined)} />}
    </>
  );
  return (
    <NestedField legend={`${name} (${items.length})`} texts={texts} actions={actions}>
      {value === null && <Text size="sm">null</Text>}
      {items.map((item, index) => (
        <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
          <Box flex={1} miw={0}>
            <Field
              name={`${name} ${index + 1}`}
              pointer={pointerTo(pointer, index)}
              schema={schemaOf(index)}
              value={item}
              isRequired={false}
              isKept
              labelling="hidden"
              onChange={(next) => onChange(items.with(index, next === undefined ? null : next))}
            />
          </Box>
          {!isReadOnly && (
            <>
              <ActionIcon
                variant="subtle"
                size="lg"
                disabled={index === 0}
                aria-label={`Move ${name} ${index + 1} up`}
                onClick={() => onChange(items.with(index - 1, item).with(index, items[index - 1]))}
              >
                <IconArrowUp size={16} />
              </ActionIcon>
              <RemoveIconButton
                label={`Remove ${name} ${index + 1}`}
                onClick={() => onChange(items.toSpliced(index, 1))}
              />
            </>
          )}
        </Group>
      ))}
    </NestedField>
  );
}
