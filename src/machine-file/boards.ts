import { microchipIcicleKit } from '../boards/microchip-icicle-kit.js';
import { param } from '../boards/param.js';
import { riscvVirt, riscvVirt64, riscvVirtBoard, type VirtOptions } from '../boards/riscv-virt.js';
import { shaktiC } from '../boards/shakti-c.js';
import { sifiveE } from '../boards/sifive-e.js';
import { type SifiveUOptions, sifiveU, sifiveUBoard } from '../boards/sifive-u.js';
import { type SpikeOptions, spike, spike32, spikeBoard } from '../boards/spike.js';
import { stm32f4Discovery } from '../boards/stm32f4-discovery.js';
import { UsageError } from '../emu/errors.js';
import { closest } from '../emu/spelling.js';
import { boardOptions, noOption } from './board-options.js';
import type { AnyBoard } from './from-board.js';
import type { OptionValues, Shape } from './kinds/kind.js';
import type { OptionSchemas } from './kinds/option-schemas.js';
import { readWhole, whyUnread } from './kinds/read-bytes.js';
import type { BootValue } from './model.js';

/** Boards by name, with the spellings of QEMU. */

/** What is asked of a board beside its name. */
export interface BoardRequest {
  readonly options?: OptionValues;
  /** Firmware, kernel and the like, where the board loads them itself. */
  readonly boot?: BootValue | undefined;
  /** Width of the image's addresses, for names that stand for two boards. */
  readonly width?: 32 | 64 | undefined;
}

export interface BoardKind {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly shape?: (o: OptionSchemas) => Shape;
  /** Whether it loads firmware, kernel, RAM disk and disks by itself. */
  readonly boots?: boolean;
  make(request: BoardRequest): AnyBoard;
}

function fixed(board: AnyBoard, ...aliases: readonly string[]): BoardKind {
  return {
    name: board.name,
    aliases,
    make: ({ options = {} }) => {
      const [option] = Object.keys(options);
      if (option === undefined) return board;
      throw noOption(board.name, option, []);
    },
  };
}

const hifive1Shape = (o: OptionSchemas): Shape => ({
  revb: o.flag.optional().describe("QEMU's choice of where programs start; both places are looked at anyway"),
});

function hifive1(): BoardKind {
  return {
    name: sifiveE.name,
    aliases: ['sifive_e', 'hifive1-revb'],
    shape: hifive1Shape,
    make({ options = {} }) {
      boardOptions(sifiveE.name, hifive1Shape, options);
      return sifiveE;
    },
  };
}

const virtShape = (o: OptionSchemas): Shape => ({
  harts: o.integer.optional().describe('1 to 4; 1 if not given'),
  ram: o.size.optional().describe('128M if not given'),
  virtconsole: o.flag.optional().describe('a virtio console in the second slot'),
  rng: o.flag.optional().describe('a virtio source of random numbers in the third slot'),
  modernVirtio: o.flag.optional().describe("version 2 of virtio's registers"),
});

function virt(board: AnyBoard, xlen: 32 | 64, ...aliases: readonly string[]): BoardKind {
  return {
    name: board.name,
    aliases,
    shape: virtShape,
    boots: true,
    make: ({ options = {}, boot }) => {
      const loads = boot && virtBoot(boot);
      if (Object.keys(options).length === 0 && !loads) return board;
      return inWords(board.name, options, () =>
        riscvVirtBoard({ ...boardOptions(board.name, virtShape, options), ...loads, xlen } as VirtOptions),
      );
    },
  };
}

/** What a board's maker says of its options, in the words of whoever gave them: the board's name, and sizes as they were typed. */
function inWords(name: string, options: OptionValues, make: () => AnyBoard): AnyBoard {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UsageError) || !/^\w+Board$/.test(error.problem.where ?? '')) throw error;
    const what = error.problem.what.replace(/^RAM of \d+ bytes/, `RAM of ${options['ram']}`);
    throw new UsageError({ ...error.problem, what, where: `board '${name}'` });
  }
}

const spikeShape = (o: OptionSchemas): Shape => ({
  harts: o.integer.optional().describe('1 to 4; 1 if not given'),
  ram: o.size.optional().describe('128M if not given'),
});
const unleashedShape = (o: OptionSchemas): Shape => ({
  harts: o.integer.optional().describe('U54 harts beside the E51, 1 to 4; 1 if not given'),
  ram: o.size.optional().describe('128M if not given'),
  serial: o.integer.optional().describe('number in the OTP; 1 if not given'),
  msel: o.integer.optional().describe('mode-select pins: starts in RAM (0, if not given), flash (1) or L2 LIM (6, 11)'),
});

