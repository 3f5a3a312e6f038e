import type { DtsScanner } from './dts-scanner.js';

/** Integers as cells have them: literals, characters, and C expressions of 64 bits in parentheses (chapter 6.3). */

const LITERAL = /(0[xX][0-9a-fA-F]+|[0-9]+)(?:ULL|UL|LL|U|L)?(?![\w])/y;
const CHARACTER = /'((?:[^'\\\n]|\\.){1,8})'/y;
const MAX_NESTING = 64;

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([\s\S]))/g;

/** The text with its escapes replaced; a byte in each character. */
export function unescaped(text: string): string {
  return text.replace(ESCAPE, (_, octal?: string, hexadecimal?: string, letter?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (hexadecimal !== undefined) return String.fromCharCode(Number.parseInt(hexadecimal, 16));
    const code = ESCAPES[letter ?? ''];
    return code === undefined ? (letter ?? '') : String.fromCharCode(code);
  });
}

const wrap = (value: bigint) => BigInt.asUintN(64, value);
const truth = (value: boolean) => (value ? 1n : 0n);

type Operation = (a: bigint, b: bigint) => bigint;

/** Operators by precedence, weakest first; of two that start alike the longer one is tried first. */
const OPERATORS: readonly (readonly [sign: RegExp, operation: Operation])[][] = [
  [[/\|\|/y, (a, b) => truth(a !== 0n || b !== 0n)]],
  [[/&&/y, (a, b) => truth(a !== 0n && b !== 0n)]],
  [[/\|(?!\|)/y, (a, b) => a | b]],
  [[/\^/y, (a, b) => a ^ b]],
  [[/&(?!&)/y, (a, b) => a & b]],
  [
    [/==/y, (a, b) => truth(a === b)],
    [/!=/y, (a, b) => truth(a !== b)],
  ],
  [
    [/<=/y, (a, b) => truth(a <= b)],
    [/>=/y, (a, b) => truth(a >= b)],
    [/<(?!<)/y, (a, b) => truth(a < b)],
    [/>(?!>)/y, (a, b) => truth(a > b)],
  ],
  [
    [/<</y, (a, b) => (b < 64n ? wrap(a << b) : 0n)],
    [/>>/y, (a, b) => (b < 64n ? a >> b : 0n)],
  ],
  [
    [/\+/y, (a, b) => wrap(a + b)],
    [/-/y, (a, b) => wrap(a - b)],
  ],
  [
    [/\*/y, (a, b) => wrap(a * b)],
    [/\/(?![*/])/y, (a, b) => a / b],
    [/%/y, (a, b) => a % b],
  ],
];

export class DtsExpressions {
  readonly #scanner: DtsScanner;
  #nesting = 0;
  constructor(scanner: DtsScanner) {
    this.#scanner = scanner;
  }

  /** A literal, a character, or an expression in parentheses; undefined when none of them is next. */
  integer(): bigint | undefined {
    const scanner: DtsScanner = this.#scanner;
    const at = scanner.place;
    const literal = scanner.match(LITERAL);
    if (literal !== undefined) {
      const octal = /^0[0-9]/.test(literal);
      if (octal && /[89]/.test(literal)) scanner.refuse(`'${literal}' is no octal number`, at);
      const value = BigInt(octal ? `0o${literal.slice(1)}` : literal.length > 40 ? -1 : literal);
      if (value < 0n || value >= 1n << 64n) scanner.refuse(`${literal} needs more than 64 bits`, at);
      return value;
    }
    const character = scanner.match(CHARACTER);
    if (character !== undefined) {
      const text = unescaped(character);
      if (text.length !== 1) scanner.refuse(`'${character}' is not one character`, at);
      return BigInt(text.charCodeAt(0));
    }
    return scanner.take('(') ? this.#parenthesized() : undefined;
  }

  #parenthesized(): bigint {
    if (++this.#nesting > MAX_NESTING) this.#scanner.refuse(`an expression is nested deeper than ${MAX_NESTING}`);
    const value = this.#choice();
    this.#scanner.expect(')', 'behind the expression');
    this.#nesting--;
    return value;
  }

  /** `a ? b : c`. */
  #choice(): bigint {
    const condition = this.#binary(0);
    if (!this.#scanner.take('?')) return condition;
    if (++this.#nesting > MAX_NESTING) this.#scanner.refuse(`an expression is nested deeper than ${MAX_NESTING}`);
    const yes = this.#choice();
    this.#scanner.expect(':', "behind '?'");
    const no = this.#choice();
    this.#nesting--;
    return condition !== 0n ? yes : no;
  }

  #binary(level: number): bigint {
    const operators = OPERATORS[level];
    if (!operators) return this.#unary();
    let value = this.#binary(level + 1);
    for (;;) {
      const at = this.#scanner.place;
      const operator = operators.find(([sign]) => this.#scanner.match(sign) !== undefined);
      if (!operator) return value;
      const right = this.#binary(level + 1);
      const divides = level === OPERATORS.length - 1 && operator !== operators[0];
      if (divides && right === 0n) this.#scanner.refuse('division by zero', at);
      value = operator[1](value, right);
    }
  }

  #unary(): bigint {
    const scanner: DtsScanner = this.#scanner;
    const signs = scanner.match(/[-~!](?:[ \t\r\n]*[-~!]){0,64}/y)?.replace(/\s/g, '') ?? '';
    let value = this.integer();
    if (value === undefined) scanner.refuse(`expected a number, found ${scanner.found()}`);
    for (let index = signs.length - 1; index >= 0; index--) {
      const sign = signs[index];
      value = sign === '-' ? wrap(-value) : sign === '~' ? wrap(~value) : truth(value === 0n);
    }
    return value;
  }
}
