import { createHmac, randomBytes } from 'node:crypto';

import { expect, it } from 'vitest';

import { HmacSha256 } from './hmac-sha256.js';

it.each([0, 1, 63, 64, 65, 200])('is the HMAC-SHA256 of Node, with a key of %i bytes', (length) => {
  const key = 'k'.repeat(length);
  for (const bytes of [0, 1, 55, 56, 64, 65, 300]) {
    const message = randomBytes(bytes);
    expect(new HmacSha256(key).of(message)).toEqual(createHmac('sha256', key).update(message).digest());
  }
});
