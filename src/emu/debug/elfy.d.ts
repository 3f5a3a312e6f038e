/** The part of elfy 1.0 that `elf.ts` uses; the package ships no types. */
declare module 'elfy' {
  interface ElfyHeader {
    readonly class: '32' | '64';
    readonly machine: string | undefined;
    readonly entry: number;
    readonly flags: number;
    readonly shstrndx: number;
  }
  interface ElfyProgram {
    readonly type: string | undefined;
    readonly offset: number;
    readonly vaddr: number;
    readonly paddr: number;
    readonly filesz: number;
    readonly memsz: number;
    readonly flags: Readonly<Record<string, boolean>>;
  }
  interface ElfySection {
    /** Offset in the section name table. */
    readonly name: number;
    /** A name such as `progbits`, or the number where elfy has no name for it. */
    readonly type: string | number;
    readonly flags: Readonly<Record<string, boolean>>;
    readonly addr: number;
    readonly off: number;
    readonly size: number;
    readonly link: number;
  }
  interface ElfyParser {
    parseHeader(bytes: Buffer): ElfyHeader;
    parsePrograms(bytes: Buffer, header: ElfyHeader): ElfyProgram[];
    parseSections(bytes: Buffer, header: ElfyHeader): ElfySection[];
  }
  const elfy: { readonly Parser: new () => ElfyParser };

  export = elfy;
}