/** A board that loads firmware, kernel and RAM disk by itself. */
function booting(
  board: AnyBoard,
  shape: (o: OptionSchemas) => Shape,
  make: (options: OptionValues) => AnyBoard,
  ...aliases: readonly string[]
): BoardKind {
  return {
    name: board.name,
    aliases,
    shape,
    boots: true,
    make: ({ options = {}, boot }) => {
      const loads = boot && filesOf(boot);
      if (Object.keys(options).length === 0 && !loads) return board;
      return inWords(board.name, options, () => make({ ...boardOptions(board.name, shape, options), ...loads }));
    },
  };
}

function filesOf({ drive, pflash, ...boot }: BootValue): OptionValues | undefined {
  if (drive !== undefined)
    throw new UsageError({ what: 'this board has no disk', where: '--drive', remedy: 'leave it out' });
  if (pflash !== undefined)
    throw new UsageError({ what: 'this board has no such flash', where: '--pflash', remedy: 'leave it out' });
  return virtBoot(boot) as OptionValues | undefined;
}

function virtBoot({ bios, kernel, initrd, append, drive, pflash, dtb }: BootValue): Partial<VirtOptions> | undefined {
  if (dtb !== undefined) {
    throw new UsageError({ what: 'this board makes its own device tree', where: '--dtb', remedy: 'leave it out' });
  }
  if (drive !== undefined && drive.length > 1) {
    throw new UsageError({
      what: `this board has one disk, not ${drive.length}`,
      where: '--drive',
      remedy: 'give one',
    });
  }
  const disk = drive?.[0] === undefined ? undefined : { image: bytesOf(drive[0]) };
  const flash = pflash?.map((path) => (path === 'none' ? undefined : bytesOf(path)));
  if (flash !== undefined && flash.length > 2)
    throw new UsageError({ what: 'this board has two flashes', where: '--pflash', remedy: 'give two at most' });
  const files = { bios: firmware(bios), kernel, initrd, disk, flash };
  const given = Object.entries({ ...files, append }).filter(([, one]) => one !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** QEMU's default firmware is not part of fwtest. */
function firmware(path: string | undefined): string | undefined {
  if (path !== 'default') return path === 'none' ? undefined : path;
  const remedy = 'name it: --bios fw_jump.bin';
  throw new UsageError({ what: 'there is no default firmware', where: '--bios default', remedy });
}

function bytesOf(path: string): Uint8Array {
  try {
    return readWhole(path);
  } catch (error) {
    const where = `${path} (${whyUnread(error)})`;
    throw new UsageError({ what: 'the file cannot be read', where, remedy: 'correct the path' });
  }
}

export const BOARDS: readonly BoardKind[] = [
  fixed(stm32f4Discovery, 'stm32f4discovery', 'stm32f4_disco', 'stm32f407g_disc', 'stm32f4-disco'),
  virt(riscvVirt, 32, 'virt32'),
  virt(riscvVirt64, 64, 'virt64'),
  hifive1(),
  booting(
    sifiveU,
    unleashedShape,
    (options) => sifiveUBoard(options as SifiveUOptions),
    'sifive_u',
    'hifive-unleashed',
    'hifive_unleashed',
  ),
  booting(
    spike,
    spikeShape,
    (options) => spikeBoard({ ...(options as Omit<SpikeOptions, 'xlen'>), xlen: 64 }),
    'spike64',
  ),
  booting(spike32, spikeShape, (options) => spikeBoard({ ...(options as Omit<SpikeOptions, 'xlen'>), xlen: 32 })),
  fixed(shaktiC, 'shakti_c'),
  fixed(microchipIcicleKit, 'icicle', 'icicle-kit'),
  fixed(param),
];

/** Names of QEMU that stand for boards of either width: its two programs are one here. */
const EITHER: Readonly<Record<string, Readonly<Record<32 | 64, string>>>> = {
  virt: { 32: 'riscv-virt', 64: 'riscv-virt64' },
  spike: { 32: 'spike32', 64: 'spike' },
};

const plain = (text: string) => text.toLowerCase().replaceAll('_', '-');

export function boardKind(name: string, width: 32 | 64 = 64): BoardKind | undefined {
  const wanted = EITHER[name]?.[width] ?? name;
  return (
    BOARDS.find((one) => one.name === wanted || one.aliases.includes(wanted)) ??
    BOARDS.find((one) => [one.name, ...one.aliases].some((other) => plain(other) === plain(wanted)))
  );
}

/** @throws UsageError when there is no such board, or it has not got what is asked */
export function boardNamed(name: string, request: BoardRequest = {}): AnyBoard {
  const found = boardKind(name, request.width);
  if (found) return found.make(request);
  const names = [...BOARDS.flatMap((one) => [one.name, ...one.aliases]), ...Object.keys(EITHER)];
  const near = closest(name, names)[0];
  const remedy = near
    ? `did you mean '${near}'? \`fwtest boards\` lists them`
    : `there are ${BOARDS.map((one) => one.name).join(', ')}`;
  throw new UsageError({ what: `there is no board '${name}'`, remedy });
}
