/** A text that is written in order, with places that are filled in later. */
export class Output {
  private text = '';
  private parts: (string | Output)[] | undefined;

  add(text: string): void {
    this.text += text;
  }

  /** Returns an output whose text will be at this place. */
  place(): Output {
    const place = new Output();
    (this.parts ??= []).push(this.text, place);
    this.text = '';
    return place;
  }

  toString(): string {
    return this.parts ? this.parts.join('') + this.text : this.text;
  }
}
