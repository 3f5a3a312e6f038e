import { resolve } from 'node:path';
import { type BoardRequest, boardKind, boardNamed } from './boards.js';
import { buildBoard } from './build.js';
import { elfWidth } from './elf-width.js';
import type { AnyBoard } from './from-board.js';
import { modelOf } from './from-board.js';
import { fromDevicetree, fromSvd } from './imported.js';
import { checkCounts } from './limits.js';
import { loadYaml, type Source } from './load-yaml.js';
import { KINDS, type Kinds } from './make-things.js';
import { Mistakes } from './mistakes.js';
import { type BootValue, emptyModel, type Model } from './model.js';
import { bootOf, readInto, readShape } from './read.js';
import type { MachineFile } from './schema.js';

/** Machines made without code: from files, flags and plain objects. */

export interface LoadedMachine {
  readonly board: AnyBoard;
  /** What it was made of: images, boot protocol and the like are here. */
  readonly model: Model;
}

interface MachineOptions {
  readonly kinds?: Kinds;
  /** What everything starts from, instead of a board that a description names. */
  readonly base?: Model | undefined;
  /** An image that is loaded besides: of two boards of a name it chooses. */
  readonly firmware?: string | undefined;
}

/** What a test writes instead of a path, `loadBoard` or `defineBoard`. */
const LOAD_ASYNC =
  "import { loadBoardAsync } from 'fwtest' and give board: await loadBoardAsync(new URL('./machine.yaml', import.meta.url)), or the description itself";

/** How deep files may start from others. */
const MAX_BASES = 8;

/** Makes a machine of several descriptions, each over the ones before. @throws MachineMistakes */
export function machineFrom(
  sources: readonly Source[],
  { kinds = KINDS, base, firmware }: MachineOptions = {},
): LoadedMachine {
  const mistakes = new Mistakes();
  const model = modelFrom(sources, mistakes, { base, firmware, kinds });
  if (kinds === KINDS && model.deviceFiles.length > 0) {
    const what = 'device files are modules, and those are loaded asynchronously';
    mistakes.add(model.whole('deviceFiles'), what, LOAD_ASYNC);
  }
  const board = buildBoard(model, kinds, mistakes);
  return { board, model };
}

/** @throws MachineMistakes when the descriptions have no shape to go on with */
export function modelFrom(
  sources: readonly Source[],
  mistakes: Mistakes,
  { base, firmware, kinds = KINDS }: MachineOptions = {},
  depth = 0,
): Model {
  const read = sources.map((source) => readShape(source, mistakes));
  const files = read.filter((one) => one !== undefined);
  if (files.length < read.length) mistakes.check();
  const named = files.filter(({ file }) => (file.board ?? file.machine) !== undefined).at(-1);
  const name = named && (named.file.board ?? named.file.machine);
  const model =
    base ?? baseModel(name ?? 'none', requestOf(files, firmware), named?.source, mistakes, depth, files, kinds);
  for (const { source, file } of files) readInto(model, file, source, mistakes);
  checkCounts(model, model.whole);
  return model;
}

/** The model that everything starts from: a board's, another file's, or nothing. */
/** What descriptions ask of the board that they start from. */
function requestOf(
  files: readonly { source: Source; file: MachineFile }[],
  firmware: string | undefined,
): BoardRequest {
  const options = Object.assign({}, ...files.map(({ file }) => file.options));
  const boots = files.map(({ file, source }) => (file.boot === undefined ? {} : bootOf(file.boot, source.folder)));
  const boot = Object.assign({}, ...boots) as BootValue;
  const paths = files.flatMap(({ file, source }) => [
    ...[boot.bios, boot.kernel].filter((one) => one !== undefined && one !== 'none'),
    ...(file.images ?? []).map((image) => resolve(source.folder, typeof image === 'string' ? image : image.file)),
  ]);
  if (firmware !== undefined) paths.push(firmware);
  return { options, boot, width: paths.map((path) => elfWidth(path!)).find((width) => width !== undefined) };
}

function baseModel(
  name: string,
  request: BoardRequest,
  source: Source | undefined,
  mistakes: Mistakes,
  depth: number,
  files: readonly { file: MachineFile }[],
  kinds: Kinds,
): Model {
  const where = source?.where('board') ?? 'machine';
  if (name === 'none') return emptyModel('machine');
  if (/\.(ya?ml|json)$/i.test(name)) {
    if (depth >= MAX_BASES) {
      mistakes.add(where, `'${name}' starts from itself, or from too many others`);
      mistakes.check();
    }
    const file = mistakes.guard(where, () => loadYaml(resolve(source?.folder ?? '.', name)));
    mistakes.check();
    return modelFrom([file!], mistakes, { kinds }, depth + 1);
  }
  if (/\.(dts|dtb|svd)$/i.test(name)) {
    const path = resolve(source?.folder ?? '.', name);
    const hasCpu = files.some(({ file }) => file.cpus !== undefined);
    const memory = Object.assign({}, ...files.map(({ file }) => file.memory));
    const imported = mistakes.guard(where, () =>
      /svd$/i.test(name) ? fromSvd(path, { hasCpu, memory }) : fromDevicetree(path, kinds),
    );
    mistakes.check();
    return modelFrom([imported!], mistakes, { kinds }, depth + 1);
  }
  const board = mistakes.guard(where, () => boardNamed(name, request));
  mistakes.check();
  const model = modelOf(board!);
  model.loadsItself = boardKind(name)?.boots === true;
  model.ownContents = model.contents.length;
  return model;
}
