import type { ValidateFunction } from 'ajv';

import { HavenError, invalid } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { schemaViolation } from './schema-violation.js';
import { makeValidator } from './validators.js';
import type { ValidatorParts } from './validators.js';

// Finding every fault of a document takes memory for each; past this many steps the first has to do.
const STEPS_FOR_ALL_FAULTS = 20_000;

/** A compiled JSON Schema of a collection; made by `compileSchema`. Holds no state a caller could notice. */
export class RecordSchema {
  private readonly validator: ValidateFunction;
  private thorough: ValidateFunction | undefined;

  constructor(
    private readonly schema: JsonObject,
    private readonly parts: ValidatorParts,
    private readonly stepsByDepth: readonly number[],
  ) {
    this.validator = makeValidator(schema, parts, 'first');
  }

  /**
   * Throws `SCHEMA_VIOLATION` with a pointer from `/data` for each fault if the data does not satisfy the schema: for
   * at most 100 faults, and for the first only if the document is large. Throws `LIMIT_EXCEEDED` when to find out
   * takes too many steps. Never changes the data.
   */
  validate(data: JsonObject): void {
    const work = this.begin(data);
    if (runValidator(this.validator, data)) return;
    const faults = this.validator.errors ?? [];
    throw schemaViolation(work > STEPS_FOR_ALL_FAULTS ? faults : (this.allFaults(data) ?? faults));
  }

  /** Whether `validate` would not throw. */
  accepts(data: JsonObject): boolean {
    try {
      this.begin(data);
      return runValidator(this.validator, data);
    } catch (error) {
      if (error instanceof HavenError) return false;
      throw error;
    }
  }

  private begin(data: JsonObject): number {
    const work = workOn(data, this.stepsByDepth);
    this.parts.meter.refill();
    this.parts.meter.spend(work);
    return work;
  }

  private allFaults(data: JsonObject): ValidateFunction['errors'] {
    const thorough = (this.thorough ??= makeValidator(this.schema, this.parts, 'all'));
    this.parts.meter.refill();
    runValidator(thorough, data);
    return thorough.errors;
  }
}

/** A schema of many thousand keywords that also recurses can run out of stack on a document that nests deeply. */
function runValidator(validator: ValidateFunction, data: JsonObject): boolean {
  try {
    return validator(data);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid('LIMIT_EXCEEDED', '/data', 'nests too deeply for this schema');
  }
}

// A step goes through this many characters, where a schema counts or compares them.
const CHARACTERS_PER_STEP = 8;

/**
 * How many steps a schema can take at most to evaluate a document, from the steps it takes at one place by depth.
 * Costs a walk of the document down to where the schema no longer looks.
 */
function workOn(data: JsonValue, stepsByDepth: readonly number[]): number {
  let work = 0;
  weigh(data, 0, 0);
  return work;

  function weigh(value: JsonValue, depth: number, name: number): void {
    const steps = stepsByDepth[depth] ?? 0;
    if (steps === 0) return;
    const text = typeof value === 'string' ? value.length : 0;
    work += steps * (1 + (name + text) / CHARACTERS_PER_STEP);
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) for (const item of value) weigh(item, depth + 1, 0);
    else for (const key of Object.keys(value)) weigh(value[key] ?? null, depth + 1, key.length);
  }
}
