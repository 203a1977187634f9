import type { Format, FormatDefinition } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';

import type { WorkMeter } from './work-meter.js';

// Maximum length of a string that has a `format`, in characters. Up to this length, the regular expressions of the
// formats take nearly linear time. No sensible URL, email address or host name is longer.
const LONGEST = 2_048;

// Measured: the slowest format takes about 50 ns per character, and a step is about 10 ns.
const STEPS_PER_CHARACTER = 5;

/** Values of `format` that are validated. Other values are annotations. */
export const formatNames: ReadonlySet<string> = new Set(Object.keys(fullFormats));

/**
 * Returns the formats for the validator. Formats for strings have a maximum length and report their work to the meter.
 */
export function boundedFormats(meter: WorkMeter): Record<string, Format> {
  const formats = Object.entries({ ...fullFormats, ...replaced });
  return Object.fromEntries(formats.map(([name, format]) => [name, bounded(name, format, meter)]));
}

const replaced = {
  // The regular expression of ajv-formats takes quadratic time and refuses private IP addresses.
  url: (text: string) => /^(?:https?|ftp):\/\/[^\s]+$/i.test(text) && URL.canParse(text),
  // The regular expression of ajv-formats accepts any text in which one line is Base64.
  byte: (text: string) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
};

function bounded(name: string, format: Format, meter: WorkMeter): Format {
  const check = stringCheckOf(format);
  if (!check) return format;
  const longest = name === 'byte' ? Infinity : LONGEST;
  return (text: string) => {
    if (text.length > longest) return false;
    meter.spend(text.length * STEPS_PER_CHARACTER);
    return check(text);
  };
}

/**
 * Returns the function that checks a string against a format. Returns null for a format that applies to numbers or that
 * accepts everything.
 */
function stringCheckOf(format: Format): ((text: string) => boolean) | null {
  if (typeof format === 'boolean' || typeof format === 'string') return null;
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return format;
  return isOfText(format) ? stringCheckOf(format.validate) : null;
}

function isOfText(format: { type?: string; async?: boolean }): format is FormatDefinition<string> {
  return format.type !== 'number' && format.async !== true;
}
