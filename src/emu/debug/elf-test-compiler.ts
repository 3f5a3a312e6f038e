/** Compiles small C programs with the cross compilers that are installed, for tests that compare with binutils. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A compiler of binutils' family and the options that make firmware of it. */
export interface Toolchain {
  readonly prefix: 'arm-none-eabi' | 'riscv64-unknown-elf';
  readonly options: readonly string[];
  readonly text: number;
}

export const CORTEX_M4: Toolchain = {
  prefix: 'arm-none-eabi',
  options: ['-mcpu=cortex-m4', '-mthumb', '-Wl,-Ttext=0x08000000', '-Wl,-Tdata=0x20000000'],
  text: 0x0800_0000,
};
export const RV32: Toolchain = {
  prefix: 'riscv64-unknown-elf',
  options: ['-march=rv32imac', '-mabi=ilp32', '-Wl,-Ttext=0x80000000'],
  text: 0x8000_0000,
};
export const RV64: Toolchain = {
  prefix: 'riscv64-unknown-elf',
  options: ['-march=rv64imac', '-mabi=lp64', '-mcmodel=medany', '-Wl,-Ttext=0x80000000'],
  text: 0x8000_0000,
};

/** Whether the toolchain's compiler can be started here. */
export function installed(toolchain: Toolchain): boolean {
  return spawnSync(`${toolchain.prefix}-gcc`, ['--version']).status === 0;
}

/** A folder with sources and what was made of them; `using` removes it. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'fwtest-gcc-'));

  write(name: string, source: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, source);
    return path;
  }
  /** Links `sources` (names in the folder) with `options` (`{folder}` stands for it) into an ELF, and gives its path. */
  compile(toolchain: Toolchain, options: readonly string[], sources: readonly string[]): string {
    const common = [
      '-ffreestanding',
      '-nostdlib',
      '-nostartfiles',
      '-Wl,--gc-sections',
      '-Wl,-e,_start',
      '-o',
      'out.elf',
    ];
    const own = options.map((option) => option.replace('{folder}', this.folder));
    const all = [...toolchain.options, ...common, ...own, ...sources];
    execFileSync(`${toolchain.prefix}-gcc`, all, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
    return join(this.folder, 'out.elf');
  }
  /** What a binutils tool prints, as lines. */
  tool(toolchain: Toolchain, name: string, args: readonly string[], input = ''): string[] {
    const options = { cwd: this.folder, input, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
    return execFileSync(`${toolchain.prefix}-${name}`, args, options).trimEnd().split('\n');
  }
  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
