import { notifications } from '@mantine/notifications';

import { HavenError } from 'haven-records';

const CLOSE = { 'aria-label': 'Close the message' };

/** Says that something was done. */
export function notify(message: string): void {
  notifications.show({ message, color: 'teal', closeButtonProps: CLOSE });
}

/** Shows an error that belongs to no place on the page. */
export function notifyError(error: unknown): void {
  const title = error instanceof HavenError ? error.code : 'Error';
  notifications.show({
    title,
    message: error instanceof Error ? error.message : String(error),
    color: 'red',
    autoClose: 15_000,
    closeButtonProps: CLOSE,
  });
}
