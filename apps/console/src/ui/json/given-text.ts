import { Annotation } from '@codemirror/state';
import type { EditorState, Transaction, TransactionSpec } from '@codemirror/state';

/** Marks a transaction that the user has not caused. */
const isGiven = Annotation.define<true>();

/** Returns the transaction that replaces the whole text of an editor by another one that its view has set. */
export function givenText({ doc }: EditorState, text: string): TransactionSpec {
  return { changes: { from: 0, to: doc.length, insert: text }, annotations: isGiven.of(true) };
}

/** Whether the user has changed the text, which includes undoing and redoing. */
export function isEdited(transactions: readonly Transaction[]): boolean {
  return transactions.some((transaction) => transaction.docChanged && transaction.annotation(isGiven) === undefined);
}
