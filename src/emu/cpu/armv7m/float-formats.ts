import type { OperandFormat } from '../../isa/instruction.js';
import { singleOf } from './float-round.js';
import { field, parseNumber } from './format-kinds.js';

/** How floating-point operands are written: singles, doubles, lists of them, immediates. */

/** Vd:D of a field D:Vd, and the other way round. */
const fromField = (field: number) => ((field & 15) << 1) | (field >>> 4);
const toField = (number: number) => (number >>> 1) | ((number & 1) << 4);
const same = (number: number) => number;

function numbered(text: string, prefix: string, count: number): number | undefined {
  const number = Number(new RegExp(`^${prefix}(\\d+)$`).exec(text)?.[1]);
  return number < count ? number : undefined;
}

/** A register by its number; `distance` for the one behind the field's, which has no field of its own. */
function floatRegister(
  letter: string,
  prefix: 's' | 'd',
  number: (field: number) => number,
  fieldOf: (number: number) => number,
  distance = 0,
): OperandFormat {
  return {
    print: (f) => `${prefix}${number(f[letter]!) + distance}`,
    parse: (text, _, context) => {
      const index = numbered(text, prefix, prefix === 's' ? 32 : 16);
      return index === undefined || index < distance ? undefined : field(context, letter, fieldOf(index - distance));
    },
  };
}

/** `{s4-s7}`: registers in a row, from field `d`; `i` is the number of words. */
function list(prefix: 's' | 'd', words: 1 | 2): OperandFormat {
  const number = words === 1 ? fromField : same;
  return {
    print: (f) => {
      const first = number(f['d']!);
      const last = first + f['i']! / words - 1;
      return first === last ? `{${prefix}${first}}` : `{${prefix}${first}-${prefix}${last}}`;
    },
    parse: (text, _, context) => {
      const [, from, to] = /^\{(\w+)(?:-(\w+))?\}$/.exec(text) ?? [];
      const first = numbered(from ?? '', prefix, 32 / words);
      const last = to === undefined ? first : numbered(to, prefix, 32 / words);
      if (first === undefined || last === undefined || last < first) return undefined;
      const d = field(context, 'd', words === 1 ? toField(first) : first);
      return d && { ...d, ...field(context, 'i', (last - first + 1) * words) };
    },
  };
}

/** The constant of VMOV (VFPExpandImm(), A6.4.1). */
function expand(imm8: number): number {
  const exponent = imm8 & 0x40 ? 0x3e00_0000 : 0x4000_0000;
  return singleOf(((imm8 & 0x80) << 24) | exponent | ((imm8 & 0x3f) << 19));
}
const immediate: OperandFormat = {
  print: (f) => `#${expand(f['i']!)}`,
  parse: (text) => {
    if (!/^#-?\d/.test(text)) return undefined;
    for (let i = 0; i < 256; i++) if (expand(i) === Number(text.slice(1))) return { i };
    return undefined;
  },
};

/** Bits behind the binary point, of `size`. */
function fractionBits(size: 16 | 32): OperandFormat {
  return {
    print: (f) => `#${size - fromField(f['i']!)}`,
    parse: (text, _, context) => {
      const bits = text.startsWith('#') ? parseNumber(text.slice(1)) : undefined;
      return bits === undefined || bits > size ? undefined : field(context, 'i', toField(size - bits));
    },
  };
}

/** Half a double: `d3[1]`. */
const half: OperandFormat = {
  print: (f) => `d${f['d']}[${f['e']}]`,
  parse: (text, _, context) => {
    const [, d, e] = /^d(\d+)\[([01])\]$/.exec(text) ?? [];
    const register = field(context, 'd', Number(d));
    return register && { ...register, e: Number(e) };
  },
};

export const floatFormats: Readonly<Record<string, OperandFormat>> = {
  sd: floatRegister('d', 's', fromField, toField),
  sm: floatRegister('m', 's', fromField, toField),
  'sm+1': floatRegister('m', 's', fromField, toField, 1),
  sn: floatRegister('n', 's', same, same),
  dd: floatRegister('d', 'd', same, same),
  dm: floatRegister('m', 'd', same, same),
  'dd[e]': half,
  slist: list('s', 1),
  dlist: list('d', 2),
  vfpimm: immediate,
  fbits16: fractionBits(16),
  fbits32: fractionBits(32),
};
