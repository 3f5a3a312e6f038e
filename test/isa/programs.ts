import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';

/** A test program, and the file with the signature it has to leave, if it comes with one. */
export interface IsaProgram {
  /** Path below the folder that was given. */
  readonly name: string;
  readonly path: string;
  readonly reference: string | undefined;
}

/** ELF executables below a folder, in the order of their names. */
export function programsIn(folder: string): IsaProgram[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isExecutable)
    .sort()
    .map((path) => ({ name: relative(folder, path), path, reference: referenceOf(path) }));
}

const ET_EXEC = 2;
const EM_RISCV = 243;

function isExecutable(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(20);
    const isElf = readSync(file, head, 0, 20, 0) === 20 && head.readUInt32BE(0) === 0x7f45_4c46;
    return isElf && head.readUInt16LE(16) === ET_EXEC && head.readUInt16LE(18) === EM_RISCV;
  } finally {
    closeSync(file);
  }
}

/**
 * Where the suites keep the expected signature: beside the program, in a folder `references`, or (RISCOF's working
 * folder: TEST/dut/my.elf) in the folder `ref` of the same test.
 */
function referenceOf(path: string): string | undefined {
  const [folder, file] = [dirname(path), basename(path)];
  const stem = file.endsWith('.elf') ? basename(file, extname(file)) : file;
  const names = [file, stem].flatMap((name) => [`${name}.reference_output`, `${name}.reference`, `${name}.signature`]);
  const folders = [folder, join(folder, 'references'), join(folder, '..', 'references')];
  const beside = folders.flatMap((one) => names.map((name) => join(one, name))).find((one) => existsSync(one));
  if (beside !== undefined) return beside;
  const riscof = join(folder, '..', 'ref');
  if (!existsSync(riscof)) return undefined;
  const signature = readdirSync(riscof).find((name) => name.endsWith('.signature'));
  return signature && join(riscof, signature);
}

/** The words of a signature, one a line, as hexadecimal digits (a line may hold several words, the last of them first). */
export function readSignature(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split(/\s+/).filter(Boolean);
  return lines.flatMap((line) => (line.toLowerCase().match(/.{8}/g) ?? [line]).reverse());
}
