import { SingleBar } from 'cli-progress';

const LF = 0x0a;

/** Shows on stderr, if that is a terminal, how much of a file was transferred and how many records. */
export class TransferCounter {
  private readonly bar: SingleBar | undefined;
  private records = 0;
  private bytes = 0;

  /** `total` is the number of records or, if that is unknown, of bytes; undefined if neither is known. */
  constructor(
    private readonly unit: 'records' | 'bytes',
    total: number | undefined,
  ) {
    if (!process.stderr.isTTY) return;
    const share = total === undefined ? '' : '{bar} {percentage}% | ';
    const left = total === undefined ? '' : ' | {eta_formatted} left';
    this.bar = new SingleBar({
      stream: process.stderr,
      format: `${share}{records} records${left}`,
      hideCursor: true,
      clearOnComplete: true,
    });
    this.bar.start(total ?? 0, 0, { records: '0' });
  }

  addBytes(count: number): void {
    this.bytes += count;
    if (this.unit === 'bytes') this.update();
  }

  addRecords(count: number): void {
    this.records += count;
    if (this.unit === 'records') this.update();
  }

  /** Passes lines on, and counts them. */
  async *countLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      let lines = 0;
      for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) lines++;
      this.addRecords(lines);
      yield chunk;
    }
  }

  stop(): void {
    this.bar?.stop();
  }

  private update(): void {
    const done = this.unit === 'records' ? this.records : this.bytes;
    this.bar?.update(done, { records: this.records.toLocaleString('en') });
  }
}
