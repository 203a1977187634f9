import { Modal, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Data } from '../api/types.js';

export interface ExportDialogProps {
  collection: string;
  query: { filter?: Data; sort?: unknown; search?: string };
  isOpen: boolean;
  onClose(): void;
}

/** Exports the records that a list shows. */
export function ExportDialog({ collection, isOpen, onClose }: ExportDialogProps): ReactNode {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={`Export ${collection}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text>GET /api/v1/collections/{collection}/export</Text>
    </Modal>
  );
}
