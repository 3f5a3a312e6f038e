/** Numbers as people write them in files and flags: `0x4000_4400`, `128K`, `16MHz`. */

const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 2 ** 10,
  KB: 2 ** 10,
  KIB: 2 ** 10,
  M: 2 ** 20,
  MB: 2 ** 20,
  MIB: 2 ** 20,
  G: 2 ** 30,
  GB: 2 ** 30,
  GIB: 2 ** 30,
};

const FREQUENCIES: Readonly<Record<string, number>> = { '': 1, HZ: 1, KHZ: 1e3, MHZ: 1e6, GHZ: 1e9 };

/** Hexadecimal, binary, octal or decimal, with underscores between digits. */
export const INTEGER = /^(?:0x[0-9a-f]+(?:_[0-9a-f]+)*|0b[01]+(?:_[01]+)*|0o[0-7]+(?:_[0-7]+)*|\d+(?:_\d+)*)$/i;
export const SIZE = /^(?:0x[0-9a-f]+(?:_[0-9a-f]+)*|\d+(?:_\d+)*\s*(?:[KMG]i?B?|B)?)$/i;
export const FREQUENCY = /^\d+(?:_\d+)*(?:\.\d+)?\s*(?:[kMG]?Hz)?$/i;

/** A whole number; undefined if the text is none, or has more than 53 bits. */
export function parseInteger(text: string): number | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = Number(text.replaceAll('_', ''));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Bytes: `4096`, `0x1000`, `4K`, `4KiB` (K, M, G are powers of 1024, as in QEMU). */
export function parseSize(text: string): number | undefined {
  if (!SIZE.test(text)) return undefined;
  if (/^0x/i.test(text)) return parseInteger(text);
  return scaled(text, SIZES);
}

/** Hertz: `16MHz`, `32.768kHz`, `8_000_000`. */
export function parseFrequency(text: string): number | undefined {
  return FREQUENCY.test(text) ? scaled(text, FREQUENCIES) : undefined;
}

function scaled(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = /^([\d_.]+)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = units[(unit ?? '').toUpperCase()];
  if (digits === undefined || factor === undefined) return undefined;
  const value = Math.round(Number(digits.replaceAll('_', '')) * factor * 1e6) / 1e6;
  return Number.isFinite(value) && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** The shortest exact spelling: `128K`, `1M`, `528`. */
export function sizeText(bytes: number): string {
  for (const [unit, factor] of [
    ['G', 2 ** 30],
    ['M', 2 ** 20],
    ['K', 2 ** 10],
  ] as const) {
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

/** `16MHz`, `32768Hz`. */
export function frequencyText(hertz: number): string {
  for (const [unit, factor] of [
    ['GHz', 1e9],
    ['MHz', 1e6],
    ['kHz', 1e3],
  ] as const) {
    if (hertz >= factor && (hertz / factor) * factor === hertz && String(hertz / factor).length <= 8)
      return `${hertz / factor}${unit}`;
  }
  return `${hertz}Hz`;
}
