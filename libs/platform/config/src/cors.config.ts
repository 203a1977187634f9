import { ValidateBy } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { DAY } from './units.js';

/** Which pages' scripts may call Haven from a browser (CORS). */
export class CorsConfig {
  @Setting(
    "Origins of pages, besides Haven's own, whose scripts may call Haven and open subscriptions, such as " +
      '`https://app.example.com`; `*` is every page. Empty allows none. Clients that are no browsers are not asked.',
  )
  @IsOrigin()
  declare readonly origins: readonly string[];

  @Setting('How long a browser may remember what it was told before a call (`Access-Control-Max-Age`).', {
    unit: 'milliseconds',
  })
  @Between(0, DAY)
  declare readonly maxAge: number;
}

/** Exactly what browsers send in `Origin`, or nothing would ever match it. */
function IsOrigin(): PropertyDecorator {
  return ValidateBy(
    { name: 'isOrigin', validator: { validate: isOrigin } },
    { each: true, message: 'must hold only * or origins as browsers send them, such as https://app.example.com' },
  );
}

function isOrigin(value: unknown): boolean {
  if (value === '*') return true;
  return (
    typeof value === 'string' && /^https?:[^*]+$/.test(value) && URL.canParse(value) && new URL(value).origin === value
  );
}
