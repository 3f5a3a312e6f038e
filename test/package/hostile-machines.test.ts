import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeDtb } from '../../src/machine-file/devicetree/dtb.js';
import { parseDts } from '../../src/machine-file/devicetree/dts.js';
import { TEST_CHIP } from '../../src/machine-file/svd/test-chip.js';
import { mutant, RISCV_TREE, randomOf } from '../machines/mutants.js';
import { folder, fwtest, ROOT } from './workspace.js';

/** Damaged files through the command line: exit code 2 with a message, or a run; never 3, never a stack. */

const IMAGE = join(ROOT, 'examples/firmware-tests/hello/hello.elf');
const RUNS = 20;
const text = (source: string) => new TextEncoder().encode(source);

test.each([
  ['--dtb', 'board.dtb', encodeDtb(parseDts(RISCV_TREE, 'board.dts'))],
  ['--dtb', 'board.dts', text(RISCV_TREE)],
  ['--svd', 'chip.svd', text(TEST_CHIP)],
] as const)(`${RUNS} files for %s %s`, (flag, name, sample) => {
  const cwd = folder();
  const random = randomOf(name.length);
  for (let run = 0; run < RUNS; run++) {
    writeFileSync(join(cwd, name), mutant(sample, random));
    const memory = flag === '--svd' ? ['--memory', 'ram@0x80000000:1M'] : [];
    const { code, stderr } = fwtest(cwd, 'boot', IMAGE, flag, name, ...memory, '--for', '1ms');
    expect(code, `run ${run}\n${stderr}`).not.toBe(3);
    expect(stderr).not.toMatch(/^\s+at .*\.js:/m);
    if (code === 2) expect(stderr).toMatch(/^fwtest: /m);
  }
});
