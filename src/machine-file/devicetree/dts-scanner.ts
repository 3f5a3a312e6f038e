import { UsageError } from '../../emu/errors.js';
import { DtsFile, type Place, placeText } from './dts-file.js';
import { MAX_SOURCE, type ReadNamed } from './dts-include.js';

/** The characters of a devicetree source and of what it includes, without blanks and comments. The parser asks for what may stand there. */

const MAX_INCLUDES = 32;
/** Files read in all: a file that includes another one twice doubles. */
const MAX_FILES = 1000;

const BLANKS = /[ \t\r\n\f\v]+|\/\/[^\n]*/y;
const INCLUDE = /\/include\/[ \t\r\n]*"([^"\n]*)"/y;
const LINE_MARKER = /#(?:line)?[ \t]+(\d{1,9})[ \t]+"([^"\n]*)"[^\n]*(?:\n|$)/y;
const PREPROCESSOR = /#[ \t]*(include|define|undef|if|ifdef|ifndef|elif|else|endif|error|warning|pragma)\b[^\n=;]*/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const CPP = 'cpp -nostdinc -undef -x assembler-with-cpp -I include board.dts > board.pp.dts';

interface Frame {
  readonly file: DtsFile;
  at: number;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export class DtsScanner {
  readonly #read: ReadNamed;
  readonly #outer: Frame[] = [];
  #frame: Frame;
  #files = 1;
  #size: number;

  constructor(path: string, bytes: Uint8Array, read: ReadNamed) {
    this.#read = read;
    this.#size = bytes.length;
    this.#frame = { file: new DtsFile(path, latin1(bytes)), at: 0 };
    if (bytes.length > MAX_SOURCE) this.refuse(`the source has more than ${MAX_SOURCE} bytes`);
  }

  /** Where the next character is. */
  get place(): Place {
    this.skip();
    return { file: this.#frame.file, offset: this.#frame.at };
  }

  refuse(what: string, at: Place = { file: this.#frame.file, offset: this.#frame.at }, remedy?: string): never {
    throw new UsageError({ what, where: placeText(at), remedy });
  }

  /** The next character that is no blank, comment, line marker or include; empty at the end. */
  peek(): string {
    this.skip();
    return this.#frame.file.text.charAt(this.#frame.at);
  }

  /** Goes past the text if it is next. */
  take(text: string): boolean {
    this.skip();
    const taken = this.#frame.file.text.startsWith(text, this.#frame.at);
    if (taken) this.#frame.at += text.length;
    return taken;
  }

  /** Goes past what the sticky expression matches, and gives its first group, or all of it. */
  match(expression: RegExp): string | undefined {
    this.skip();
    const found = this.#here(expression);
    if (!found) return undefined;
    this.#frame.at = expression.lastIndex;
    return found[1] ?? found[0];
  }

  /** Goes past a text in double quotes, and gives what is between them, escapes and all. */
  quoted(): string | undefined {
    if (this.peek() !== '"') return undefined;
    const { file, at } = this.#frame;
    for (let end = at + 1; end < file.text.length; end++) {
      const next = file.text.charCodeAt(end);
      if (next === BACKSLASH) end++;
      else if (next === QUOTE) {
        this.#frame.at = end + 1;
        return file.text.slice(at + 1, end);
      }
    }
    return this.refuse('a string has no end');
  }

  /** Goes past a text that must be there. */
  expect(text: string, behind: string): void {
    if (!this.take(text)) this.refuse(`expected '${text}' ${behind}, found ${this.found()}`);
  }

  /** What is next, for messages. */
  found(): string {
    this.skip();
    const next = /[ -~]{1,20}/y;
    next.lastIndex = this.#frame.at;
    const text = next.exec(this.#frame.file.text)?.[0];
    if (text !== undefined) return `'${/^[\w,.+*#?@-]+/.exec(text)?.[0] ?? text.charAt(0)}'`;
    return this.#frame.at >= this.#frame.file.text.length ? 'the end of the file' : 'a character that is no text';
  }

  /** The bytes of a file for `/incbin/`. */
  named(name: string, at: Place): Uint8Array {
    const { bytes } = this.#read(name, at);
    this.#count(bytes, at);
    return bytes;
  }

  #here(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#frame.at;
    return expression.exec(this.#frame.file.text);
  }

  skip(): void {
    while (this.#skipOne());
  }

  #skipOne(): boolean {
    const { text } = this.#frame.file;
    const next = text.charAt(this.#frame.at);
    if (next === '') return this.#leave();
    if (next === '#') return this.#hash();
    if (next === '/' && text.startsWith('/*', this.#frame.at)) return this.#comment(text);
    if (next === '/' && text.startsWith('/include/', this.#frame.at)) return this.#include();
    if (!this.#here(BLANKS)) return false;
    this.#frame.at = BLANKS.lastIndex;
    return true;
  }

  #comment(text: string): boolean {
    const end = text.indexOf('*/', this.#frame.at + 2);
    if (end < 0) this.refuse('a comment has no end');
    this.#frame.at = end + 2;
    return true;
  }

  /** A `#` that starts a line may be the preprocessor's; otherwise it starts the name of a property. */
  #hash(): boolean {
    const { file, at } = this.#frame;
    if (at > 0 && !/(?:^|\n)[ \t]*$/.test(file.text.slice(Math.max(0, at - 64), at))) return false;
    const marker = this.#here(LINE_MARKER);
    if (marker) {
      this.#frame.at = LINE_MARKER.lastIndex;
      file.mark({ offset: this.#frame.at, line: Number(marker[1]), path: marker[2]! });
      return true;
    }
    const directive = this.#here(PREPROCESSOR);
    if (!directive) return false;
    const what = `'${directive[0].trim()}' is a line of the C preprocessor, which is no part of devicetree sources`;
    return this.refuse(what, undefined, `run it first: ${CPP}; or give the .dtb that the build wrote`);
  }

  #include(): boolean {
    const at = { file: this.#frame.file, offset: this.#frame.at };
    const name = this.#here(INCLUDE)?.[1];
    if (name === undefined) this.refuse('expected /include/ "file"', at);
    if (this.#outer.length === MAX_INCLUDES) this.refuse(`files include each other deeper than ${MAX_INCLUDES}`, at);
    this.#frame.at = INCLUDE.lastIndex;
    const { path, bytes } = this.#read(name, at);
    this.#count(bytes, at);
    this.#outer.push(this.#frame);
    this.#frame = { file: new DtsFile(path, latin1(bytes)), at: 0 };
    return true;
  }

  #count(bytes: Uint8Array, at: Place): void {
    this.#size += bytes.length;
    if (++this.#files > MAX_FILES) this.refuse(`more than ${MAX_FILES} files are included`, at);
    if (this.#size > MAX_SOURCE) this.refuse(`the sources have more than ${MAX_SOURCE} bytes together`, at);
  }

  /** At the end of an included file goes on behind its include. */
  #leave(): boolean {
    const outer = this.#outer.pop();
    if (outer) this.#frame = outer;
    return outer !== undefined;
  }
}
