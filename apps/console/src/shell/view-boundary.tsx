import { Button } from '@mantine/core';
import { Component } from 'react';
import type { ReactNode } from 'react';

import { ProblemAlert } from '../ui/feedback/problem-alert.js';
import { PageHeader } from '../ui/layout/page-header.js';

/**
 * Shows an error instead of a view that fails, so that the others can still be opened. A view fails to load if the
 * server was upgraded since the page was loaded, and does not have its script any more.
 */
export class ViewBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <>
        <PageHeader title="This view failed" text="Reload the page. If that does not help, the console has a bug." />
        <ProblemAlert error={error} />
        <Button mt="md" onClick={() => location.reload()}>
          Reload
        </Button>
      </>
    );
  }
}
