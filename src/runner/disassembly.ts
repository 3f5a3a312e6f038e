/** The machine's memory as instructions. */

import { Decoder } from '../emu/isa/decoder.js';
import { disassemble } from '../emu/isa/disassembler.js';
import type { Isa } from '../emu/isa/instruction.js';
import type { Machine } from '../emu/machine.js';

export interface DisassembledInstruction {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

const decoders = new WeakMap<Isa, Decoder>();

function decoderOf(isa: Isa): Decoder {
  const decoder = decoders.get(isa) ?? new Decoder(isa);
  decoders.set(isa, decoder);
  return decoder;
}

/** Up to `count` instructions from an address on; fewer where memory ends. Of those inside IT blocks the condition is not shown. */
export function disassembly({ cpu, bus }: Machine, start: number, count: number): DisassembledInstruction[] {
  const { isa } = cpu;
  const found: DisassembledInstruction[] = [];
  let address = start;
  while (found.length < count) {
    const first = bus.codeAt(address);
    if (first === undefined) break;
    const second = bus.codeAt(address + 2);
    const length = second === undefined ? 2 : isa.lengthOf(first);
    const decoded = decoderOf(isa).decode(first, second ?? 0);
    const halves = length === 2 ? [first] : [first, second ?? 0];
    const bytes = Uint8Array.from(halves.flatMap((half) => [half & 0xff, half >> 8]));
    const known = decoded !== undefined && decoded.length === length;
    found.push({ address, bytes, text: known ? disassemble(isa, decoded, address) : unknownText(bytes) });
    address += length;
  }
  return found;
}

/** As GNU's assembler takes it. */
function unknownText(bytes: Uint8Array): string {
  const word = bytes.reduceRight((value, byte) => value * 256 + byte, 0);
  return `.${bytes.length}byte 0x${word.toString(16).padStart(bytes.length * 2, '0')}`;
}
