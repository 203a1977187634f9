import { RE2JS, RE2JSException } from 're2js';

import { ecmaToRe2 } from './ecma-pattern.js';
import type { WorkMeter } from './work-meter.js';

/** The longest pattern, in UTF-16 units. */
const PATTERN_LENGTH = 512;

/** The largest program a pattern may compile to; `x{1000}` takes a thousand instructions. */
const PROGRAM_SIZE = 1_000;

// Measured: in a pattern made to be slow, each instruction takes 25 ns for each character; most patterns take a tenth.
const STEPS_PER_INSTRUCTION = 2;
const STEPS_PER_TEST = 50;

// The states a pattern has been in are remembered to match faster; past this many it is a pattern made to have many.
const STATES_KEPT = 200;

/** A regular expression that takes time linear in the text, however it is written, and pays for it at the meter. */
export class LinearPattern {
  private constructor(
    private readonly source: string,
    private readonly program: RE2JS,
    private readonly meter: WorkMeter,
  ) {}

  /** Compiles an ECMA-262 pattern (flag `u`); throws a `SyntaxError` with a reason for the author of the pattern. */
  static compile(source: string, meter: WorkMeter): LinearPattern {
    if (source.length > PATTERN_LENGTH) throw new SyntaxError(`is longer than ${PATTERN_LENGTH} characters`);
    // For its syntax alone: RE2 would also take what ECMA-262 does not.
    new RegExp(source, 'u');
    const program = compiledPatterns(RE2JS.translateRegExp(ecmaToRe2(source)));
    if (program.programSize() > PROGRAM_SIZE) {
      throw new SyntaxError('repeats too much: it would take more than 1,000 instructions');
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
    this.forget();
    return found;
  }

  /** The pattern; the validator tells one from another by this. */
  toString(): string {
    return this.source;
  }

  /** Drops the remembered states if they are many: thousands of patterns with 8 MB each would take all memory. */
  private forget(): void {
    const engine = this.program.re2();
    if ((engine.lazyDFA?.stateCount ?? 0) <= STATES_KEPT) return;
    Object.assign(engine, { lazyDFA: null });
    engine.reset();
  }
}

function compiledPatterns(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new SyntaxError(`is not supported by RE2: ${error.message}`, { cause: error });
  }
}
