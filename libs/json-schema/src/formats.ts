import type { Format, FormatDefinition } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';

import type { WorkMeter } from './work-meter.js';

// The expressions behind the formats are linear, or nearly, up to here; no address is longer.
const LONGEST = 2_048;

// Measured: the slowest of them takes some 50 ns for each character.
const STEPS_PER_CHARACTER = 5;

/** The names `format` may have; others are refused, for a format that is silently not checked misleads. */
export const formatNames: ReadonlySet<string> = new Set(Object.keys(fullFormats));

/** The formats for the validator: those of text are bounded in length and paid for at the meter. */
export function boundedFormats(meter: WorkMeter): Record<string, Format> {
  const formats = Object.entries({ ...fullFormats, ...replaced });
  return Object.fromEntries(formats.map(([name, format]) => [name, bounded(name, format, meter)]));
}

const replaced = {
  // The expression of ajv-formats is quadratic, and refuses private addresses.
  url: (text: string) => /^(?:https?|ftp):\/\/[^\s]+$/i.test(text) && URL.canParse(text),
  // That of ajv-formats takes any text of which one line is Base64.
  byte: (text: string) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
};

function bounded(name: string, format: Format, meter: WorkMeter): Format {
  const check = ofText(format);
  if (!check) return format;
  const longest = name === 'byte' ? Infinity : LONGEST;
  return (text: string) => {
    if (text.length > longest) return false;
    meter.spend(text.length * STEPS_PER_CHARACTER);
    return check(text);
  };
}

/** The check of a format for text; null for the formats of numbers and for those that admit everything. */
function ofText(format: Format): ((text: string) => boolean) | null {
  if (typeof format === 'boolean' || typeof format === 'string') return null;
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return format;
  return isOfText(format) ? ofText(format.validate) : null;
}

function isOfText(format: { type?: string; async?: boolean }): format is FormatDefinition<string> {
  return format.type !== 'number' && format.async !== true;
}
