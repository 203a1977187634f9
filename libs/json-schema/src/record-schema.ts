import type { ValidateFunction } from 'ajv';

import { HavenError, invalid } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import type { MemberDefaults } from './member-defaults.js';
import { impossibleMember } from './possible-members.js';
import type { ImpossibleMember, PathStep } from './possible-members.js';
import { typesAt } from './possible-types.js';
import { requiresMember } from './required-members.js';
import type { SchemaNode } from './schema-tree.js';
import { schemaViolation } from './schema-violation.js';
import { makeValidator } from './validators.js';
import type { ValidatorParts } from './validators.js';

// If validating a document can take more steps than this, validation stops at the first error instead of collecting all
// errors, because each error takes memory.
const STEPS_FOR_ALL_FAULTS = 20_000;

/** The compiled JSON Schema of a collection, created by `compileSchema`. To callers it appears immutable. */
export class RecordSchema {
  private readonly validator: ValidateFunction;
  private thorough: ValidateFunction | undefined;

  constructor(
    private readonly root: SchemaNode,
    private readonly schema: JsonObject,
    private readonly parts: ValidatorParts,
    private readonly stepsByDepth: readonly number[],
    /** The defaults of members; null if the schema declares none. */
    readonly defaults: MemberDefaults | null,
  ) {
    this.validator = makeValidator(schema, parts, 'first');
  }

  /**
   * Validates the data without changing it. Throws `SCHEMA_VIOLATION` if the data does not satisfy the schema, with a
   * JSON Pointer that starts with `/data` for each of the first 100 errors, or only for the first error if the document
   * is large. Throws `LIMIT_EXCEEDED` if validation takes too many steps.
   */
  validate(data: JsonObject): void {
    const work = this.begin(data);
    if (runValidator(this.validator, data)) return;
    const faults = this.validator.errors ?? [];
    throw schemaViolation(work > STEPS_FOR_ALL_FAULTS ? faults : (this.allFaults(data) ?? faults));
  }

  /** Returns the first step of a path that no valid document can have, or null if some document may have it. */
  impossibleMember(path: readonly PathStep[]): ImpossibleMember | null {
    return impossibleMember(this.root, path);
  }

  /**
   * Returns the types that a value at the path can have in a valid document, or null if the schema does not restrict
   * them.
   */
  typesAt(path: readonly PathStep[]): ReadonlySet<string> | null {
    return typesAt(this.root, path);
  }

  /** Whether the object that has the member at this path must have it. False if the schema does not say so plainly. */
  requires(path: readonly string[]): boolean {
    return requiresMember(this.root, path);
  }

  /** Returns whether the data satisfies the schema, and can be validated without exceeding the limit on steps. */
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
    const work = maxSteps(data, this.stepsByDepth);
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

/**
 * Runs a validator. A recursive schema with many thousand keywords can overflow the stack on a deeply nested document;
 * this is reported as `LIMIT_EXCEEDED`.
 */
function runValidator(validator: ValidateFunction, data: JsonObject): boolean {
  try {
    return validator(data);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid('LIMIT_EXCEEDED', '/data', 'is nested too deeply to be validated by this schema');
  }
}

// Number of characters of a string or member name that a schema can count or compare in one step.
const CHARACTERS_PER_STEP = 8;

/**
 * Returns the maximum number of steps to evaluate a document: the sum, over all values in it, of the steps that the
 * schema takes at most for one value at that depth. Ignores values at depths where the schema evaluates nothing.
 */
function maxSteps(data: JsonValue, stepsByDepth: readonly number[]): number {
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
