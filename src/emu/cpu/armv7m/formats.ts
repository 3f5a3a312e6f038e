import type { Fields, OperandFormat } from '../../isa/instruction.js';
import { floatFormats } from './float-formats.js';
import {
  CONDITIONS,
  field,
  immediate,
  parseImmediate,
  parseList,
  parseNumber,
  printImmediate,
  printList,
  REGISTER_NAMES,
  register,
  registerList,
  words,
} from './format-kinds.js';
import { forward, literal8, literal12, shortTarget, target20, target24 } from './format-labels.js';
import { bitCount } from './pseudocode.js';

/** How operands are written in assembly text (UAL); the key is the token's name in the rows' texts. */

const SHIFTS = ['lsl', 'lsr', 'asr', 'ror'];
const bits = (value: number, low: number, width: number) => (value >>> low) & (2 ** width - 1);

/** IT's then/else pattern and condition: `te eq`. Mask bits equal to the condition's bit 0 are "then". */
const it: OperandFormat = {
  print: (f) => {
    const last = 31 - Math.clz32(f.m! & -f.m!);
    let pattern = '';
    for (let bit = 3; bit > last; bit--) pattern += bits(f.m!, bit, 1) === (f.c! & 1) ? 't' : 'e';
    return `${pattern} ${CONDITIONS[f.c!]}`;
  },
  parse: (text) => {
    const [, pattern, name] = /^([te]{0,3}) (\w\w)$/.exec(text) ?? [];
    const c = CONDITIONS.indexOf(name ?? '');
    if (pattern === undefined || c < 0) return undefined;
    const m = [...pattern].reduce(
      (mask, arm, i) => mask | (((c & 1) ^ (arm === 'e' ? 1 : 0)) << (3 - i)),
      8 >> pattern.length,
    );
    return { c, m };
  },
};

/** The masks of CPS: `i`, `f` or `if`. */
const masks: OperandFormat = {
  print: (f) => `${f.i ? 'i' : ''}${f.f ? 'f' : ''}`,
  parse: (text) =>
    /^(i|f|if)$/.test(text) ? { i: Number(text.includes('i')), f: Number(text.includes('f')) } : undefined,
};

/** The S suffix of a 16-bit instruction: it sets the flags just where it stands outside an IT block. */
const implicitS: OperandFormat = {
  print: (_, __, { inItBlock }) => (inItBlock ? '' : 's'),
  parse: (text, _, { inItBlock }) => (text === (inItBlock ? '' : 's') ? {} : undefined),
};

const REGISTERS = Object.fromEntries([...'dnmatuhl'].map((letter) => [letter, register(letter)]));

/** Shift of a second operand by the static type `T` and the encoded amount `i` (A7.4.2); absent for LSL #0. */
const shift: OperandFormat = {
  print: ({ T, i }) => {
    if (i === 0 && T === 0) return '';
    if (i === 0 && T === 3) return ', rrx';
    return `, ${SHIFTS[T!]} #${i === 0 ? 32 : i}`;
  },
  parse: (text) => {
    if (text === '') return { T: 0, i: 0 };
    if (text === ',rrx') return { T: 3, i: 0 };
    const [, name, digits] = /^,(lsl|lsr|asr|ror) #(\d+)$/.exec(text) ?? [];
    const T = SHIFTS.indexOf(name ?? '');
    const amount = Number(digits);
    const most = T === 1 || T === 2 ? 32 : 31;
    return T >= 0 && amount >= 1 && amount <= most ? { T, i: amount % 32 } : undefined;
  },
};

/** A shift that is left out where its amount is 0: `, lsl #2`. */
function optionalShift(name: string, letter: string, scale = 1): OperandFormat {
  return {
    print: (f) => (f[letter] === 0 ? '' : `, ${name} #${f[letter]! * scale}`),
    parse: (text, _, context) => {
      if (text === '') return { [letter]: 0 };
      const amount = Number(new RegExp(`^,${name} #(\\d+)$`).exec(text)?.[1]) / scale;
      return amount > 0 ? field(context, letter, amount) : undefined;
    },
  };
}

