/** From options to a machine; what only files and flags need is loaded for those. */

import { resolve } from 'node:path';
import { UsageError } from '../emu/errors.js';
import { elfWidth } from '../machine-file/elf-width.js';
import type { Kinds } from '../machine-file/make-things.js';
import type { Model } from '../machine-file/model.js';
import { withBoardOptions } from './board-options.js';
import { type MachineChoice, machineChoice } from './machine-flags.js';
import { QUICK_BOARDS, quickName, startingBoard } from './quick-boards.js';
import type { AnyBoard } from './station.js';

export interface ChosenMachine {
  readonly board: AnyBoard;
  /** What files and flags came to; undefined for a board by its name. */
  readonly model?: Model;
  /** Types that it can name, those of a user's modules among them. */
  readonly kinds?: Kinds;
  /** What to tell whoever asked for it. */
  readonly notes?: readonly string[];
  /** It has stubs whose accesses are worth telling. */
  readonly stubs?: boolean;
  /** It starts firmware or a kernel by itself, and there is no model that says so. */
  readonly startsItself?: boolean;
}

export interface ChoiceNeeds {
  /** An image that is loaded besides: of two boards of a name it chooses. */
  readonly firmware?: string | undefined;
  /** Whether the description is wanted wherever files or flags say more than a board's name. */
  readonly model?: boolean;
}

/** The board's name, and what the board starts by itself, if that is all that was asked for: then nothing else has to be loaded. */
function plainPart({ board, machine, bios, kernel, initrd, append, ...rest }: MachineChoice) {
  const name = board ?? machine;
  const others = Object.values(rest).some((one) => one !== undefined);
  if (others || name === undefined || name === 'none' || /\.[a-z]+$/i.test(name) || (board && machine))
    return undefined;
  const files = { bios, kernel, initrd, append };
  const given = Object.entries(files).filter(([, value]) => value !== undefined);
  return { name, files: Object.fromEntries(given) as typeof files, isAlone: given.length === 0 };
}

/** The same without a description, where that is enough. */
async function quickMachine(
  choice: MachineChoice,
  { firmware, model }: ChoiceNeeds,
): Promise<ChosenMachine | undefined> {
  const plain = plainPart(choice);
  if (plain === undefined) return undefined;
  const { files, isAlone } = plain;
  const name = quickName(plain.name, [files.bios, files.kernel, firmware]);
  if (isAlone) return { board: await plainBoard(name, firmware) };
  const names = [files.bios, files.kernel];
  if (model === true || names.some((file) => file === 'none' || file === 'default')) return undefined;
  const path = (file: string | undefined) => file && resolve(file);
  const paths = { bios: path(files.bios), kernel: path(files.kernel), initrd: path(files.initrd) };
  const board = await startingBoard(name, { ...files, ...paths });
  return board && { board, startsItself: names.some((file) => file !== undefined) };
}

/**
 * The machine that the options say.
 * @param command for messages
 * @throws UsageError with all mistakes
 */
export async function machineOf(
  choice: MachineChoice,
  command: string,
  needs: ChoiceNeeds = {},
): Promise<ChosenMachine> {
  const flags = withBoardOptions(machineChoice(choice));
  const { board, machine, config = [] } = flags;
  if (
    board === undefined &&
    machine === undefined &&
    config.length === 0 &&
    choice.cpu === undefined &&
    choice.dtb === undefined &&
    choice.svd === undefined
  )
    throw await noBoard(command);
  const quick = await quickMachine(flags, needs);
  if (quick !== undefined) return quick;
  const { machineFromChoice } = await import('./machine-from-choice.js');
  return machineFromChoice(flags, needs.firmware);
}

/** @throws UsageError when there is no such board */
async function plainBoard(name: string, firmware: string | undefined): Promise<AnyBoard> {
  if (Object.hasOwn(QUICK_BOARDS, name)) return QUICK_BOARDS[name]!();
  const { boardNamed } = await import('../machine-file/boards.js');
  try {
    return boardNamed(name, { width: firmware === undefined ? undefined : elfWidth(firmware) });
  } catch (error) {
    throw error instanceof UsageError ? new UsageError({ ...error.problem, where: '--board' }) : error;
  }
}

async function noBoard(command: string): Promise<UsageError> {
  const { BOARDS } = await import('../machine-file/boards.js');
  const names = BOARDS.map((one) => one.name);
  const remedy = `name the board the image is for, --board ${names.join(', ')}; or make a machine: --config, --machine none --cpu …`;
  return new UsageError({ what: "the option '-b, --board <name>' is missing", where: command, remedy });
}
