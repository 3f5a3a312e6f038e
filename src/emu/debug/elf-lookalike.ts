/** Says what a file that is not an ELF looks like, so that the remedy fits. */

import { hex } from '../bits.js';

/** What the file seems to be and what to give instead. */
export interface Lookalike {
  /** A noun phrase with article: `an Intel HEX file`. */
  readonly looksLike: string;
  readonly remedy: string;
}

const GIVE_ELF = 'give the ELF that the linker wrote (usually .elf, .axf or .out)';
const FROM_ELF = `it was made from an ELF: ${GIVE_ELF}, which also has the symbols and lines`;
const LINK = `link it into an executable first, then ${GIVE_ELF}`;
const FOR_TARGET =
  'build the firmware with arm-none-eabi-gcc or riscv64-unknown-elf-gcc and give the ELF the linker wrote';

const MAGICS: readonly (readonly [magic: string, looksLike: string, remedy: string])[] = [
  ['UF2\n', 'a UF2 file', FROM_ELF],
  ['DfuSe', 'a DfuSe file', FROM_ELF],
  ['MZ', 'a Windows program (PE)', FOR_TARGET],
  ['\xcf\xfa\xed\xfe', 'a macOS program (Mach-O)', FOR_TARGET],
  ['\xca\xfe\xba\xbe', 'a macOS universal program or a Java class', FOR_TARGET],
  ['\0asm', 'a WebAssembly module', FOR_TARGET],
  ['!<arch>\n', 'a static library (ar archive)', LINK],
  ['!<thin>\n', 'a static library (thin ar archive)', LINK],
  ['BC\xc0\xde', 'LLVM bitcode', LINK],
  ['PK\x03\x04', 'a ZIP archive', `unpack it, then ${GIVE_ELF}`],
  ['\x1f\x8b', 'a gzip file', `unpack it, then ${GIVE_ELF}`],
  ['version https://git-lfs', 'a Git LFS pointer', 'run `git lfs pull` to fetch the real file'],
  ['#!', 'a script', GIVE_ELF],
];

/** How many bytes are looked at. */
const PROBE = 512;

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte >= 9 && byte <= 13) || (byte >= 32 && byte !== 127));
}

function lookalikeText(text: string): Lookalike {
  if (/^:[0-9A-Fa-f]{10,}\s/.test(text)) return { looksLike: 'an Intel HEX file', remedy: FROM_ELF };
  if (/^S0[0-9A-Fa-f]{6,}\s/.test(text)) return { looksLike: 'a Motorola S-record file', remedy: FROM_ELF };
  return { looksLike: 'a text file', remedy: GIVE_ELF };
}

/** A Cortex-M image starts with the initial stack pointer and an odd (Thumb) reset vector (ARMv7-M B1.5.3). */
function startsWithVectors(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack = view.getUint32(0, true);
  const reset = view.getUint32(4, true);
  return stack % 4 === 0 && stack >= 0x1000_0000 && stack < 0x4000_0000 && reset % 2 === 1 && reset < 0x4000_0000;
}

/** Guesses from the first bytes; always has an answer. */
export function lookalike(bytes: Uint8Array): Lookalike {
  const head = bytes.subarray(0, PROBE);
  const text = String.fromCharCode(...head);
  for (const [magic, looksLike, remedy] of MAGICS) if (text.startsWith(magic)) return { looksLike, remedy };
  if (isText(head)) return lookalikeText(text);
  if (startsWithVectors(head)) {
    return { looksLike: 'a raw binary that starts with a Cortex-M vector table', remedy: FROM_ELF };
  }
  const first = Array.from(head.subarray(0, 4), (byte) => hex(byte, 2)).join(' ');
  return { looksLike: `a raw binary (first bytes ${first})`, remedy: `a raw .bin has no addresses: ${GIVE_ELF}` };
}
