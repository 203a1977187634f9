import { history, undo } from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import type { Transaction } from '@codemirror/state';
import { expect, test } from 'vitest';

import { givenText, isEdited } from './given-text.js';

const state = EditorState.create({ doc: '{}', extensions: history() });

test('a text that was set is no edit', () => {
  const set = state.update(givenText(state, '{"a": 1}'));
  expect(set.state.doc.toString()).toBe('{"a": 1}');
  expect(isEdited([set])).toBe(false);
});

test('a text that was typed or undone is an edit, and a moved cursor is none', () => {
  const typed = state.update({ changes: { from: 1, insert: '"a": 1' } });
  expect(isEdited([typed])).toBe(true);
  expect(isEdited([state.update(givenText(state, '[]')), typed])).toBe(true);
  expect(isEdited([state.update({ selection: { anchor: 1 } })])).toBe(false);
  const undone: Transaction[] = [];
  undo({ state: typed.state, dispatch: (transaction) => undone.push(transaction) });
  expect(isEdited(undone)).toBe(true);
});
