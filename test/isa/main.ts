import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FwtestError, UsageError } from '../../src/emu/errors.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { type IsaProgram, programsIn } from './programs.js';
import { type IsaResult, runProgram } from './run-program.js';

const HELP = `npm run test:isa -- DIR [options]
  Runs every RISC-V ELF below DIR that has a symbol 'tohost' and compares its signature with the reference beside it, if any.
  --only PATTERN    only programs whose path matches the regular expression
  --except PATTERN  without those
  --engine ENGINE   auto (default), cold or hot
  --limit CYCLES    a program fails after so many cycles (default 50,000,000)
  --misaligned trap misaligned accesses raise their exception (default: done)
  --json            results as JSON`;

const ENGINES: readonly string[] = ['auto', 'cold', 'hot'];

/** Exit code: 0 all passed, 1 some did not. */
export function main(args: readonly string[], startedIn: string): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      except: { type: 'string' },
      engine: { type: 'string', default: 'auto' },
      limit: { type: 'string', default: '50000000' },
      misaligned: { type: 'string', default: 'do' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const limit = Number(values.limit);
  if (!ENGINES.includes(values.engine)) throw usage(`there is no engine '${values.engine}'`, ENGINES.join(', '));
  if (!(limit > 0)) throw usage(`--limit ${values.limit} is no number of cycles`, 'give a number above 0');
  if (values.misaligned !== 'do' && values.misaligned !== 'trap') throw usage('--misaligned', 'give do or trap');
  const folder = folderOf(positionals, startedIn);
  const [only, except] = [values.only, values.except].map((text) =>
    text === undefined ? undefined : new RegExp(text),
  );
  const programs = programsIn(folder).filter(({ name }) => (only?.test(name) ?? true) && !except?.test(name));
  if (programs.length === 0)
    throw usage(`there is no RISC-V executable in ${folder}`, 'give the folder of built tests');
  const { misaligned } = values;
  const options = { engine: values.engine as EngineMode, limit, misaligned } as const;
  const results = programs.map((program) => result(program, () => runProgram(program, options)));
  if (values.json) console.log(JSON.stringify(results, undefined, 2));
  else report(results);
  return results.every(({ passed }) => passed) ? 0 : 1;
}

function folderOf(positionals: readonly string[], startedIn: string): string {
  if (positionals.length !== 1) throw usage('one folder has to be given', 'npm run test:isa -- DIR');
  const folder = resolve(startedIn, positionals[0]!);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw usage(`${folder} is no folder`, 'correct the path');
  return folder;
}

/** What is wrong with a program's file fails that program, and no other. */
function result({ name }: IsaProgram, run: () => IsaResult): IsaResult {
  try {
    return run();
  } catch (error) {
    if (error instanceof FwtestError) return { name, passed: false, why: error.message, cycles: 0 };
    throw error;
  }
}

/** Groups by what comes before the last `-` (`rv64ui-p`), or by folder. */
const groupOf = (name: string) => name.replace(/[-/][^-/]*$/, '');

function report(results: readonly IsaResult[]): void {
  for (const group of new Set(results.map(({ name }) => groupOf(name)))) {
    const members = results.filter(({ name }) => groupOf(name) === group);
    const passed = members.filter((one) => one.passed).length;
    console.log(`${group}: ${passed} of ${members.length}`);
    for (const { name, why } of members) if (why !== undefined) console.log(`  ${name}: ${why}`);
  }
  const passed = results.filter((one) => one.passed).length;
  console.log(`${passed} passed, ${results.length - passed} failed`);
}

function usage(what: string, remedy: string): UsageError {
  return new UsageError({ what, where: 'npm run test:isa', remedy });
}
