import { element } from './element.js';

const SHOWN_MS = 8_000;

/** Shows a message for some seconds, with buttons. */
export function notify(text: string, actions: Record<string, () => void> = {}): void {
  const notice = element('div', { className: 'notice' }, text);
  const close = (): void => notice.remove();
  for (const [label, act] of Object.entries({ ...actions, Dismiss: () => undefined })) {
    const button = element('button', { type: 'button' }, label);
    button.addEventListener('click', close);
    button.addEventListener('click', act);
    notice.append(button);
  }
  document.querySelector('#notices')?.append(notice);
  setTimeout(close, SHOWN_MS);
}
