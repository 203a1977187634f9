import { describe, expect, it } from 'vitest';

import { parseColumns, parseGroups } from './aggregate-arguments.js';

describe('--group-by', () => {
  it.each([
    ['genre', ['genre']],
    ['genre,director.country', ['genre', 'director.country']],
    ['Gross\\, worldwide,a:b', ['Gross\\, worldwide', 'a:b']],
    ['released:month', [{ path: 'released', bucket: 'month' }]],
    ['released:day:America/Port-au-Prince', [{ path: 'released', bucket: 'day', timeZone: 'America/Port-au-Prince' }]],
    [
      'y=released:year,$createdAt:hour',
      [
        { path: 'released', bucket: 'year', name: 'y' },
        { path: '$createdAt', bucket: 'hour' },
      ],
    ],
    ['a:b:week', [{ path: 'a:b', bucket: 'week' }]],
    ['a=b', ['a=b']],
  ])('reads %s', (text, groups) => {
    expect(parseGroups([text])).toEqual(groups);
  });

  it('can be repeated', () => {
    expect(parseGroups(['a', 'b,c'])).toEqual(['a', 'b', 'c']);
  });
});

describe('--compute', () => {
  it('reads all forms', () => {
    const texts = ['n=count,with=count:price', 'total=sum:a.b', 'p95=percentile:x:y:0.95', 'p0=percentile:a:0'];
    expect(parseColumns(texts)).toEqual({
      n: 'count',
      with: { count: 'price' },
      total: { sum: 'a.b' },
      p95: { percentile: ['x:y', 0.95] },
      p0: { percentile: ['a', 0] },
    });
  });

  it('keeps a column that is named like a member of every object', () => {
    expect(Object.entries(parseColumns(['constructor=count']))).toEqual([['constructor', 'count']]);
  });

  it.each(['sum:price', 'total=sum', '1=count', 'p=percentile:price', 'p=percentile:price:x', 'a b=count'])(
    'refuses %s',
    (text) => {
      expect(() => parseColumns([text])).toThrow(`--compute ${JSON.stringify(text)} must have the form of n=count, `);
    },
  );

  it('refuses a name that is given twice', () => {
    expect(() => parseColumns(['n=count', 'n=sum:a'])).toThrow('--compute names two columns "n".');
  });
});
