import { Lexer, Source, TokenKind } from 'graphql';
import type { Token } from 'graphql';

/**
 * Returns the names of the root fields that a document selects, in any of its operations and fragments; undefined if it
 * is not well-formed or has more than `maxTokens` tokens. The tokens are read without parsing the document, which would
 * take several times as long.
 */
export function rootFieldsOf(
  text: string,
  { rootTypes, maxTokens }: { rootTypes: ReadonlySet<string>; maxTokens: number },
): Set<string> | undefined {
  try {
    return new RootFieldScanner(text, rootTypes, maxTokens).scan();
  } catch {
    return undefined; // the parser reports the same error
  }
}

class RootFieldScanner {
  private readonly lexer: Lexer;
  private readonly fields = new Set<string>();
  /** Whether the selection set at each depth is one of a root type. */
  private readonly levels: boolean[] = [];
  /** Whether the next selection set is one of a root type. A document may begin with one. */
  private isNextRoot = true;
  private tokens = 0;

  constructor(
    text: string,
    private readonly rootTypes: ReadonlySet<string>,
    private readonly maxTokens: number,
  ) {
    this.lexer = new Lexer(new Source(text));
  }

  scan(): Set<string> {
    for (let token = this.next(); token.kind !== TokenKind.EOF; token = this.next()) this.read(token);
    return this.fields;
  }

  private read(token: Token): void {
    const level = this.levels.at(-1);
    switch (token.kind) {
      case TokenKind.BRACE_L:
        this.levels.push(this.isNextRoot);
        return;
      case TokenKind.BRACE_R:
        this.levels.pop();
        this.isNextRoot = this.levels.length === 0; // the next definition may be a selection set
        return;
      case TokenKind.PAREN_L:
        return this.skipArguments();
      case TokenKind.AT:
        this.next(); // the name of the directive
        return;
      case TokenKind.SPREAD:
        return this.spread(level === true);
      case TokenKind.NAME:
        if (level === undefined) this.define(token);
        else this.field(token, level);
    }
  }

  /** Reads the name of an operation, or the name and the type of a fragment. */
  private define(token: Token): void {
    if (this.peek().kind === TokenKind.NAME) this.next();
    if (token.value !== 'fragment') return;
    this.next(); // `on`
    this.isNextRoot = this.rootTypes.has(this.next().value);
  }

  private spread(isRoot: boolean): void {
    const isInline = this.peek().kind !== TokenKind.NAME || this.peek().value === 'on';
    if (this.peek().kind === TokenKind.NAME) this.next(); // `on`, or the name of the fragment
    if (isInline && this.peek().kind === TokenKind.NAME) this.next(); // the type, which is that of the selection set
    this.isNextRoot = isRoot;
  }

  private field(token: Token, isRoot: boolean): void {
    let name = token.value;
    if (this.peek().kind === TokenKind.COLON) {
      this.next();
      name = this.next().value; // the token before was an alias
    }
    if (isRoot) this.fields.add(name);
    this.isNextRoot = false;
  }

  private skipArguments(): void {
    for (let token = this.next(); token.kind !== TokenKind.PAREN_R; token = this.next())
      if (token.kind === TokenKind.EOF) return;
  }

  private next(): Token {
    if (++this.tokens > this.maxTokens) throw new RangeError('The document has too many tokens.');
    return this.lexer.advance();
  }

  private peek(): Token {
    return this.lexer.lookahead();
  }
}
