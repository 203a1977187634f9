import { Ajv } from 'ajv';
import type { Options, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

import type { JsonObject } from '@haven/kernel';

import { useExactKeywords } from './exact-keywords.js';
import { boundedFormats } from './formats.js';
import type { Dialect } from './schema-dialect.js';
import type { LinearPattern } from './linear-pattern.js';
import type { WorkMeter } from './work-meter.js';

/** The dependencies of a validator besides its schema: compiled patterns, and the meter that counts its work. */
export interface ValidatorParts {
  dialect: Dialect;
  /** Whether `unevaluatedProperties` or `unevaluatedItems` occurs. */
  unevaluated: boolean;
  patterns: ReadonlyMap<string, LinearPattern>;
  meter: WorkMeter;
}

/**
 * Compiles a validator that either stops at the first error or finds all errors. Each validator has its own ajv
 * instance and shares no state.
 */
export function makeValidator(schema: JsonObject, parts: ValidatorParts, faults: 'first' | 'all'): ValidateFunction {
  const regExp = (pattern: string): LinearPattern => {
    const compiled = parts.patterns.get(pattern);
    if (!compiled) throw new Error(`Pattern not compiled: ${pattern}`);
    return compiled;
  };
  const options: Options = {
    allErrors: faults === 'all',
    formats: boundedFormats(parts.meter),
    // Optimizing the generated code would take ten times as long as all other steps together, and would hardly make it
    // faster.
    code: { regExp: Object.assign(regExp, { code: 'pattern' }), optimize: false },
    // The schema has been checked already, and refers only to its own `$defs`.
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    inlineRefs: false,
    strict: false,
    logger: false,
    // Without this, every object would satisfy `required: ["constructor"]` through its prototype.
    ownProperties: true,
  };
  const ajv = parts.dialect.name === 'draft-07' ? new Ajv(options) : new Ajv2020(options);
  // Recording evaluated members slows down validation, so it is enabled only for schemas that need it.
  ajv.opts.unevaluated = parts.unevaluated;
  useExactKeywords(ajv, parts.meter);
  return ajv.compile(schema);
}
