/** What a validated ELF executable looks like to the rest of fwtest. */

export type ElfMachine = 'arm' | 'riscv';

/** A `PT_LOAD` program header: bytes to place at `physicalAddress`, used by the program at `virtualAddress`. */
export interface ElfSegment {
  readonly physicalAddress: number;
  readonly virtualAddress: number;
  /** The bytes that stand in the file; `memorySize - data.length` more are zeroed by the program itself. */
  readonly data: Uint8Array;
  readonly memorySize: number;
  /** Permissions as letters in the order `rwx`, for example `rx` or `rw`. */
  readonly flags: string;
}

/** A section header, with its bytes on demand. */
export interface ElfSection {
  readonly name: string;
  /** `progbits`, `nobits`, `symtab`, `strtab` …; a number in text (`0x70000003`) where it has no generic name. */
  readonly type: string;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  /** `sh_link`: for a symbol table, the index of its string table. */
  readonly link: number;
  /** Occupies memory when the program runs (`SHF_ALLOC`). */
  readonly allocated: boolean;
  /** Holds instructions (`SHF_EXECINSTR`). */
  readonly executable: boolean;
  /** The bytes start with a compression header (`SHF_COMPRESSED`). */
  readonly compressed: boolean;
  /** The bytes in the file (compressed ones stay so); empty for `nobits`. */
  readonly data: Uint8Array;
}

/** A little-endian executable for Arm or RISC-V whose tables were checked against the file's length. */
export interface ElfImage {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly class: 32 | 64;
  readonly machine: ElfMachine;
  readonly entry: number;
  /** `PT_LOAD` segments with a memory size, by physical address. The ELF's own headers are not part of them. */
  readonly segments: readonly ElfSegment[];
  /** The lowest physical address of a `PT_LOAD` segment with a memory size, the ELF's own headers included where they are loaded. */
  readonly lowest: number;
  readonly sections: readonly ElfSection[];
  /** Passes floating-point arguments in FPU registers, so it cannot run without an FPU. */
  readonly hardFloat: boolean;
  /** May contain FPU instructions (Arm `Tag_FP_arch`, RISC-V F in the architecture string). */
  readonly usesFpu: boolean;
  /** Arm only: `Tag_CPU_arch_profile`, the profile the code was built for. */
  readonly armProfile?: 'A' | 'R' | 'M' | 'S';
  /** Arm only: may contain 32-bit Arm instructions (`Tag_ARM_ISA_use`), which no Cortex-M has. */
  readonly armState?: boolean;
}

/** `0x08001a2c`, also for addresses wider than 32 bits. */
export function hexAddress(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}
