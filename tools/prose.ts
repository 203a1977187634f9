/**
 * Checks comments, messages and documentation against the word list of tools/prose-rules.ts, in all files or below the
 * paths that are given. CONTRIBUTING.md, "Language", explains how to write instead.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { COMMENT_STARTS, MAX_COLUMNS, NOT_CHECKED, WORDS } from './prose-rules.ts';
import { root } from './tool.ts';

/** A piece of prose, with its location. */
interface Passage {
  file: string;
  /** Line of its first character, counted from 1. */
  line: number;
  text: string;
  kind: 'comment' | 'string' | 'markdown';
}

/** Matches all words of the list. Few passages contain one, so that the words are rarely searched one by one. */
const anyWord = patternOf(WORDS.map(({ word }) => word).join('|'), 'i');
const findings: string[] = [];
const paths = process.argv.slice(2);
const tracked = execFileSync('git', ['ls-files', '-z', '--', ...(paths.length > 0 ? paths : ['.'])], { cwd: root });
for (const file of tracked.toString().split('\0')) {
  if (file === '' || !existsSync(join(root, file)) || NOT_CHECKED.some((pattern) => pattern.test(file))) continue;
  const text = readFileSync(join(root, file), 'utf8');
  if (file.endsWith('.md')) checkMarkdown(file, text);
  else if (/\.(ts|mjs|cjs)$/.test(file)) checkSource(file, text);
}
for (const finding of findings) console.log(finding);
if (findings.length > 0) console.log(`${findings.length} findings.`);
process.exitCode = findings.length > 0 ? 1 : 0;

function checkSource(file: string, text: string): void {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  for (const { pos, end } of commentsIn(source)) {
    const comment = text.slice(pos, end);
    checkPassage({ file, line: lineAt(pos), text: withoutCode(comment), kind: 'comment' });
    checkStart(file, lineAt(pos), comment);
    checkColumns(file, lineAt(pos), text.slice(text.lastIndexOf('\n', pos) + 1, end));
  }
  if (isTest(file)) return;
  for (const { position, value } of textsIn(source))
    checkPassage({ file, line: lineAt(position), text: withoutCode(value), kind: 'string' });
}

function checkMarkdown(file: string, text: string): void {
  let isCode = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
    if (isCode) continue;
    checkPassage({ file, line: index + 1, text: withoutCode(line), kind: 'markdown' });
  }
}

function checkPassage({ file, line, text, kind }: Passage): void {
  if (!anyWord.test(text)) return;
  for (const { word, use } of WORDS) {
    for (const match of text.matchAll(patternOf(word, 'gi'))) {
      const offset = text.slice(0, match.index).split('\n').length - 1;
      findings.push(`${file}:${line + offset}: ${kind}: "${match[0]}": ${use}`);
    }
  }
}

function patternOf(word: string, flags: string): RegExp {
  return new RegExp(`(?<![\\w.-])(?:${word})(?![\\w-])`, flags);
}

/** Reports a comment that starts with a clause. It must start with a verb, or be a sentence with a subject. */
function checkStart(file: string, line: number, comment: string): void {
  const words = comment.replace(/^\/[/*]+\s*(\*\s*)?/, '');
  if (COMMENT_STARTS.test(words))
    findings.push(`${file}:${line}: comment: starts with a clause: "${words.slice(0, 60)}"`);
}

function checkColumns(file: string, from: number, text: string): void {
  for (const [index, line] of text.split('\n').entries()) {
    if (line.length > MAX_COLUMNS && !/https?:\/\/\S{40}/.test(line))
      findings.push(`${file}:${from + index}: ${line.length} columns; wrap at ${MAX_COLUMNS}`);
  }
}

/**
 * Removes URLs, and replaces text between backticks with spaces. Line breaks stay, so that lines can still be counted.
 */
function withoutCode(text: string): string {
  return text.replace(/`[^`]*`/g, (code) => code.replace(/[^\n]/g, ' ')).replace(/https?:\S+/g, '');
}

function isTest(file: string): boolean {
  return file.endsWith('spec.ts') || file.startsWith('apps/haven/test/');
}

/**
 * Collects the comments before and after each token, because comments are not in the syntax tree. The tokens of a node
 * without the characters that begin a comment are not visited.
 */
function commentsIn(source: ts.SourceFile): ts.CommentRange[] {
  const found = new Map<number, ts.CommentRange>();
  const beginnings = [...source.text.matchAll(/\/[/*]/g)].map(({ index }) => index);
  const mayContainComments = (node: ts.Node): boolean =>
    beginnings.some((index) => index >= node.getFullStart() && index < node.getEnd());
  const visit = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, node.getEnd()) ?? []),
    ];
    for (const range of ranges) found.set(range.pos, range);
    if (!mayContainComments(node)) return;
    for (const child of node.getChildren(source))
      if (child.kind < ts.SyntaxKind.FirstJSDocNode || child.kind > ts.SyntaxKind.LastJSDocNode) visit(child);
  };
  visit(source);
  return [...found.values()];
}

/** Returns the strings of several words: messages and descriptions. SQL is left out, because it is code. */
function textsIn(source: ts.SourceFile): { position: number; value: string }[] {
  const found: { position: number; value: string }[] = [];
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node);
    const isPart =
      node.kind === ts.SyntaxKind.TemplateHead ||
      node.kind === ts.SyntaxKind.TemplateMiddle ||
      node.kind === ts.SyntaxKind.TemplateTail;
    if (isText || isPart) {
      const { text } = node as ts.LiteralLikeNode; // all of these are literals
      if (/[a-z] [a-z]/.test(text) && !/\b(SELECT|INSERT|UPDATE|DELETE|CREATE|FROM|WHERE)\b/.test(text))
        found.push({ position: node.getStart(source), value: text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
