/**
 * Build attributes: which instructions and calling convention an image was built for.
 * Source: "Addenda to, and Errata in, the ABI for the Arm Architecture" (IHI 0045) §3; RISC-V ELF psABI, "Attributes".
 */

/** Attributes of the whole file: numbers and strings by tag. */
export type Attributes = ReadonlyMap<number, number | string>;

type Vendor = 'aeabi' | 'riscv';

const TAG_FILE = 1;
const TAG_CPU_RAW_NAME = 4;
const TAG_CPU_NAME = 5;
const TAG_COMPATIBILITY = 32;

/** Reads forward and stops at the end: what is cut off reads as zero or empty. */
class AttributeBytes {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;
  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = Math.min(end, bytes.length);
  }
  get more(): boolean {
    return this.at < this.end;
  }
  word(): number {
    let word = 0;
    for (let i = 0; i < 4; i++) word += (this.bytes[this.at++] ?? 0) * 256 ** i;
    return word;
  }
  uleb(): number {
    let value = 0;
    for (let scale = 1; this.more; scale *= 128) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    return value;
  }
  text(): string {
    const start = this.at;
    while (this.more && this.bytes[this.at] !== 0) this.at++;
    return Buffer.from(this.bytes.subarray(start, this.at++)).toString('latin1');
  }
}

/** RISC-V: odd tags are text. Arm: so from 33 on; below only the CPU's names are. */
function isText(vendor: Vendor, tag: number): boolean {
  if (vendor === 'aeabi' && tag < TAG_COMPATIBILITY) return tag === TAG_CPU_RAW_NAME || tag === TAG_CPU_NAME;
  return tag % 2 === 1;
}

function readFileScope(from: AttributeBytes, vendor: Vendor, into: Map<number, number | string>): void {
  while (from.more) {
    const tag = from.uleb();
    if (vendor === 'aeabi' && tag === TAG_COMPATIBILITY) {
      from.uleb();
      from.text();
    } else into.set(tag, isText(vendor, tag) ? from.text() : from.uleb());
  }
}

function readScopes(from: AttributeBytes, vendor: Vendor, into: Map<number, number | string>): void {
  while (from.more) {
    const start = from.at;
    const scope = from.uleb();
    const next = Math.max(start + from.word(), from.at);
    if (scope === TAG_FILE)
      readFileScope(new AttributeBytes(from.bytes, from.at, Math.min(next, from.end)), vendor, into);
    from.at = next;
  }
}

/** Reads a `.ARM.attributes` or `.riscv.attributes` section; what is malformed in it is left out. */
export function readAttributes(section: Uint8Array, vendor: Vendor): Attributes {
  const found = new Map<number, number | string>();
  if (section[0] !== 0x41) return found; // format version 'A'
  const all = new AttributeBytes(section, 1, section.length);
  while (all.more) {
    const start = all.at;
    const next = Math.max(start + all.word(), all.at);
    if (all.text() === vendor) readScopes(new AttributeBytes(section, all.at, next), vendor, found);
    all.at = next;
  }
  return found;
}

/** What the attributes and `e_flags` say about floating point and the processor profile. */
export interface BuiltFor {
  readonly hardFloat: boolean;
  readonly usesFpu: boolean;
  readonly armProfile?: 'A' | 'R' | 'M' | 'S';
  readonly armState?: boolean;
}

const TAG_CPU_ARCH_PROFILE = 7;
const TAG_ARM_ISA_USE = 8;
const TAG_FP_ARCH = 10;
const TAG_ABI_VFP_ARGS = 28;
const EF_ARM_ABI_FLOAT_HARD = 0x400;
const PROFILES: Readonly<Record<number, 'A' | 'R' | 'M' | 'S'>> = { 65: 'A', 82: 'R', 77: 'M', 83: 'S' };

/** An Arm image's floating point and profile; `section` is `.ARM.attributes`, absent in stripped images. */
export function armBuiltFor(section: Uint8Array | undefined, flags: number): BuiltFor {
  const attributes: Attributes = section ? readAttributes(section, 'aeabi') : new Map();
  const hardFloat = attributes.get(TAG_ABI_VFP_ARGS) === 1 || (flags & EF_ARM_ABI_FLOAT_HARD) !== 0;
  const armProfile = PROFILES[Number(attributes.get(TAG_CPU_ARCH_PROFILE) ?? 0)];
  const usesFpu = hardFloat || Number(attributes.get(TAG_FP_ARCH) ?? 0) !== 0;
  return { hardFloat, usesFpu, armProfile, armState: attributes.get(TAG_ARM_ISA_USE) === 1 && armProfile !== 'M' };
}

const TAG_RISCV_ARCH = 5;
const EF_RISCV_FLOAT_ABI = 0x6;

/** A RISC-V image's floating point; `section` is `.riscv.attributes`, absent in stripped images. */
export function riscvBuiltFor(section: Uint8Array | undefined, flags: number): BuiltFor {
  // Such as rv32i2p1_m2p0_f2p2_zicsr2p0: the F extension is a part of its own, D and Q imply it.
  const architecture = section ? String(readAttributes(section, 'riscv').get(TAG_RISCV_ARCH) ?? '') : '';
  const hardFloat = (flags & EF_RISCV_FLOAT_ABI) !== 0;
  return { hardFloat, usesFpu: hardFloat || architecture.split('_').some((part) => /^[fdq]\d/.test(part)) };
}
