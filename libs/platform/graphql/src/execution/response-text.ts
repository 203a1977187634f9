/**
 * The text of a response, written in order. A part whose value is a promise has a place of its own, which is filled in
 * when the promise is resolved.
 */
export class ResponseText {
  text = '';
  private parts: (string | ResponseText)[] | undefined;
  private pending: Promise<void>[] | undefined;

  /** Writes what a promise resolves to at this place. */
  addLater(value: PromiseLike<unknown>, write: (text: ResponseText, value: unknown) => void): void {
    const place = new ResponseText();
    (this.parts ??= []).push(this.text, place);
    this.text = '';
    const written = Promise.resolve(value).then((resolved) => write(place, resolved));
    written.catch(() => undefined); // `complete` rejects, unless writing has already failed elsewhere
    (this.pending ??= []).push(written);
  }

  /** Returns the text once all of its places are filled in; rejects if one of them cannot be. */
  complete(): string | Promise<string> {
    return this.parts ? this.join() : this.text;
  }

  private async join(): Promise<string> {
    await Promise.all(this.pending ?? []);
    const parts = await Promise.all(
      (this.parts ?? []).map((part) => (typeof part === 'string' ? part : part.complete())),
    );
    return parts.join('') + this.text;
  }
}
