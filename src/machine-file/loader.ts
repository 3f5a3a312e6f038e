import { type BootPlan, planBoot, resetRom, type Xlen } from '../boards/riscv-boot.js';
import { fileBytes } from './file-bytes.js';
import { readImage } from './images.js';
import { loadAsImages } from './kernel-images.js';
import type { CpuKind } from './kinds/kind.js';
import type { Mistakes } from './mistakes.js';
import type { BootValue, CpuValue, Entry, Model } from './model.js';

/**
 * What QEMU's loader does for its RISC-V boards, for machines of files and flags: firmware, kernel and RAM disk into RAM, and a reset ROM
 * that sets a0 to the hart's number, a1 to the address of the device tree that was given (0 without one), and jumps.
 */

const ROM = { name: 'resetRom', at: 0x1000, size: 0x1000 } as const;

/**
 * Adds to a model what its boot protocol asks for. Boards that load by themselves have nothing of it here.
 * @returns the CPU, which starts there
 */
export function addLoader(
  model: Model,
  cpu: Entry<CpuValue>,
  kind: CpuKind | undefined,
  mistakes: Mistakes,
): Entry<CpuValue> {
  const { boot } = model;
  if (boot === undefined || model.loadsItself || kind === undefined) return cpu;
  for (const key of ['drive', 'pflash'] as const) {
    if (boot.value[key] === undefined) continue;
    const remedy = 'give the contents to a device or memory of the machine: file, contents, image';
    mistakes.add(boot.where(key), `this machine does not say what takes a ${key}`, remedy);
  }
  const { bios, kernel, initrd, protocol } = boot.value;
  const loads = [bios, kernel, initrd].some((one) => one !== undefined && one !== 'none');
  if (loads && (kind.family !== 'riscv' || cpu.value.options['resetVector'] !== undefined)) {
    loadAsImages(model, boot, mistakes);
    return cpu;
  }
  if (!loads && protocol !== 'riscv') return cpu;
  const plan = mistakes.guard(boot.where(), () => planOf(model, boot, xlenOf(cpu, kind), mistakes));
  return plan ? addRom(model, cpu, xlenOf(cpu, kind), plan, boot, mistakes) : cpu;
}

const xlenOf = (cpu: Entry<CpuValue>, kind: CpuKind): Xlen =>
  Number({ ...kind.fromName?.(''), ...cpu.value.options }['xlen']) === 64 ? 64 : 32;

function planOf(model: Model, boot: Entry<BootValue>, xlen: Xlen, mistakes: Mistakes): BootPlan | undefined {
  const ram = [...model.memory.values()]
    .filter(
      ({ value }) =>
        (value.kind ?? 'ram') === 'ram' && value.at !== undefined && value.size !== undefined && value.in === undefined,
    )
    .sort((a, b) => b.value.size! - a.value.size!)[0];
  if (ram === undefined) {
    mistakes.add(
      boot.where(),
      'there is no RAM to load into',
      'add one: memory: { ram: { at: 0x80000000, size: 128M } }',
    );
    return undefined;
  }
  const { bios, kernel, initrd, append, dtb } = boot.value;
  if (append !== undefined && dtb === undefined) {
    mistakes.add(
      boot.where('append'),
      'a command line is told in a device tree, and there is none',
      'give boot: { dtb: … } with bootargs',
    );
  }
  const given = (path: string | undefined) => (path === 'none' ? undefined : path);
  const plan = planBoot({ base: ram.value.at!, size: ram.value.size! }, xlen, {
    ...defined({ bios: given(bios), kernel, initrd }),
  });
  const tree = dtb === undefined ? undefined : fileBytes(dtb, boot.where('dtb'), mistakes);
  for (const { physicalAddress: at, data: bytes } of plan.segments)
    model.contents.push({ value: { at, bytes }, where: boot.where });
  model.programs.push(...(plan.programs ?? []));
  if (tree) model.contents.push({ value: { at: plan.tree, bytes: tree }, where: boot.where });
  const start = given(bios) === undefined && kernel === undefined ? imageStart(model) : undefined;
  return { ...plan, start: start ?? plan.start, tree: tree ? plan.tree : 0 };
}

const defined = (values: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Without firmware and kernel: the entry point of an image, or where the first one begins. */
function imageStart(model: Model): number | undefined {
  try {
    const images = model.images.map(({ value }) => readImage(value.file, value));
    return images.find(({ entry }) => entry !== undefined)?.entry ?? images[0]?.segments[0]?.physicalAddress;
  } catch {
    // Whoever loads them says what is wrong with one.
    return undefined;
  }
}

function addRom(
  model: Model,
  cpu: Entry<CpuValue>,
  xlen: Xlen,
  plan: BootPlan,
  boot: Entry<BootValue>,
  mistakes: Mistakes,
): Entry<CpuValue> {
  if (cpu.value.options['resetVector'] !== undefined) {
    mistakes.add(
      boot.where(),
      'the CPU has a reset vector, and the boot protocol a reset ROM',
      'leave out resetVector, or give boot: reset',
    );
    return cpu;
  }
  const bytes = resetRom(xlen, plan);
  model.memory.set(ROM.name, { value: { kind: 'rom', at: ROM.at, size: ROM.size, bytes }, where: boot.where });
  return { ...cpu, value: { ...cpu.value, options: { ...cpu.value.options, resetVector: ROM.at } } };
}
