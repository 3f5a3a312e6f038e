import type { CpuSystem } from '../../cpu.js';
import type { Log } from '../../log.js';
import type { CpuState } from './cpu-state.js';
import type { GuestMemory } from './guest-memory.js';
import { SLEEP } from './interrupt-control.js';
import { ERRNO, FileError, SandboxedFiles } from './semihosting-files.js';
import { KIND, SemihostingHandles } from './semihosting-handles.js';

/** The immediate of BKPT that asks for semihosting on M-profile cores (Arm IHI "Semihosting for AArch32 and AArch64"). */
const SEMIHOSTING = 0xab;
const SYS = {
  OPEN: 0x01,
  CLOSE: 0x02,
  WRITEC: 0x03,
  WRITE0: 0x04,
  WRITE: 0x05,
  READ: 0x06,
  READC: 0x07,
  ISERROR: 0x08,
  ISTTY: 0x09,
  SEEK: 0x0a,
  FLEN: 0x0c,
  TMPNAM: 0x0d,
  REMOVE: 0x0e,
  RENAME: 0x0f,
  CLOCK: 0x10,
  TIME: 0x11,
  SYSTEM: 0x12,
  ERRNO: 0x13,
  GET_CMDLINE: 0x15,
  HEAPINFO: 0x16,
  EXIT: 0x18,
  EXIT_EXTENDED: 0x20,
  ELAPSED: 0x30,
  TICKFREQ: 0x31,
} as const;
/** ADP_Stopped_ApplicationExit: a program that ended well. */
const APPLICATION_EXIT = 0x2_0026;
/** Magic, then a byte of features: EXIT_EXTENDED and separate stdout and stderr. */
const FEATURES = Uint8Array.from([0x53, 0x48, 0x46, 0x42, 0x03]);
const TICKS_PER_SECOND = 1_000_000_000;
/** The guest's strings and blocks are limited, so that it cannot make the host work without end. */
const MAX_BYTES = 1 << 20;

export interface SemihostingOptions {
  /** Host directory below which the guest may open files; without it there are no files. */
  readonly directory?: string;
  /** What SYS_GET_CMDLINE gives. */
  readonly commandLine?: string;
  /** Seconds since 1970 at power-on, for SYS_TIME; 0 if not given. */
  readonly epoch?: number;
}

const [ENABLED, EXITED, EXIT_CODE, LAST_ERRNO, INPUT_AT] = [0, 1, 2, 3, 4] as const;

/** Semihosting by BKPT 0xAB: console, files below one directory, machine time, exit. All but the host's files is machine state. */
export class Semihosting {
  readonly #system: CpuSystem;
  readonly #memory: GuestMemory;
  readonly #state: CpuState;
  readonly #sleep: Int32Array;
  readonly #words: Int32Array;
  readonly #handles: SemihostingHandles;
  readonly #output: Log;
  readonly #input: Log;
  #options: SemihostingOptions = {};
  #files: SandboxedFiles | undefined;

  constructor(system: CpuSystem, memory: GuestMemory, state: CpuState, sleep: Int32Array) {
    this.#system = system;
    this.#memory = memory;
    this.#state = state;
    this.#sleep = sleep;
    this.#words = system.arena.i32('cpu.semihosting', 5);
    this.#handles = new SemihostingHandles(system.arena);
    this.#output = system.arena.log('cpu.semihosting-output', { kind: 'u8', limit: MAX_BYTES });
    this.#input = system.arena.log('cpu.semihosting-input', { kind: 'u8', limit: MAX_BYTES });
  }

