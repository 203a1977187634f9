import { EditorView } from '@codemirror/view';

/**
 * Inserts typed text into the state of the editor. If the browser inserts it into the page, Chromium sometimes adds a
 * `style` attribute, which the policy of the page refuses.
 */
export const typedText = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType, isComposing } = event;
    if (inputType !== 'insertText' || data === null || isComposing || view.composing || view.state.readOnly)
      return false;
    const { from, to } = view.state.selection.main;
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler); // such as those that close brackets
    if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    return true;
  },
});
