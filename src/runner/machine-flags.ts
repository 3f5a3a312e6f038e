/** The options that say which machine: shared by the commands that run one. */

import type { Command } from 'commander';
import type { MachineFlags } from '../machine-file/flags.js';

export interface MachineChoice extends MachineFlags {
  readonly config?: readonly string[];
  readonly deviceFile?: readonly string[];
  readonly dtb?: string;
  readonly svd?: string;
}

const LISTS: readonly (readonly [flags: string, description: string])[] = [
  ['--config <file>', 'a machine file, YAML or JSON (docs/machines.md); later ones over earlier ones'],
  ['--cpu <kind,k=v…>', 'cortex-m4,clock=16MHz,vtor=0x08000000'],
  ['--clock <name=…>', 'hse=8MHz, pll=hse*9/2, adc=pll/4,gate=rcc.APB2ENR.8'],
  ['--memory <name@addr:size>', 'flash@0x08000000:1M:rx, with rwx, ram, rom or flash; ,fill=0xff ,file=boot.bin'],
  ['--alias <name@addr:size=of>', 'boot@0:64K=flash, with ,offset=0x1000: a memory or device seen at another address'],
  ['--container <name@addr:size>', 'a range in which others lie: ,in=soc,priority=1'],
  ['--device <name=type@addr>', 'usart1=stm32-usart@0x40011000,irq=37,clock=apb2'],
  ['--part <name=type>', 'led1=led,pin=PA5'],
  ['--wire <a=b>', 'gpioa.5=led1.in, gpioa.5=gpioc.3, uart0.irq=plic.10'],
  ['--image <file>', 'an ELF, or raw bytes as file@address'],
  ['--load <file@addr>', "raw bytes that a loader puts there at every reset, as QEMU's loader device does"],
  ['--pin-name <name=pin>', 'a further name of a pin: D13=PA5'],
  ['--set <name.option=value>', 'an option of something that is there: calc.busyCycles=16'],
  ['--option <name=value>', 'an option of the board: harts=4, ram=256M'],
  ['--remove <name>', 'what the board has and this machine has not'],
  ['--window <name@addr:size>', 'a range that shows one of several memories: ,select=wire,shows=flash+sram'],
  ['--bit-band <alias:size=target>', 'words that are single bits of the target'],
  ['--absent <name@addr:size>', 'a block whose accesses fault by its name'],
  ['--shared-irq <line>', 'an interrupt line that several devices share'],
  ['--bridge <clock>', 'the clock of a bus behind a bridge'],
  ['--device-file <file.ts>', 'a module whose exported devices and parts are types here'],
  ['--drive <file>', 'the image of a block device'],
  ['--pflash <file>', "what is in a board's flash: the first one, then the second; 'none' leaves one erased"],
];

const SINGLES: readonly (readonly [flags: string, description: string])[] = [
  ['-b, --board <name>', "the board: `fwtest boards` lists them; 'none', or a .ts, .yaml or .json file"],
  ['--machine <name>', 'the same, as QEMU spells it'],
  ['--name <name>', 'what the machine is called'],
  ['--boot <protocol>', 'how it starts: reset, cortex-m, elf-entry, riscv'],
  ['--bios <file>', 'firmware that runs first'],
  ['--kernel <file>', 'what the firmware starts'],
  ['--initrd <file>', 'its RAM disk'],
  ['--append <text>', 'its command line'],
  ['--dtb <file>', 'a devicetree, .dtb or .dts, that describes the machine (docs/devicetree.md)'],
  ['--svd <file>', "a chip's SVD file: stubs, and models where there are any (docs/svd.md)"],
];

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

/** Adds them to a command. */
export function addMachineFlags(command: Command): Command {
  for (const [flags, description] of SINGLES) command.option(flags, description);
  for (const [flags, description] of LISTS) command.option(flags, description, collect);
  return command;
}

/** Those that were given, and nothing else. */
const KEYS = [...LISTS, ...SINGLES].map(([flags]) => {
  const name = /--([a-z-]+)/.exec(flags)![1]!;
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}) as readonly (keyof MachineChoice)[];

export function machineChoice(choice: MachineChoice): MachineChoice {
  return Object.fromEntries(KEYS.filter((key) => choice[key] !== undefined).map((key) => [key, choice[key]]));
}
