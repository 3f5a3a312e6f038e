/** Boards of machine files, kept over the test files of a worker. */

import { statSync } from 'node:fs';
import { type FileBoard, loadBoard } from '../machine-file/define-board.js';

interface Kept {
  readonly stamp: string;
  readonly board: FileBoard;
}
const kept = new Map<string, Kept>();

/** The board of a file; another one when the file changed. Files that it names are read anew only then. */
export function boardOfFile(path: string): FileBoard {
  const stats = statSync(path, { throwIfNoEntry: false });
  const stamp = stats ? `${stats.mtimeMs} ${stats.size}` : 'missing';
  const known = kept.get(path);
  if (known?.stamp === stamp) return known.board;
  const board = loadBoard(path);
  kept.set(path, { stamp, board });
  return board;
}
