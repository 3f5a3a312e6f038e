import { z } from 'zod';
import { commandGroup } from './command.js';
import { addressArgument, addressOf, exact, exactInteger, hexOf, hexText } from './values.js';

const { define, commands } = commandGroup('Symbols');
export const symbolCommands = commands;

define({
  name: 'symbol-lookup',
  doc: 'A symbol’s address, or what lies at an address: symbol, file and line.',
  args: { address: addressArgument },
  result: z.strictObject({
    address: hexText,
    symbol: z.string().optional(),
    offset: z.int().optional().describe('bytes from the symbol’s start'),
    size: exactInteger.optional(),
    kind: z.enum(['function', 'object', 'other']).optional(),
    file: z.string().optional(),
    line: z.int().optional(),
  }),
  run({ address: where }, { target: { bench } }) {
    const address = addressOf(bench, where);
    const { symbol, offset, line } = bench.locator.locate(address);
    const info = symbol === undefined ? undefined : bench.locator.symbol(symbol);
    return {
      address: hexOf(address),
      ...(symbol === undefined ? {} : { symbol, offset: offset ?? 0 }),
      ...(info ? { size: exact(info.size), kind: info.kind } : {}),
      ...(line ? { file: line.file, line: line.line } : {}),
    };
  },
});

define({
  name: 'symbol-list',
  doc: 'Symbols of the image whose names hold a text, by address.',
  args: { match: z.string().max(200).default(''), limit: z.int().min(1).max(10_000).default(100) },
  result: z.strictObject({
    symbols: z.array(
      z.strictObject({
        name: z.string(),
        address: z.string(),
        size: exactInteger,
        kind: z.enum(['function', 'object', 'other']),
      }),
    ),
    more: z.int().describe('how many are left out'),
  }),
  run({ match, limit }, { target: { bench } }) {
    const those = bench.locator.symbols.filter(({ name }) => name.includes(match));
    const shown = those
      .slice(0, limit)
      .map(({ name, address, size, kind }) => ({ name, address: hexOf(address), size: exact(size), kind }));
    return { symbols: shown, more: those.length - shown.length };
  },
});
