import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import { fieldsOf } from '../../src/emu/isa/variant.js';
import { bytesOf, sampleEncodings } from './thumb-encodings.js';
import { missing } from './tools.js';

/**
 * Assembly text against GNU objdump, for random encodings of every row. Both texts are brought to one spelling first;
 * what objdump cannot show (it has no text for a reserved hint, and shows VFP names for coprocessors 10 and 11) is left out.
 */

const OBJDUMP = 'arm-none-eabi-objdump';
const GCC = 'arm-none-eabi-gcc';
const PER_ROW = 40;

/** Disassembles raw code at address 0 with objdump: text by address. */
function objdump(code: Uint8Array): Map<number, string> {
  const directory = mkdtempSync(join(tmpdir(), 'fwtest-'));
  try {
    const file = join(directory, 'code.bin');
    writeFileSync(file, code);
    const options = ['-D', '-b', 'binary', '-m', 'arm', '-M', 'force-thumb', '-M', 'reg-names-std', file];
    const output = execFileSync(OBJDUMP, options, { encoding: 'utf8', maxBuffer: 1 << 28 });
    const lines = output.matchAll(/^\s*([0-9a-f]+):\t[0-9a-f ]+\t(.*)$/gm);
    return new Map(Array.from(lines, ([, address, text]) => [Number.parseInt(address!, 16), text!]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** One spelling for both: no widths, no comments, numbers in decimal, register lists in full. */
function normalise(text: string): string {
  return text
    .replace(/\s*[@;].*$/, '')
    .replace('\t', ' ')
    .toLowerCase()
    .replace(/^([a-z0-9]+)\.[wn]\b/, '$1')
    .replaceAll(/\br(\d+)-r(\d+)/g, (_, first, last) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => `r${Number(first) + i}`).join(', '),
    )
    .replaceAll(/0x([0-9a-f]+)/g, (_, digits) => String(Number.parseInt(digits, 16)))
    .trim();
}

/** Where the same instruction has two accepted spellings: ours first. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^(ldm|stm) /, '$1ia '],
  [/^rsbs (r\d), (r\d), #0$/, 'negs $1, $2'],
  [/^(muls r\d, r\d), r\d$/, '$1'],
  [/^(svc|bkpt) #/, '$1 '],
  [/^(lsl|lsr|asr|ror)(s?) (r\d+|lr), (r\d+|lr), (#\d+)$/, 'mov$2 $3, $4, $1 $5'],
  [/^rrx(s?) (.*)$/, 'mov$1 $2, rrx'],
  // An offset of 0 is not shown without write-back, and −0 with it is not told from 0.
  [/, #-?0\](!?)$/, ']$1'],
  [/\], #-0$/, '], #0'],
  [/^pop \{([^,]+)\}$/, 'ldr $1, [sp], #4'],
  [/^push \{([^,]+)\}$/, 'str $1, [sp, #-4]!'],
  [/^pop (\{.*)$/, 'ldmia sp!, $1'],
  [/^push (\{.*)$/, 'stmdb sp!, $1'],
  // Hints of later architectures have names there; ARMv7-M leaves them unallocated.
  [/^ldrh pc, /, 'pldw '],
  [/^(ms?rs? .*)\bxpsr/, '$1psr'],
  [/^msr ((?:iapsr|eapsr|psr))_\w+/, 'msr $1'],
  [/^msr apsr_nzcvqg/, 'msr cpsr_fs'],
  [/^msr apsr_nzcvq/, 'msr cpsr_f'],
  [/^msr apsr_g/, 'msr cpsr_s'],
  [/^(mrs .*)\bapsr$/, '$1cpsr'],
  [/^(d[sm]b|isb) #(\d+)$/, '$1 barrier $2'],
  [/^(mrc2 .*)apsr_nzcv/, '$1pc'],
];
/** What objdump calls the options of DMB and DSB that ARMv7-M only reserves; the empty ones have no name. */
const BARRIERS = ' oshld oshst osh  nshld unst un  ishld ishst ish  ld st'.split(' ');
function barrier(line: string): string {
  return line.replace(/^(d[sm]b) (\w+)$/, (all, name, option) =>
    BARRIERS.includes(option) ? `${name} barrier ${BARRIERS.indexOf(option)}` : all,
  );
}

/** VMOV's constant is written there as the byte that stands for it. */
function floatConstant(line: string): string {
  return line.replace(/^(vmov\.f32 s\d+, )#(-?[\d.]+)$/, (_, start, value) => {
    const bits = new DataView(new ArrayBuffer(4));
    bits.setFloat32(0, Number(value));
    const word = bits.getUint32(0);
    return `${start}#${((word >>> 24) & 0x80) | ((word >>> 19) & 0x7f)}`;
  });
}

/** ADR is written there as an addition to the PC. */
function adr(line: string, address: number): string {
  return line.replace(/^adr(\.w)? (\w+), (\w+)$/, (_, wide, register, label) => {
    return `add${wide ? 'w' : ''} ${register}, pc, #${Number(label) - ((address + 4) & ~3)}`;
  });
}

/** Rows that objdump has other names for: hints of later architectures, and coprocessors that became other things. */
function comparable(text: string): boolean {
  if (/^(nop|nop\.w) #|^dsb #(0|12)$/.test(text)) return false;
  const coprocessor = /^(?:cdp|mcr|mrc|mcrr|mrrc|ldc|stc)2?l? p(\d+)/.exec(text)?.[1];
  return coprocessor === undefined || ['7', '14', '15'].includes(coprocessor);
}
function coprocessorSpelling(line: string): string {
  if (!/^(cdp|mcr|mrc|mcrr|mrrc|ldc|stc)2?l? p/.test(line)) return line;
  return line
    .replace(/ p(\d+)/, ' $1')
    .replaceAll(/\bc(\d+)/g, 'cr$1')
    .replace(/, #(\d+), (?=c|r|lr|sp|pc|apsr)/, ', $1, ')
    .replace(/(cr\d+), #(\d+)$/, '$1, {$2}');
}

const reason = missing(OBJDUMP, 'binutils-arm-none-eabi') ?? missing(GCC, 'gcc-arm-none-eabi');

describe.skipIf(reason)(`assembly text against objdump${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it('is the same for random encodings of every row', () => {
    const cases: { address: number; text: string }[] = [];
    const code: number[] = [];
    // An IT block changes the text of what follows: IT goes without.
    for (const row of armv7em.rows.filter(({ text }) => !text.startsWith('it'))) {
      for (const word of sampleEncodings(row, PER_ROW)) {
        const address = code.length;
        const text = disassemble(armv7em, { row, fields: fieldsOf(row, word) }, address);
        if (comparable(text)) cases.push({ address, text });
        code.push(...bytesOf(row, word));
      }
    }
    const theirs = objdump(Uint8Array.from(code));
    const differences = cases.flatMap(({ address, text }) => {
      const start = coprocessorSpelling(floatConstant(normalise(adr(text, address))));
      const spellings = [start, SPELLINGS.reduce((line, [from, to]) => line.replace(from, to), start)];
      const other = normalise(theirs.get(address) ?? 'nothing');
      return spellings.includes(barrier(other)) ? [] : [`${text} | ${theirs.get(address)}`];
    });
    expect(differences).toEqual([]);
  });

  it("decodes every instruction of the compiler's own libraries", () => {
    const decoder = new Decoder(armv7em);
    const undecoded: string[] = [];
    let instructions = 0;
    const floats = [[], ['-mfloat-abi=hard', '-mfpu=fpv4-sp-d16']];
    const libraries = ['libc.a', 'libm.a', 'libgcc.a'].flatMap((library) =>
      floats.map((float) => [library, float] as const),
    );
    for (const [library, float] of libraries) {
      const path = execFileSync(GCC, ['-mcpu=cortex-m4', '-mthumb', ...float, `-print-file-name=${library}`], {
        encoding: 'utf8',
      });
      const output = execFileSync(OBJDUMP, ['-d', path.trim()], { encoding: 'utf8', maxBuffer: 1 << 29 });
      for (const [line, first, second, text] of output.matchAll(
        /^\s*[0-9a-f]+:\t([0-9a-f]{4})(?: ([0-9a-f]{4}))? +\t(.*)$/gm,
      )) {
        // Literals between instructions.
        if (text!.startsWith('.')) continue;
        instructions++;
        const decoded = decoder.decode(Number.parseInt(first!, 16), Number.parseInt(second ?? '0', 16));
        if (decoded?.length !== (second === undefined ? 2 : 4)) undecoded.push(line);
      }
    }
    expect(undecoded).toEqual([]);
    expect(instructions).toBeGreaterThan(100_000);
  });
});
