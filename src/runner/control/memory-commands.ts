import { z } from 'zod';
import { commandGroup, nothing } from './command.js';
import {
  addressArgument,
  addressOf,
  decoded,
  encoded,
  encodingArgument,
  fitting,
  hexOf,
  hexText,
  integerArgument,
} from './values.js';

const { define, commands } = commandGroup('Memory');
export const memoryCommands = commands;

/** Bytes of one command. */
const MOST_BYTES = 1 << 20;

const size = z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]).describe('bytes: 1, 2, 4 or 8');
const WORD = 4;

define({
  name: 'memory-read',
  doc: 'Bytes of memory, without effects. Physical addresses.',
  args: { address: addressArgument, length: z.int().min(1).max(MOST_BYTES), encoding: encodingArgument('hex') },
  result: z.strictObject({ address: hexText, length: z.int(), data: z.string() }),
  run({ address: where, length, encoding }, { target: { board, bench } }) {
    const address = addressOf(bench, where);
    return { address: hexOf(address), length, data: encoded(board.memory.bytes(address, length), encoding) };
  },
});

define({
  name: 'memory-write',
  doc: 'Stores bytes into memory, flash and ROM too.',
  args: { address: addressArgument, data: z.string().max(2 * MOST_BYTES), encoding: encodingArgument('hex') },
  result: z.strictObject({ address: hexText, length: z.int() }),
  run({ address: where, data, encoding }, { target: { board, bench } }) {
    const address = addressOf(bench, where);
    const bytes = decoded(data, encoding);
    board.memory.write(address, bytes);
    return { address: hexOf(address), length: bytes.length };
  },
});

define({
  name: 'word-read',
  doc: 'A little-endian word, as a debugger looks at it: reading a register of a device has no effects.',
  args: { address: addressArgument, size: size.default(WORD) },
  result: z.strictObject({ address: hexText, value: hexText }),
  run({ address: where, size: bytes }, { target: { board, bench } }) {
    const { memory } = board;
    const address = addressOf(bench, where);
    if (bytes === 8) {
      const value = (BigInt(memory.read32(address + 4)) << 32n) | BigInt(memory.read32(address));
      return { address: hexOf(address), value: hexOf(value, 16) };
    }
    const value = bytes === 4 ? memory.read32(address) : bytes === 2 ? memory.read16(address) : memory.read8(address);
    return { address: hexOf(address), value: hexOf(value, bytes * 2) };
  },
});

define({
  name: 'word-write',
  doc: 'Stores a little-endian word. Of a device it is a bus access as the firmware’s, with its effects; of 8 bytes two, the lower first.',
  args: { address: addressArgument, value: integerArgument, size: size.default(WORD) },
  result: nothing,
  run({ address: where, value, size: bytes }, { target: { board, bench } }) {
    const { memory } = board;
    const address = addressOf(bench, where);
    const word = fitting(value, bytes * 8, 'the word');
    if (bytes === 1) memory.write8(address, Number(word));
    else if (bytes === 2) memory.write16(address, Number(word));
    else memory.write32(address, Number(word & 0xffff_ffffn));
    if (bytes === 8) memory.write32(address + 4, Number(word >> 32n));
    return {};
  },
});
