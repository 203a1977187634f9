import { ValidateBy } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { DAY } from './units.js';

/** Access from scripts in browsers (CORS). */
export class CorsConfig {
  @Setting(
    "Origins of pages, besides Haven's own, whose scripts may call Haven and open subscriptions, such as " +
      '`https://app.example.com`; `*` allows every origin. Empty: none. Clients other than browsers are not ' +
      'affected. In open mode (`auth.open`), other origins cannot change anything either: their requests other than ' +
      '`GET`, `HEAD`, `OPTIONS` and `QUERY` are refused.',
  )
  @IsOrigin()
  declare readonly origins: readonly string[];

  @Setting('How long browsers may cache the response to a preflight request (`Access-Control-Max-Age`).', {
    unit: 'milliseconds',
  })
  @Between(0, DAY)
  declare readonly maxAge: number;
}

/** Accepts `*` and origins exactly as browsers send them in `Origin`; any other spelling would never match. */
function IsOrigin(): PropertyDecorator {
  return ValidateBy(
    { name: 'isOrigin', validator: { validate: isOrigin } },
    { each: true, message: 'must contain only * or origins as browsers send them, such as https://app.example.com' },
  );
}

function isOrigin(value: unknown): boolean {
  if (value === '*') return true;
  return (
    typeof value === 'string' && /^https?:[^*]+$/.test(value) && URL.canParse(value) && new URL(value).origin === value
  );
}
