/** What ends a line, or moves a terminal's cursor, somewhere (Unicode's controls and separators). */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** PostgreSQL repeats the value it can not read: of a class of errors whose quotes hold data and no names (SQLSTATE 22…). */
const DATA_EXCEPTION = /^22/;

/** Text as one line of visible characters: what a client sent can neither begin a line of its own nor command a terminal. */
export function oneLine(text: string): string {
  return text.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** An error as it is logged. Never its other members: those of drivers carry statements, parameters, rows and addresses with passwords. */
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

/** One line, without the credentials of any address in it. */
function textOf(message: string, code = ''): string {
  const open = oneLine(message).replace(/:\/\/\S*@/g, '://***@');
  return DATA_EXCEPTION.test(code) ? open.replace(/".*"/g, '"***"') : open;
}

/** What follows the message, which may look like frames itself; nothing when the message was changed since. */
function framesOf({ message, stack = '' }: Error): string | undefined {
  const start = stack.indexOf(message);
  return start < 0 ? undefined : stack.slice(start + message.length);
}

function codeOf(error: object): string | undefined {
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : undefined;
}
