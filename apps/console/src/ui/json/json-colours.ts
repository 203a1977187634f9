import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Colours of the parts of JSON, on a light and on a dark background. Each has a contrast of more than 4.5. */
const COLOURS = {
  light: { name: '#1c4f8f', text: '#9c1c1c', number: '#0b5d3b', word: '#5b2a9b' },
  dark: { name: '#8ec5ff', text: '#ffb0a3', number: '#8fdcb4', word: '#cdb4ff' },
} as const;

/** Colours an editor for the colour scheme of the page. */
export function jsonColours(scheme: 'light' | 'dark'): Extension {
  const { name, text, number, word } = COLOURS[scheme];
  const style = HighlightStyle.define([
    { tag: tags.propertyName, color: name },
    { tag: tags.string, color: text },
    { tag: tags.number, color: number },
    { tag: [tags.bool, tags.null], color: word },
  ]);
  return [EditorView.theme({}, { dark: scheme === 'dark' }), syntaxHighlighting(style)];
}
