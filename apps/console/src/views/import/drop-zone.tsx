import { FileButton, Button, Paper, Stack, Text } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { useState } from 'react';
import type { DragEvent, ReactNode } from 'react';

/** Takes the file that the user drops or chooses: of several that are dropped, the first. */
export function DropZone({ onFile }: { onFile(file: File, others: number): void }): ReactNode {
  const [isOver, setIsOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setIsOver(false);
    const [file, ...others] = event.dataTransfer.files;
    if (file) onFile(file, others.length);
  };
  return (
    <Paper
      withBorder
      p="xl"
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
      style={{
        borderStyle: 'dashed',
        borderWidth: 2,
        borderColor: isOver ? 'var(--mantine-primary-color-filled)' : undefined,
      }}
    >
      <Stack align="center" gap="xs" ta="center">
        <IconFileUpload size={40} stroke={1.4} aria-hidden />
        <Text fw={600}>{isOver ? 'Drop the file' : 'Drop a file here'}</Text>
        <Text size="sm" c="dimmed">
          CSV, NDJSON, or a JSON array; also compressed with gzip. Nothing is stored before you have seen it.
        </Text>
        <FileButton
          accept=".csv,.tsv,.ndjson,.jsonl,.json,.gz,text/csv,application/json,application/x-ndjson"
          onChange={(file) => {
            if (file) onFile(file, 0);
          }}
          inputProps={{ 'aria-label': 'File to import' }}
        >
          {(props) => <Button {...props}>Choose a file</Button>}
        </FileButton>
      </Stack>
    </Paper>
  );
}
