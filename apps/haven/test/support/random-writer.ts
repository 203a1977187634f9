import type { Haven } from './haven.js';

/**
 * Makes random changes of every kind. It does not read the records first: when a change is rejected (a patch of a
 * deleted record, the creation of an existing one), it tries another one. Other writers can therefore run at the same
 * time.
 */
export class RandomWriter {
  constructor(
    private readonly haven: Haven,
    private readonly path: string,
    private readonly ids: readonly string[],
    private readonly random: () => number,
  ) {}

  /** Makes one change. */
  async write(): Promise<void> {
    while (!(await this.attempt()));
  }

  private async attempt(): Promise<boolean> {
    const id = this.oneOf(this.ids);
    const record = `${this.path}/records/${id}`;
    const { rest } = this.haven;
    const [response, expectedErrors] = await this.oneOf<() => Promise<[{ status: number }, number[]]>>([
      async () => [await rest('POST', `${this.path}/records`, { id, data: this.document() }), [409]],
      async () => [await rest('PUT', record, { data: this.document() }), []],
      async () => [await rest('PATCH', record, { data: { n: this.upTo(100), s: null } }), [404]],
      async () => [
        await rest('PATCH', record, [{ op: 'add', path: '/data/s', value: this.word() }], {
          'content-type': 'application/json-patch+json',
        }),
        [404],
      ],
      async () => [await rest('DELETE', record), [404]],
    ])();
    if (response.status < 300) return true;
    if (expectedErrors.includes(response.status)) return false;
    throw new Error(`${record}: ${response.status}`);
  }

  private document(): object {
    return {
      n: this.upTo(100),
      tags: [this.word()],
      lines: Array.from({ length: this.upTo(4) }, () => ({ sku: this.word(), qty: this.upTo(5) })),
      ...(this.random() < 0.7 && { s: this.word() }),
      ...(this.random() < 0.5 && { address: { city: this.word() } }),
    };
  }

  private word(): string {
    return this.oneOf(['alpha', 'beta', 'gamma', 'delta']);
  }

  private upTo(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private oneOf<T>(choices: readonly T[]): T {
    return choices[this.upTo(choices.length)] as T; // the list is not empty
  }
}
