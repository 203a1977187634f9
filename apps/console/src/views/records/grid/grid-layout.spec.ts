import { expect, it } from 'vitest';

import { defaultWidth, widthOf } from './grid-layout.js';

const column = (path: string) => ({ path, names: [path], label: path, type: 'text', isDeclared: false }) as const;

it('gives columns with the names of members of every object their width', () => {
  for (const path of ['constructor', 'hasOwnProperty', '__proto__', 'toString'])
    expect(widthOf(column(path), { other: 70 }), path).toBe(defaultWidth(column(path)));
  expect(widthOf(column('title'), { title: 70 })).toBe(70);
});