  /** Switches semihosting on; without this BKPT 0xAB is a breakpoint like any other. */
  enable(options: SemihostingOptions = {}): void {
    this.#options = options;
    this.#files = options.directory === undefined ? undefined : new SandboxedFiles(options.directory);
    this.#words[ENABLED] = 1;
  }
  disable(): void {
    this.#words[ENABLED] = 0;
  }
  get enabled(): boolean {
    return this.#words[ENABLED] !== 0;
  }
  /** Everything the guest wrote to its console. */
  get text(): string {
    return Buffer.from(this.#output.slice()).toString('utf8');
  }
  get exited(): boolean {
    return this.#words[EXITED] !== 0;
  }
  /** What the guest exited with; undefined while it runs. */
  get exitCode(): number | undefined {
    return this.exited ? this.#words[EXIT_CODE] : undefined;
  }
  /** Console input, as if typed now. */
  type(text: string): void {
    for (const byte of Buffer.from(text, 'utf8')) this.#input.append(byte);
    if (this.#sleep[0] === SLEEP.semihosting && !this.exited) this.#sleep[0] = SLEEP.awake;
  }

  /** System reset: handles are closed, an exit is forgotten; whether it is on, and the console so far, stay. */
  reset(): void {
    this.#handles.reset();
    this.#words.fill(0, EXITED, INPUT_AT);
  }
  /** BKPT: false when it is not a semihosting call. The PC stands at the BKPT, and moves on when the call is done. */
  call(immediate: number): boolean {
    if (immediate !== SEMIHOSTING || !this.enabled) return false;
    const { r } = this.#state;
    const result = this.#perform(r[0]!, r[1]!);
    if (result === undefined) return true;
    r[0] = result;
    this.#state.pc += 2;
    return true;
  }

  /** The result for r0; undefined while the call waits for input, or never returns. */
  #perform(operation: number, argument: number): number | undefined {
    try {
      return this.#dispatch(operation, argument);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#words[LAST_ERRNO] = error.errno;
      return -1;
    }
  }

  #dispatch(operation: number, argument: number): number | undefined {
    const word = (index: number): number => this.#word(argument + 4 * index);
    switch (operation) {
      case SYS.WRITEC:
        this.#print([this.#byte(argument)]);
        return this.#state.r[0]!;
      case SYS.WRITE0:
        this.#print(this.#string(argument));
        return this.#state.r[0]!;
      case SYS.READC:
        return this.#readCharacter();
      case SYS.OPEN:
        return this.#open(this.#name(word(0), word(2)), word(1));
      case SYS.CLOSE:
        return this.#close(word(0));
      case SYS.WRITE:
        return this.#write(word(0), word(1), word(2));
      case SYS.READ:
        return this.#read(word(0), word(1), word(2));
      case SYS.SEEK:
        this.#fileAt(word(0));
        this.#handles.seek(word(0), word(1) >>> 0);
        return 0;
      case SYS.FLEN:
        return this.#length(word(0));
      case SYS.ISTTY:
        return this.#isConsole(this.#opened(word(0))) ? 1 : 0;
      case SYS.ISERROR:
        return word(0) < 0 ? 1 : 0;
      case SYS.REMOVE:
        this.#sandbox().remove(this.#name(word(0), word(1)));
        return 0;
      case SYS.RENAME:
        this.#sandbox().rename(this.#name(word(0), word(1)), this.#name(word(2), word(3)));
        return 0;
      case SYS.TMPNAM:
        return this.#putString(word(0), word(2), `tmp${(word(1) & 0xff).toString().padStart(3, '0')}`);
      default:
        return this.#environment(operation, argument, word);
    }
  }

  #environment(operation: number, argument: number, word: (index: number) => number): number | undefined {
    switch (operation) {
      case SYS.CLOCK:
        return Math.floor(this.#nanoseconds() / 10_000_000) | 0;
      case SYS.TIME:
        return (Math.floor(this.#nanoseconds() / 1e9) + (this.#options.epoch ?? 0)) | 0;
      case SYS.ELAPSED:
        this.#memory.store64(argument, BigInt(this.#nanoseconds()), 0);
        return 0;
      case SYS.TICKFREQ:
        return TICKS_PER_SECOND;
      case SYS.ERRNO:
        return this.#words[LAST_ERRNO]!;
      case SYS.GET_CMDLINE:
        return this.#commandLine(argument, word(0), word(1));
      case SYS.HEAPINFO:
        // Zeros: the library's own linker symbols say where heap and stack are.
        for (let i = 0; i < 4; i++) this.#memory.store(word(0) + 4 * i, 0, 4, 0);
        return 0;
      case SYS.EXIT:
        return this.#exit(argument === APPLICATION_EXIT ? 0 : 1);
      case SYS.EXIT_EXTENDED:
        return this.#exit(word(0) === APPLICATION_EXIT ? word(1) : 1);
      default:
        return this.#unknown(operation);
    }
  }

  #unknown(operation: number): number {
    const name =
      operation === SYS.SYSTEM ? 'SYS_SYSTEM (a host command)' : `operation 0x${(operation >>> 0).toString(16)}`;
    this.#system.report({ kind: 'unmodelled', what: `semihosting ${name} was called: it is refused` });
    this.#words[LAST_ERRNO] = ERRNO.EINVAL;
    return -1;
  }

  /** The core stops for good, as under a debugger; only a reset goes on. */
  #exit(code: number): undefined {
    this.#words[EXITED] = 1;
    this.#words[EXIT_CODE] = code;
    this.#sleep[0] = SLEEP.semihosting;
    this.#system.emit('exit', { code });
    return undefined;
  }

