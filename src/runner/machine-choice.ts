/** From options to a machine; what only files and flags need is loaded for those. */

import { UsageError } from '../emu/errors.js';
import { elfWidth } from '../machine-file/elf-width.js';
import type { Kinds } from '../machine-file/make-things.js';
import type { Model } from '../machine-file/model.js';
import { withBoardOptions } from './board-options.js';
import { type MachineChoice, machineChoice } from './machine-flags.js';
import { QUICK_BOARDS } from './quick-boards.js';
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
}

/** Whether a board by its name is all that was asked for: then nothing else has to be loaded. */
function isPlain({ board, machine, ...rest }: MachineChoice): string | undefined {
  const name = board ?? machine;
  const others = Object.values(rest).some((one) => one !== undefined);
  return others || name === undefined || name === 'none' || /\.[a-z]+$/i.test(name) || (board && machine)
    ? undefined
    : name;
}

/**
 * The machine that the options say.
 * @param command for messages
 * @param firmware an image that is loaded besides: of two boards of a name it chooses
 * @throws UsageError with all mistakes
 */
export async function machineOf(choice: MachineChoice, command: string, firmware?: string): Promise<ChosenMachine> {
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
  const plain = isPlain(flags);
  if (plain !== undefined) return { board: await plainBoard(plain, firmware) };
  const { machineFromChoice } = await import('./machine-from-choice.js');
  return machineFromChoice(flags, firmware);
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
