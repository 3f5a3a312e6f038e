import type { HtifContext } from './htif.js';

/** Numbers of Linux's RISC-V system calls that the host serves. */
const [WRITE, EXIT, EXIT_GROUP] = [64, 93, 94];
const ENOSYS = -38;
/** Bytes that one `write` may carry at most: a wrong length must not take the host's time. */
const MOST = 1 << 20;

export interface SystemCallHooks {
  write(bytes: Uint8Array): void;
  exit(code: number): void;
}

/** A proxied system call: eight double-words in memory, the number first, then its arguments; the result takes the number's place. */
export function systemCall(d: HtifContext, address: number, hooks: SystemCallHooks): void {
  const argument = (index: number) => d.bus.read(address + 8 * index, 4) ?? 0;
  const number = argument(0);
  const answer = (value: number): void => {
    d.bus.write(address, 4, value >>> 0);
    d.bus.write(address + 4, 4, value < 0 ? 0xffff_ffff : 0);
  };
  if (number === WRITE) {
    const bytes = read(d, argument(2), Math.min(argument(3), MOST));
    if (argument(1) === 1 || argument(1) === 2) hooks.write(bytes);
    answer(bytes.length);
  } else if (number === EXIT || number === EXIT_GROUP) hooks.exit(argument(1));
  else {
    answer(ENOSYS);
    d.report({
      kind: 'unmodelled',
      what: `${d.name}: system call ${number} was asked for: the host serves write (${WRITE}) and exit (${EXIT}) only`,
      remedy: 'it returns -ENOSYS',
    });
  }
}

/** As many of the bytes as there is memory. */
function read(d: HtifContext, address: number, length: number): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < length; i++) {
    const byte = d.bus.read(address + i, 1);
    if (byte === undefined) break;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
