import type { Haven } from './haven.js';

/**
 * Changes records in every way there is, by chance. It does not look what there is: what does not fit (a patch of a deleted
 * record, the making of a living one) is refused and tried otherwise, so other writers may be at work as well.
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
    const [answer, refusals] = await this.oneOf<() => Promise<[{ status: number }, number[]]>>([
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
    if (answer.status < 300) return true;
    if (refusals.includes(answer.status)) return false;
    throw new Error(`${record}: ${answer.status}`);
  }

  private document(): object {
    return {
      n: this.upTo(100),
      tags: [this.word()],
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
    return choices[this.upTo(choices.length)] as T; // there is one
  }
}
