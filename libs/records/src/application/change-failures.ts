import { HavenError } from '@haven/kernel';

/**
 * The errors of several changes. The first one ends a request; only a dry run goes on, and reports the errors of all
 * changes.
 */
export class ChangeFailures {
  private readonly all: HavenError[] = [];

  constructor(private readonly isDryRun: boolean) {}

  /** Throws the error, or keeps it for `throwAll`. */
  add(error: HavenError): void {
    if (!this.isDryRun) throw error;
    this.all.push(error);
  }

  /** Throws the first error, with the details of all in its `errors`. */
  throwAll(): void {
    const [first] = this.all;
    if (!first) return;
    if (this.all.length === 1) throw first;
    const errors = this.all.flatMap(({ code, detail, extras }) => {
      const pointer = extras.index === undefined ? '' : `/operations/${extras.index}`;
      return extras.errors ?? [{ code, detail, pointer }];
    });
    throw new HavenError(first.code, first.detail, { ...first.extras, errors });
  }
}
