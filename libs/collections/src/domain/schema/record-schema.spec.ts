import { expect, it } from 'vitest';
import { compileSchema } from './compile-schema.js';
const L = { bytes: 65536, depth: 32, nodes: 2000, cost: 10000 };
it('x', () => {
  const s = compileSchema(
    {
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'string', pattern: '^a' }, b: { $ref: '#' }, e: { enum: [1, { x: 1 }] } },
      unevaluatedProperties: false,
    },
    L,
  );
  expect(s.accepts({ a: 'ab', b: { a: 'a' }, e: { x: 1 } })).toBe(true);
  try {
    s.validate({ b: { a: 'b' }, constructor: 1, e: 3 });
  } catch (e) {
    console.log(e, JSON.stringify((e as any).extras));
  }
});
