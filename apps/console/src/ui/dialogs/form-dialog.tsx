import { Modal, Text } from '@mantine/core';
import type { ModalProps } from '@mantine/core';
import { createContext, use, useEffect, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';

import { ConfirmDialog } from './confirm-dialog.js';
import { isOnTop } from './is-on-top.js';
import { useReturnFocus } from './use-return-focus.js';

/** A question that a dialog asks before it is closed, because closing it loses something. */
interface CloseQuestion {
  title: string;
  text: string;
  /** Label of the button that closes the dialog. */
  close: string;
  /** Label of the button that leaves the dialog open. */
  stay: string;
}

/** Asks about a form that was changed. */
export const DISCARD: CloseQuestion = {
  title: 'Discard your input?',
  text: 'The input in this dialog is not saved yet.',
  close: 'Discard',
  stay: 'Keep editing',
};

/** Returns the question that a dialog asks now; null if it can be closed without one. */
type AskBeforeClose = () => CloseQuestion | null;

const askNothing: AskBeforeClose = () => null;

const FormDialogContext = createContext<RefObject<AskBeforeClose> | null>(null);

/** Lets the dialog around a form ask before it is closed by Escape, a click beside it or its close button. */
export function useCloseQuestion(ask: AskBeforeClose): void {
  const current = use(FormDialogContext);
  useEffect(() => {
    if (!current) return undefined;
    current.current = ask;
    return () => {
      current.current = askNothing;
    };
  });
}

interface FormDialogProps extends Pick<ModalProps, 'title' | 'size' | 'fullScreen'> {
  onClose(): void;
  children: ReactNode;
}

/**
 * A dialog with a form, which is shown as long as it is rendered. Escape, a click beside it and its close button ask
 * first if the form has a question. The buttons of the form close it at once.
 */
export function FormDialog({ onClose, children, ...props }: FormDialogProps): ReactNode {
  useReturnFocus();
  const root = useRef<HTMLDivElement>(null);
  const ask = useRef(askNothing);
  const [question, setQuestion] = useState(DISCARD);
  const [isAsking, setAsking] = useState(false);
  const close = (): void => {
    if (!isOnTop(root.current)) return;
    const asked = ask.current();
    if (!asked) return onClose();
    setQuestion(asked);
    setTimeout(() => setAsking(true)); // otherwise the question would receive this Escape, too
  };
  return (
    <>
      <Modal {...props} ref={root} opened onClose={close}>
        <FormDialogContext value={ask}>{children}</FormDialogContext>
      </Modal>
      <ConfirmDialog
        title={question.title}
        action={question.close}
        cancel={question.stay}
        isOpen={isAsking}
        onConfirm={onClose}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">{question.text}</Text>
      </ConfirmDialog>
    </>
  );
}
