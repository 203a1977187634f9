import { Ajv } from 'ajv';
import type { Options, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

import type { JsonObject } from '@haven/kernel';

import { useExactKeywords } from './exact-keywords.js';
import { boundedFormats } from './formats.js';
import type { Dialect } from './schema-dialect.js';
import type { LinearPattern } from './linear-pattern.js';
import type { WorkMeter } from './work-meter.js';

/** What a validator needs besides its schema: patterns compiled already, and the meter that its keywords pay. */
export interface ValidatorParts {
  dialect: Dialect;
  /** Whether `unevaluatedProperties` or `unevaluatedItems` occurs. */
  unevaluated: boolean;
  patterns: ReadonlyMap<string, LinearPattern>;
  meter: WorkMeter;
}

/** A validator that stops at the first fault, or goes on to find all. Each has an ajv of its own and shares nothing. */
export function makeValidator(schema: JsonObject, parts: ValidatorParts, faults: 'first' | 'all'): ValidateFunction {
  const regExp = (pattern: string): LinearPattern => {
    const compiled = parts.patterns.get(pattern);
    if (!compiled) throw new Error(`Pattern not compiled: ${pattern}`);
    return compiled;
  };
  const options: Options = {
    allErrors: faults === 'all',
    formats: boundedFormats(parts.meter),
    // Optimizing the code takes ten times as long as all the rest, and hardly shows.
    code: { regExp: Object.assign(regExp, { code: 'pattern' }), optimize: false },
    // The schema was checked before, and has no references but to its own `$defs`.
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    inlineRefs: false,
    strict: false,
    logger: false,
    // Else a required "constructor" is there in every object.
    ownProperties: true,
  };
  const ajv = parts.dialect.name === 'draft-07' ? new Ajv(options) : new Ajv2020(options);
  // To note what was evaluated slows down what never asks for it.
  ajv.opts.unevaluated = parts.unevaluated;
  useExactKeywords(ajv, parts.meter);
  return ajv.compile(schema);
}
