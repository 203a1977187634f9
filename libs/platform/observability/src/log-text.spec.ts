import { describe, expect, it } from 'vitest';

import { loggedError, oneLine } from './log-text.js';

describe('log text', () => {
  it('is written on one line, with control characters escaped', () => {
    const text = oneLine('a\r\nb\u001b[2Jc\u0000\u009bd\u2028e\u007f');
    expect(text).toBe('a\\u000d\\u000ab\\u001b[2Jc\\u0000\\u009bd\\u2028e\\u007f');
    expect(oneLine('æ 日本 "quoted" \\ 😀')).toBe('æ 日本 "quoted" \\ 😀');
  });

  it('contains only type, message, code and stack frames of an error', () => {
    const error = Object.assign(new TypeError('it failed'), { code: 'ERR_X', query: 'SELECT', parameters: ['s3cret'] });
    const { stack, ...rest } = loggedError(error);
    expect(rest).toEqual({ type: 'TypeError', message: 'it failed', code: 'ERR_X' });
    expect(stack).toMatch(/^TypeError: it failed\n\s+at .*log-text\.spec/);
    expect(stack).not.toContain('s3cret');
  });

  it('contains neither passwords of URLs nor values that PostgreSQL could not parse', () => {
    expect(loggedError(new Error('no response from postgres://haven:s3cret@db:5432/haven')).message).toBe(
      'no response from postgres://***@db:5432/haven',
    );
    const unread = Object.assign(new Error('invalid input syntax for type uuid: "s3"cret"'), { code: '22P02' });
    expect(loggedError(unread).message).toBe('invalid input syntax for type uuid: "***"');
    const unknown = Object.assign(new Error('relation "haven.x" does not exist'), { code: '42P01' });
    expect(loggedError(unknown).message).toContain('haven.x');
  });

  it('contains no stack frames that come from the message', () => {
    const { message, stack } = loggedError(new Error('first\nINFO: all is well\n    at forged (file.js:1:1)'));
    expect(message).not.toContain('\n');
    expect(
      stack
        ?.split('\n')
        .slice(1)
        .every((line) => /^\s+at /.test(line)),
    ).toBe(true);
    expect(stack).not.toMatch(/\n\s+at forged/);
  });
});
