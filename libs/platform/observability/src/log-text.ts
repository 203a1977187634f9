/** Matches characters that can end a line or move a terminal's cursor (Unicode controls and separators). */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/**
 * SQLSTATE class of errors in which PostgreSQL quotes a value that it cannot parse. The quoted text may be a customer's
 * data, so it is masked in the log.
 */
const DATA_EXCEPTION = /^22/;

/** Escapes control characters, so that text from a client can neither start a new line nor control a terminal. */
export function oneLine(text: string): string {
  return text.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The logged fields of an error. Other fields are omitted: drivers add statements, parameters, rows and URLs with
 * passwords.
 */
export interface LoggedError {
  type: string;
  message: string;
  code?: string;
  stack?: string;
}

export function loggedError(error: Error): LoggedError {
  const code = codeOf(error);
  const message = textOf(error.message, code);
  const frames = framesOf(error);
  return {
    type: error.name,
    message,
    ...(code !== undefined && { code }),
    ...(frames !== undefined && { stack: `${error.name}: ${message}${frames}` }),
  };
}

/** Returns a message on one line, without the credentials of URLs. */
function textOf(message: string, code = ''): string {
  const open = oneLine(message).replace(/:\/\/\S*@/g, '://***@');
  return DATA_EXCEPTION.test(code) ? open.replace(/".*"/g, '"***"') : open;
}

/**
 * Returns the part of the stack after the message, because the message itself may contain lines like stack frames;
 * undefined if the message was changed after the stack was captured.
 */
function framesOf({ message, stack = '' }: Error): string | undefined {
  const start = stack.indexOf(message);
  return start < 0 ? undefined : stack.slice(start + message.length);
}

function codeOf(error: object): string | undefined {
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : undefined;
}
