import { describe, expect, it } from 'vitest';

import { LinearPattern } from './linear-pattern.js';
import { WorkMeter } from './work-meter.js';

describe('a pattern', () => {
  const texts = [
    '',
    'a',
    'ab',
    'é',
    'Ω',
    '😀',
    '\n',
    '\r',
    '\u2028',
    '\u00a0',
    '\ufeff',
    ' ',
    '\b',
    '-',
    '/',
    '[',
    '.',
    '1',
    'x\ny',
  ];

  it.each([
    '.',
    '^.$',
    '\\s',
    '\\S',
    '[\\s]',
    '[^\\s]',
    '[\\S]',
    '[\\b]',
    '\\bx',
    '\\u00e9',
    '\\u{1F600}',
    '\\uD83D\\uDE00',
    '^[\\uD83D\\uDE00]$',
    '\\p{L}',
    '^\\p{Letter}$',
    '\\p{Lu}',
    '\\p{Script=Greek}',
    '\\p{gc=Nd}',
    '\\P{L}',
    '[\\w\\-]',
    '[[a]',
    '[^]',
    '[]',
    '\\/',
    '/',
    '^a|b$',
    '(?:a)(?<n>b)',
    '[.]',
    '\\d',
    '\\cJ',
    'x$',
    '^y',
    'a{2}|b{1,}',
    '',
  ])('%j matches as in ECMA-262', (source) => {
    const pattern = LinearPattern.compile(source, new WorkMeter());
    const native = new RegExp(source, 'u');
    for (const text of texts) expect(pattern.test(text), JSON.stringify(text)).toBe(native.test(text));
  });

  it.each([
    ['(?=a)', /lookahead/],
    ['(?<!a)b', /lookahead/],
    ['(a)\\1', /backreferences/],
    ['(?<n>a)\\k<n>', /backreferences/],
    ['(?i:a)', /flags|Invalid group/],
    ['\\p{Script_Extensions=Greek}', /Script_Extensions/],
    ['((a{100}){100}){100}', /repeat/],
    ['(a{31}){31}{31}', /./],
    ['((((a?){9}){9}){9})', /repeats too much/],
    ['a'.repeat(513), /longer/],
    ['\\-', /Invalid escape/],
    ['(', /./],
    ['a**', /./],
  ])('%j is refused with a reason', (source, reason) => {
    expect(() => LinearPattern.compile(source, new WorkMeter())).toThrow(reason);
    expect(() => LinearPattern.compile(source, new WorkMeter())).toThrow(SyntaxError);
  });

  it.each(['(a+)+$', '(a|aa)+$', '(.*a){20}$', '^(([a-z])+.)+[A-Z]([a-z])+$'])('%j takes linear time', (source) => {
    const pattern = LinearPattern.compile(source, new WorkMeter());
    expect(pattern.test(`${'a'.repeat(40_000)}!`)).toBe(false);
  });
});
