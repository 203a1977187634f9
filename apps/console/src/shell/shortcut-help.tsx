import { ActionIcon, Kbd, Modal, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKeyboard } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { useShortcut } from '../ui/shortcuts.js';
import type { NavigationItem } from './navigation.js';

/** Shortcuts of views, and keys of the grid of records. They work wherever they are of use. */
const OTHERS: readonly [keys: readonly string[], text: string][] = [
  [['?'], 'Show the shortcuts'],
  [['/'], 'Search or filter the records'],
  [['n'], 'Add a record'],
  [['r'], 'Review the changes of records'],
  [['p'], 'Pause or resume the list of changes'],
  [['←', '↑', '↓', '→'], 'Move between the cells of records'],
  [['Enter'], 'Open the record, or edit the cell (also F2)'],
  [['Alt', 'Enter'], 'Edit the cell in a dialog, also as JSON'],
  [['Space'], 'Select the row'],
  [['Shift', '←', '→'], 'Change the width of the column whose heading has the focus'],
  [['Esc'], 'Close a list of completions, a menu or a dialog, or leave a cell as it was'],
  [['Tab'], 'Move on, also out of a JSON editor'],
  [['Ctrl', ']'], 'Indent lines of JSON (on a Mac, Cmd ])'],
  [['Ctrl', '['], 'Indent lines of JSON less (on a Mac, Cmd [)'],
];

/** Lists the shortcuts when the user presses `?`. */
export function ShortcutHelp({ items }: { items: readonly NavigationItem[] }): ReactNode {
  const [isOpen, { open, close }] = useDisclosure();
  useShortcut('?', open);
  const rows = [...OTHERS, ...items.map(({ key, label }) => [['g', key], `Open ${label}`] as const)];
  return (
    <>
      <ActionIcon variant="default" size="lg" onClick={open} aria-label="Shortcuts" visibleFrom="sm">
        <IconKeyboard size={18} />
      </ActionIcon>
      <Modal opened={isOpen} onClose={close} title="Shortcuts">
        <Table>
          <Table.Tbody>
            {rows.map(([keys, text]) => (
              <Table.Tr key={text}>
                <Table.Td>
                  {keys.map((key) => (
                    <Kbd key={key} mr={4}>
                      {key}
                    </Kbd>
                  ))}
                </Table.Td>
                <Table.Td>{text}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </>
  );
}