  /** Waits, with the core halted, until something was typed. */
  #readCharacter(): number | undefined {
    const byte = this.#takeInput();
    if (byte === undefined) this.#sleep[0] = SLEEP.semihosting;
    return byte;
  }
  #takeInput(): number | undefined {
    const at = this.#words[INPUT_AT]!;
    if (at >= this.#input.length) return undefined;
    this.#words[INPUT_AT] = at + 1;
    return this.#input.at(at) ?? 0;
  }

  #open(name: string, mode: number): number {
    if (mode < 0 || mode > 11) throw new FileError(ERRNO.EINVAL);
    if (name === ':tt') return this.#handle([KIND.input, KIND.output, KIND.error][mode >> 2]!, mode, name);
    if (name === ':semihosting-features') {
      if (mode > 1) throw new FileError(ERRNO.EACCES);
      return this.#handle(KIND.features, mode, name);
    }
    this.#sandbox().open(name, mode);
    return this.#handle(KIND.file, mode, name);
  }
  #handle(kind: number, mode: number, name: string): number {
    const handle = this.#handles.open(kind, mode, name);
    if (handle === 0) throw new FileError(ERRNO.EMFILE);
    return handle;
  }
  #opened(handle: number): number {
    const kind = this.#handles.kind(handle);
    if (kind === KIND.closed) throw new FileError(ERRNO.EBADF);
    return kind;
  }
  #isConsole(kind: number): boolean {
    return kind === KIND.input || kind === KIND.output || kind === KIND.error;
  }
  /** A handle with a position. */
  #fileAt(handle: number): number {
    const kind = this.#opened(handle);
    if (this.#isConsole(kind)) throw new FileError(ERRNO.EINVAL);
    return kind;
  }
  #close(handle: number): number {
    this.#opened(handle);
    this.#handles.close(handle);
    return 0;
  }
  #length(handle: number): number {
    const kind = this.#opened(handle);
    if (this.#isConsole(kind)) return 0;
    return kind === KIND.features ? FEATURES.length : this.#sandbox().length(this.#handles.name(handle)) | 0;
  }

  /** Gives the number of bytes NOT written. */
  #write(handle: number, from: number, length: number): number {
    const kind = this.#opened(handle);
    const bytes = this.#block(from, length);
    if (kind === KIND.output || kind === KIND.error) this.#print(bytes);
    else if (kind === KIND.file && this.#handles.mode(handle) > 1) this.#writeFile(handle, bytes);
    else throw new FileError(ERRNO.EBADF);
    return length - bytes.length;
  }
  #writeFile(handle: number, bytes: Uint8Array): void {
    const files = this.#sandbox();
    const name = this.#handles.name(handle);
    const appends = this.#handles.mode(handle) >> 2 === 2;
    const position = appends ? files.length(name) : this.#handles.position(handle);
    files.write(name, position, bytes);
    this.#handles.seek(handle, position + bytes.length);
  }

  /** Gives the number of bytes NOT read; waits where the console has none. */
  #read(handle: number, to: number, length: number): number | undefined {
    const kind = this.#opened(handle);
    if (kind === KIND.input) return this.#readConsole(to, length);
    const mode = this.#handles.mode(handle);
    // w and a, and their binary forms, cannot be read; r, and whatever has a +, can.
    if (this.#isConsole(kind) || (kind === KIND.file && mode > 3 && (mode & 2) === 0)) {
      throw new FileError(ERRNO.EBADF);
    }
    const position = this.#handles.position(handle);
    const wanted = Math.min(length >>> 0, MAX_BYTES);
    const bytes =
      kind === KIND.features
        ? FEATURES.subarray(position, position + wanted)
        : this.#sandbox().read(this.#handles.name(handle), position, wanted);
    for (const [i, byte] of bytes.entries()) this.#memory.store(to + i, byte, 1, 0);
    this.#handles.seek(handle, position + bytes.length);
    return length - bytes.length;
  }
  #readConsole(to: number, length: number): number | undefined {
    let count = 0;
    while (count < length) {
      const byte = this.#takeInput();
      if (byte === undefined) break;
      this.#memory.store(to + count++, byte, 1, 0);
    }
    if (count > 0 || length === 0) return length - count;
    this.#sleep[0] = SLEEP.semihosting;
    return undefined;
  }

  #commandLine(argument: number, buffer: number, size: number): number {
    const text = this.#options.commandLine ?? '';
    if (this.#putString(buffer, size, text) !== 0) return -1;
    this.#memory.store(argument + 4, Buffer.byteLength(text), 4, 0);
    return 0;
  }

  #sandbox(): SandboxedFiles {
    if (this.#files) return this.#files;
    this.#system.report({
      kind: 'misuse',
      what: 'the firmware used a file by semihosting, and no directory is open to it',
      remedy: 'give semihosting a directory',
    });
    throw new FileError(ERRNO.EACCES);
  }
  #nanoseconds(): number {
    return this.#system.timebase.nanoseconds();
  }
  #print(bytes: Iterable<number>): void {
    for (const byte of bytes) this.#output.append(byte);
  }

  #word(address: number): number {
    return this.#memory.load(address, 4, 0) | 0;
  }
  #byte(address: number): number {
    return this.#memory.load(address, 1, 0) & 0xff;
  }
  #block(address: number, length: number): Uint8Array {
    return Uint8Array.from({ length: Math.min(length >>> 0, MAX_BYTES) }, (_, i) => this.#byte(address + i));
  }
  /** Bytes up to a zero. */
  #string(address: number): number[] {
    const bytes: number[] = [];
    for (let at = address; bytes.length < MAX_BYTES; at++) {
      const byte = this.#byte(at);
      if (byte === 0) break;
      bytes.push(byte);
    }
    return bytes;
  }
  #name(address: number, length: number): string {
    return Buffer.from(this.#block(address, Math.min(length >>> 0, 4096))).toString('utf8');
  }
  #putString(to: number, size: number, text: string): number {
    const bytes = Buffer.from(`${text}\0`, 'utf8');
    if (bytes.length > size >>> 0) return -1;
    for (const [i, byte] of bytes.entries()) this.#memory.store(to + i, byte, 1, 0);
    return 0;
  }
}
