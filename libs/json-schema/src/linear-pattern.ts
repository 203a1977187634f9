import { RE2JS, RE2JSException } from 're2js';

import { ecmaToRe2 } from './ecma-pattern.js';
import type { WorkMeter } from './work-meter.js';

/** Maximum length of a pattern, in UTF-16 code units. */
const PATTERN_LENGTH = 512;

/** Maximum size of a compiled pattern, in instructions; `x{1000}` takes a thousand. */
const PROGRAM_SIZE = 1_000;

// Measured: a pattern designed to be slow takes 25 ns per instruction and character; most patterns take a tenth of
// that.
const STEPS_PER_INSTRUCTION = 2;
const STEPS_PER_TEST = 50;

// Maximum number of DFA states that a pattern may keep between tests. RE2 caches states to match faster; only a pattern
// designed to have many states reaches this number.
const STATES_KEPT = 200;

/** A regular expression that always takes linear time in the length of the text, and reports its work to the meter. */
export class LinearPattern {
  private constructor(
    private readonly source: string,
    private readonly program: RE2JS,
    private readonly meter: WorkMeter,
  ) {}

  /** Compiles an ECMA-262 pattern (flag `u`); throws a `SyntaxError` with a reason for the author of the pattern. */
  static compile(source: string, meter: WorkMeter): LinearPattern {
    if (source.length > PATTERN_LENGTH) throw new SyntaxError(`is longer than ${PATTERN_LENGTH} characters`);
    // Only checks the syntax: RE2 also accepts patterns that are invalid in ECMA-262.
    new RegExp(source, 'u');
    const program = compileRe2(RE2JS.translateRegExp(ecmaToRe2(source)));
    if (program.programSize() > PROGRAM_SIZE) {
      throw new SyntaxError('repeats too much: it would compile to more than 1,000 instructions');
    }
    return new LinearPattern(source, program, meter);
  }

  get size(): number {
    return this.program.programSize();
  }

  /** Whether the pattern matches anywhere in the text. */
  test(text: string): boolean {
    this.meter.spend(STEPS_PER_TEST + text.length * this.size * STEPS_PER_INSTRUCTION);
    const found = this.program.test(text);
    this.dropStates();
    return found;
  }

  /** Returns the pattern's source, by which the validator identifies the pattern. */
  toString(): string {
    return this.source;
  }

  /**
   * Drops the cached DFA states if there are many. Each pattern could otherwise keep up to 8 MB, so thousands of
   * patterns would exhaust the memory.
   */
  private dropStates(): void {
    const engine = this.program.re2();
    if ((engine.lazyDFA?.stateCount ?? 0) <= STATES_KEPT) return;
    Object.assign(engine, { lazyDFA: null });
    engine.reset();
  }
}

function compileRe2(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new SyntaxError(`is not supported by RE2: ${error.message}`, { cause: error });
  }
}
