import { notifications } from '@mantine/notifications';

import { ProblemDetails } from './problem-details.js';
import { problemOf } from './problem.js';

const CLOSE = { 'aria-label': 'Close the message' };

/** Says that something was done. */
export function notify(message: string): void {
  notifications.show({ message, color: 'teal', closeButtonProps: CLOSE });
}

/** Shows an error that belongs to no place on the page, until the user closes it. */
export function notifyError(error: unknown): void {
  const problem = problemOf(error);
  notifications.show({
    title: problem.title,
    message: <ProblemDetails problem={problem} />,
    color: 'red',
    autoClose: false,
    closeButtonProps: CLOSE,
  });
}

/** Closes all messages, such as those about the data of another tenant. */
export function closeNotifications(): void {
  notifications.clean();
}
