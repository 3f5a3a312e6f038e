/** Values as the protocol carries them: exact beyond 2⁵³, bytes as text, addresses by name. */

import { z } from 'zod';
import { UsageError } from '../../emu/errors.js';
import type { MachineBench } from '../machine-bench.js';

/** Numbers that JSON readers take as they are; larger ones are hexadecimal text. */
export const exactInteger = z.union([z.int(), z.string().regex(/^0x[0-9a-f]+$/)]);
/** `0x20000400` */
export const hexText = z.string().regex(/^0x[0-9a-f]+$/);

/** A number as JSON carries it exactly. */
export function exact(value: number | bigint): number | string {
  const safe = typeof value === 'number' ? Number.isSafeInteger(value) : value <= BigInt(Number.MAX_SAFE_INTEGER);
  return safe ? Number(value) : `0x${BigInt(value).toString(16)}`;
}

/** `0x0800012c`: at least `digits` digits. */
export function hexOf(value: number | bigint, digits = 8): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

export const addressArgument = z.union([z.int().min(0).max(0xffff_ffff), z.string().min(1).max(4096)]).meta({
  title: 'address',
  description: 'a number, `"0x20000000"`, or a symbol with or without an offset, `"buffer+8"`',
});

const OFFSET = /^(.+)\+(0x[0-9a-f]+|\d+)$/i;
const HIGHEST = 0xffff_ffff;

/**
 * The address that an argument says.
 * @throws UsageError for a symbol that is not there, and for what lies behind 4 GiB
 */
export function addressOf(bench: MachineBench, where: string | number): number {
  const [, base = where, offset = 0] = (typeof where === 'string' && OFFSET.exec(where)) || [];
  const address = bench.addressOf(base) + Number(offset);
  if (address <= HIGHEST) return address;
  throw new UsageError({
    what: `${where} is not on the bus, which has 32 address lines`,
    remedy: 'give a physical address below 4 GiB',
  });
}

export const integerArgument = z
  .union([z.int(), z.string().regex(/^(0x[0-9a-fA-F]{1,16}|-?\d{1,20})$/)])
  .meta({ title: 'integer or text', description: 'a number, or text, `"0x1234"`, which is exact beyond 2⁵³' });

/** Of an argument that `integerArgument` has let through. */
export function integerOf(value: number | string): bigint {
  return BigInt(value);
}

/** The lowest `bits` of an integer that fits them, signed or unsigned. */
export function fitting(value: number | string, bits: number, what: string): bigint {
  const integer = integerOf(value);
  const limit = 1n << BigInt(bits);
  if (integer < limit && integer >= -limit / 2n) return BigInt.asUintN(bits, integer);
  throw new UsageError({ what: `${value} does not fit ${what}, which has ${bits} bits` });
}

const ENCODINGS = ['hex', 'base64', 'utf8'] as const;
export type Encoding = (typeof ENCODINGS)[number];
export const encodingArgument = (initial: Encoding) =>
  z
    .enum(ENCODINGS)
    .default(initial)
    .describe(`how the bytes are written: \`hex\`, \`base64\` or \`utf8\`; \`${initial}\` if it is left out`);

/** Bytes as text; what is no UTF-8 becomes U+FFFD in `utf8`. */
export function encoded(bytes: Uint8Array, encoding: Encoding): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
}

const FORMS: Readonly<Record<Encoding, RegExp>> = {
  hex: /^(?:[0-9a-f]{2})*$/i,
  base64: /^[A-Za-z0-9+/]*={0,2}$/,
  utf8: /^/,
};

/** @throws UsageError where the text is not in that encoding */
export function decoded(data: string, encoding: Encoding): Uint8Array {
  if (FORMS[encoding].test(data) && (encoding !== 'base64' || data.length % 4 === 0))
    return Buffer.from(data, encoding);
  throw new UsageError({
    what: `\`data\` is not ${encoding}`,
    remedy:
      encoding === 'hex' ? 'give two hexadecimal digits a byte' : 'give groups of four characters, with = at the end',
  });
}

export const durationArgument = z
  .string()
  .max(64)

  .describe('machine time, `"20ms"`, or `"1200cycles"` of the CPU clock');

/** Machine time in ns and CPU cycles, as results carry them. */
export const instant = {
  time: exactInteger.describe('machine time in ns'),
  cycles: exactInteger.describe('CPU cycles'),
};

export function instantOf(bench: { readonly time: number; readonly cycles: number }) {
  return { time: exact(bench.time), cycles: exact(bench.cycles) };
}

/** Where the core that executes is, as results carry it. */
export const place = {
  cpu: z.string().describe('the core or hart that executes'),
  pc: hexText,
  place: z.string().describe('symbol, file and line, as far as the image says'),
};
