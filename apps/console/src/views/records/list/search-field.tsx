import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ReactNode, RefObject } from 'react';

/** Milliseconds after the last key until the search begins. */
const PAUSE = 350;

interface SearchFieldProps {
  search: string;
  onSearch(search: string): void;
  input: RefObject<HTMLInputElement | null>;
}

/** Searches the text of the records while the user types. */
export function SearchField({ search, onSearch, input }: SearchFieldProps): ReactNode {
  const [text, setText] = useState(search);
  useEffect(() => setText(search), [search]);
  useEffect(() => {
    if (text === search) return undefined;
    const timer = setTimeout(() => onSearch(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text, search, onSearch]);
  return (
    <TextInput
      ref={input}
      size="xs"
      w={{ base: '100%', xs: '16rem' }}
      aria-label="Search"
      placeholder="Search"
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      leftSection={<IconSearch size={16} />}
      rightSection={text !== '' && <CloseButton size="sm" aria-label="Clear the search" onClick={() => onSearch('')} />}
    />
  );
}
