import { autocompletion, closeBrackets, completionStatus } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, foldGutter } from '@codemirror/language';
import { linter } from '@codemirror/lint';
import type { Diagnostic } from '@codemirror/lint';
import { searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

import { styleNonce } from '../../page.js';
import { givenText, isEdited } from './given-text.js';
import { jsonColours } from './json-colours.js';
import { typedText } from './typed-text.js';

export interface JsonEditorProps {
  /** The text when the editor is shown. Another `value` replaces what the user has typed. */
  value: string;
  /** Called when the user has changed the text, but not after another `value` was set. */
  onChange?(text: string): void;
  isReadOnly?: boolean;
  /** Name of the editor for screen readers. */
  label: string;
  /** Checks a text that is valid JSON. Each diagnostic has offsets into the text. */
  lint?(text: string): Diagnostic[];
  /** Texts that complete a name or a value, such as the names of a schema's members. */
  completions?: readonly string[];
  minHeight?: string;
  maxHeight?: string;
}

/** An editor for JSON, on CodeMirror. */
export default function JsonEditorView(props: JsonEditorProps): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const scheme = useComputedColorScheme('light');
  const current = useRef(props);
  current.current = props;
  useEffect(() => {
    if (!element.current) return undefined;
    const editor = new EditorView({
      parent: element.current,
      state: EditorState.create({ doc: current.current.value, extensions: extensionsOf(current, scheme) }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === props.value) return;
    editor.dispatch(givenText(editor.state, props.value));
  }, [props.value]);
  useEffect(() => view.current?.dispatch({ effects: colours.reconfigure(jsonColours(scheme)) }), [scheme]);
  return <div ref={element} className="json-editor" onFocus={({ target }) => keepEscapeInPanel(target)} />;
}

/** With this attribute, Escape in an element does not close the dialog around it. */
const KEEPS_ESCAPE = 'data-mantine-stop-propagation';

/** Lets Escape close only the panel that searches the text. */
function keepEscapeInPanel(target: Element): void {
  if (target.closest('.cm-panel')) target.setAttribute(KEEPS_ESCAPE, 'true');
}

/** The part of an editor that is exchanged when the page becomes dark or light. */
const colours = new Compartment();

function extensionsOf(props: { readonly current: JsonEditorProps }, scheme: 'light' | 'dark') {
  const { label, isReadOnly = false, minHeight = '8rem', maxHeight = '60dvh', completions = [] } = props.current;
  const parse = jsonParseLinter();
  return [
    EditorView.cspNonce.of(styleNonce),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    EditorView.contentAttributes.of(({ state }) => ({ [KEEPS_ESCAPE]: String(completionStatus(state) !== null) })),
    EditorView.theme({
      '&': { border: '1px solid var(--mantine-color-default-border)', borderRadius: '4px', fontSize: '13px' },
      '.cm-scroller': { minHeight, maxHeight, overflow: 'auto' },
      '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--mantine-color-dimmed)' },
    }),
    EditorState.readOnly.of(isReadOnly),
    typedText,
    lineNumbers(),
    foldGutter(),
    history(),
    bracketMatching(),
    closeBrackets(),
    json(),
    colours.of(jsonColours(scheme)),
    linter((editor) => {
      if (editor.state.doc.toString().trim() === '') return []; // the user has not begun to write
      const broken = parse(editor);
      return broken.length > 0 ? broken : (props.current.lint?.(editor.state.doc.toString()) ?? []);
    }),
    autocompletion({
      override: [
        (context) => {
          const word = context.matchBefore(/"?[\w$.-]*/);
          if (!word || (word.from === word.to && !context.explicit)) return null;
          return { from: word.from, options: completions.map((text) => ({ label: text })) };
        },
      ],
    }),
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]), // Tab moves the focus on
    EditorView.updateListener.of((update) => {
      if (isEdited(update.transactions)) props.current.onChange?.(update.state.doc.toString());
    }),
  ];
}
