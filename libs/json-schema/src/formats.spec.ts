import { describe, expect, it } from 'vitest';

import { boundedFormats, formatNames } from './formats.js';
import { WorkMeter } from './work-meter.js';

const meter = new WorkMeter();
const formats = boundedFormats(meter);

describe('a format', () => {
  it.each([
    ['date-time', '2024-01-01T10:00:00Z', '2024-01-01'],
    ['time', '10:00:00Z', '10:00'],
    ['duration', 'P1DT2H', 'P'],
    ['email', 'a@example.com', 'a@'],
    ['hostname', 'example.com', '-a'],
    ['ipv4', '127.0.0.1', '127.0.0.256'],
    ['ipv6', '::1', ':1'],
    ['uri', 'https://example.com/a?b#c', '/a'],
    ['uri-reference', '/a', '\\a'],
    ['url', 'http://localhost:3000/a', 'mailto:a@b'],
    ['uuid', '0198c6f0-0000-7000-8000-000000000000', '0198c6f0'],
    ['json-pointer', '/a~0', 'a'],
    ['regex', '^a$', '('],
    ['byte', 'aGk=', 'AAAA\n!'],
  ])('%s accepts %s and rejects %s', (name, good, bad) => {
    expect([check(name, good), check(name, bad)]).toEqual([true, false]);
  });

  it.each([...formatNames])('%s checks any long text quickly', (name) => {
    const units = [
      'a',
      '0',
      '.',
      '-',
      '@',
      ':',
      '%',
      '%41',
      '/',
      'a.',
      'a-',
      'a@',
      '1.',
      '::',
      '~',
      '{a}',
      '{',
      ' ',
      '\n',
      'T',
      'AAAA',
      '\\',
      '[',
    ];
    const starts = ['', 'http://', 'ftp://a', 'a@', '//', '#', '/', 'P', 'http://a@', '00:00:00.'];
    for (const length of [2_000, 100_000]) {
      for (const unit of units) {
        meter.refill();
        for (const prefix of starts) check(name, `${prefix}${unit.repeat(length / unit.length)}!`);
      }
    }
  });
});

function check(name: string, text: string): boolean {
  const format = formats[name];
  return typeof format === 'function' ? format(text) : true;
}