/** The shift of SSAT and USAT: LSL #0–31 where H is 0, ASR #1–31 where it is 1. */
const satshift: OperandFormat = {
  print: ({ H, i }) => (i === 0 ? '' : `, ${H ? 'asr' : 'lsl'} #${i}`),
  parse: (text) => {
    if (text === '') return { H: 0, i: 0 };
    const [, name, digits] = /^,(lsl|asr) #(\d+)$/.exec(text) ?? [];
    const i = Number(digits);
    return i >= 1 && i <= 31 ? { H: name === 'asr' ? 1 : 0, i } : undefined;
  },
};

/** `#±n`: the sign in one field, the magnitude in another, so that −0 is a text of its own. */
function signed(sign: string, scale = 1): OperandFormat {
  return {
    print: (f) => `#${f[sign] ? '' : '-'}${f.i! * scale}`,
    parse: (text, _, context) => {
      const [, minus, digits] = /^#(-?)(\d+)$/.exec(text) ?? [];
      const magnitude = field(context, 'i', Number(digits) / scale);
      return magnitude && { ...magnitude, [sign]: minus ? 0 : 1 };
    },
  };
}
const minus: OperandFormat = {
  print: (f) => `#-${f.i}`,
  parse: (text, _, context) => (/^#-\d+$/.test(text) ? field(context, 'i', Number(text.slice(2))) : undefined),
};

/** BFI and BFC: the lowest bit and the width; the encoding holds the lowest bit and the highest. */
const bitfield: OperandFormat = {
  print: (f) => `#${f.i}, #${f.e! - f.i! + 1}`,
  parse: (text) => {
    const [, low, width] = (/^#(\d+),#(\d+)$/.exec(text) ?? []).map(Number);
    if (low === undefined || width === undefined) return undefined;
    return low + width <= 32 && width >= 1 ? { i: low, e: low + width - 1 } : undefined;
  },
};

/** A modified immediate (A5.3.2), as the constant it stands for. */
const constant: OperandFormat = {
  print: (f) => printImmediate(expandConstant(f.i!)),
  parse: (text) => {
    const value = parseImmediate(text);
    if (value === undefined) return undefined;
    for (let i = 0; i < 0x1000; i++) if (expandConstant(i) === value) return { i };
    return undefined;
  },
};
function expandConstant(imm12: number): number {
  const imm8 = imm12 & 0xff;
  if (imm12 < 0x400) return (imm8 * [1, 0x00010001, 0x01000100, 0x01010101][imm12 >>> 8]!) >>> 0;
  return ((0x80 | (imm12 & 0x7f)) << (32 - (imm12 >>> 7))) >>> 0;
}

/** MOVW and MOVT: imm4 in `j`, i:imm3:imm8 in `i`. */
const imm16: OperandFormat = {
  print: (f) => printImmediate((f.j! << 12) | f.i!),
  parse: (text) => {
    const value = parseImmediate(text);
    return value !== undefined && value >= 0 && value <= 0xffff ? { j: value >>> 12, i: value & 0xfff } : undefined;
  },
};

/** One register that stands in two fields. */
const nAndM: OperandFormat = {
  print: (f) => REGISTER_NAMES[f.m!]!,
  parse: (text) => {
    const index = REGISTER_NAMES.indexOf(text);
    return index < 0 ? undefined : { n: index, m: index };
  },
};
/** PUSH and POP of one register. */
const single: OperandFormat = {
  print: (f) => printList(1 << f.t!),
  parse: (text) => {
    const list = parseList(text) ?? 0;
    return bitCount(list) === 1 ? { t: 31 - Math.clz32(list) } : undefined;
  },
};
const onlyPc: OperandFormat = { print: () => '{pc}', parse: (text) => (text === '{pc}' ? {} : undefined) };

/** Special registers by SYSm; MSR to the APSR views names the parts it writes (B5.2.3). */
const special: OperandFormat = {
  print: (f) => `${SPECIAL[f.y!]}${f.y! <= 3 && f.k !== undefined ? APSR_PARTS[f.k] : ''}`,
  parse: (text, _, context): Fields | undefined => {
    const writes = context.row.pattern.fields.some(({ letter }) => letter === 'k');
    const [, name, part] = /^([a-z_]+?)(_nzcvqg|_nzcvq|_g)?$/.exec(text) ?? [];
    const y = Object.keys(SPECIAL).find((sysm) => SPECIAL[Number(sysm)] === name);
    if (y === undefined || (part !== undefined && !writes)) return undefined;
    if (!writes) return { y: Number(y) };
    return { y: Number(y), k: part === undefined ? 2 : APSR_PARTS.indexOf(part) };
  },
};
// biome-ignore format: a table
const SPECIAL: Readonly<Record<number, string>> = {
  0: 'apsr', 1: 'iapsr', 2: 'eapsr', 3: 'xpsr', 5: 'ipsr', 6: 'epsr', 7: 'iepsr', 8: 'msp', 9: 'psp',
  16: 'primask', 17: 'basepri', 18: 'basepri_max', 19: 'faultmask', 20: 'control',
};
const APSR_PARTS = ['', '_g', '_nzcvq', '_nzcvqg'];

const option: OperandFormat = {
  print: (f) => (f.o === 15 ? 'sy' : `#${f.o}`),
  parse: (text, _, context) => field(context, 'o', text === 'sy' ? 15 : parseImmediate(text)),
};

/** A number with a prefix and a suffix, such as a coprocessor `p15` or its register `c3`. */
function numbered(letter: string, prefix: string, suffix = ''): OperandFormat {
  return {
    print: (f) => `${prefix}${f[letter]}${suffix}`,
    parse: (text, _, context) => {
      if (!text.startsWith(prefix) || !text.endsWith(suffix)) return undefined;
      return field(context, letter, parseNumber(text.slice(prefix.length, text.length - suffix.length)));
    },
  };
}
/** MRC into PC sets the flags. */
const apsr: OperandFormat = {
  print: (f) => (f.t === 15 ? 'APSR_nzcv' : REGISTER_NAMES[f.t!]!),
  parse: (text, _, context) => field(context, 't', text === 'APSR_nzcv' ? 15 : REGISTER_NAMES.indexOf(text)),
};

export const formats: Readonly<Record<string, OperandFormat>> = {
  ...REGISTERS,
  'n=m': nAndM,
  single,
  onlypc: onlyPc,
  list: registerList(),
  'list,pc': registerList(0x8000),
  special,

  // Parts of mnemonics.
  s: implicitS,
  S: words('S', ['', 's']),
  cond: words('C', CONDITIONS.slice(0, 14)),
  it,
  effect: words('m', ['ie', 'id']),
  masks,
  N: words('N', ['b', 't']),
  M: words('M', ['b', 't']),
  x: words('X', ['', 'x']),
  r: words('R', ['', 'r']),

  // Numbers.
  imm: immediate('i'),
  'imm*2': immediate('i', 2),
  'imm*4': immediate('i', 4),
  minus,
  signed: signed('u'),
  'signed*4': signed('b', 4),
  const: constant,
  imm16,
  hint: immediate('h'),
  option,
  width: immediate('w', 1, 1),
  satwidth: immediate('w'),
  bitfield,

  // Shifts.
  /** LSR and ASR: 0 stands for 32. */
  shift32: {
    print: (f) => `#${f.i === 0 ? 32 : f.i}`,
    parse: (text, _, context) => {
      const amount = parseImmediate(text) ?? 0;
      return amount >= 1 && amount <= 32 ? field(context, 'i', amount % 32) : undefined;
    },
  },
  shift,
  lsl: optionalShift('lsl', 'i'),
  pkhlsl: optionalShift('lsl', 'i'),
  rotation: optionalShift('ror', 'r', 8),
  satshift,

  ...floatFormats,

  // Labels.
  literal8,
  'literal+': literal12,
  forward,
  target8: shortTarget(8),
  target11: shortTarget(11),
  target20,
  target24,

  // Coprocessors.
  2: words('z', ['', '2']),
  long: words('l', ['', 'l']),
  p: numbered('p', 'p'),
  o: immediate('o'),
  crd: numbered('d', 'c'),
  crn: numbered('n', 'c'),
  crm: numbered('m', 'c'),
  op2: immediate('q'),
  apsr,
  braced: numbered('i', '{', '}'),
};
