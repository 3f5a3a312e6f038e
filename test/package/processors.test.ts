import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, fwtest, ROOT } from './workspace.js';

/** Several processors on the command line. */

const firmware = (name: string) => join(ROOT, 'test/group/firmware', `${name}.elf`);
const FOR = ['--for', '100ms', '--until', 'answers: 42925'];

const MEMORY = ['--memory', 'flash@0x08000000:512K:flash', '--memory', 'sram@0x20000000:192K'];
const DEVICES = ['--device', 'uart=ns16550@0x40010000', '--device', 'calc=mmio-calculator@0x50000000,busyCycles=200'];
const YAML = `
machine: none
cpus:
  app: { type: cortex-m4, clock: 16MHz, irqs: 16 }
  io: { type: rv32, timebase: 1MHz }
memory:
  flash: { at: 0x08000000, size: 512K, kind: flash }
  sram: { at: 0x20000000, size: 192K }
devices:
  uart: { type: ns16550, at: 0x40010000 }
  calc: { type: mmio-calculator, at: 0x50000000, busyCycles: 200, wires: { irq: io.meip } }
`;

describe('fwtest boot with several processors', () => {
  test('two Cortex-M4, by flags', () => {
    const cpus = ['--cpu', 'cortex-m4,clock=16MHz,irqs=16', '--cpu', 'cortex-m4,irqs=16', '--wire', 'calc.irq=cpu1.5'];
    const images = ['--image', firmware('console'), '--image', `${firmware('second')},cpu=cpu1`];
    const { code, stdout, stderr } = fwtest(
      folder(),
      ...['boot', '--machine', 'none', ...cpus, ...MEMORY, ...DEVICES, ...images, ...FOR],
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('answers: 42925')]);
    expect(stderr).toContain('cpu1: nothing is loaded at 0: the vector table is taken to be at 0x08040000');
  });

  test('a Cortex-M4 and an RV32 hart, by a file; images find their processors', () => {
    const cwd = folder({ 'machine.yaml': YAML });
    const { code, stdout } = fwtest(
      cwd,
      ...['boot', firmware('console'), '--config', 'machine.yaml', '--image', firmware('riscv'), ...FOR],
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('answers: 42925')]);
  });

  test('what the flags say is written out as a file that says the same', () => {
    const cwd = folder();
    const cpus = ['--cpu', 'app=cortex-m4,clock=16MHz,irqs=16', '--cpu', 'io=rv32,timebase=1MHz'];
    const wires = ['--wire', 'calc.irq=io.meip', '--image', firmware('riscv')];
    const flags = ['--machine', 'none', ...cpus, ...MEMORY, ...DEVICES, ...wires];
    const dumped = fwtest(cwd, 'boot', firmware('console'), ...flags, '--dump-config', 'written.yaml');
    expect(dumped).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(cwd, 'written.yaml'), 'utf8')).toContain('io: { type: rv32');
    const { code, stdout } = fwtest(cwd, 'boot', firmware('console'), '--config', 'written.yaml', ...FOR);
    expect([code, stdout]).toEqual([0, expect.stringContaining('answers: 42925')]);
  });
});
