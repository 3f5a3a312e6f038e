/** `fwtest boards`, `devices`, `cpus`: what there is, as tables or JSON. */

import { type BoardFacts, boardFacts } from '../board-facts.js';
import { boards, cpus, devices } from '../catalogue.js';
import type { ExitCode } from '../exit-code.js';

type Row = Readonly<Record<string, string | number | readonly string[]>>;

interface List {
  /** A line each, for people. */
  rows(): readonly Row[];
  /** All there is to say, for programs. */
  facts(): readonly object[];
}

const LISTS: Readonly<Record<'boards' | 'devices' | 'cpus', List>> = {
  boards: { rows: boardRows, facts: boardsAndNone },
  devices: { rows: devices, facts: devices },
  cpus: { rows: () => cpus().map(({ name, isa, chips }) => ({ name, isa, chips })), facts: cpus },
};

/** What flags begin with where no board is named. */
const NONE: BoardFacts = {
  ...{ name: 'none', import: '', aliases: [], chip: '', cpu: '' },
  ...{ cpus: [], memory: [], devices: [], parts: [] },
};
function boardsAndNone(): BoardFacts[] {
  return [...boards().map(boardFacts), NONE];
}

function boardRows(): Row[] {
  return boardsAndNone().map(({ name, import: exported, chip, cpu, parts }) => ({
    name,
    import: exported,
    chip,
    cpu,
    parts: parts.map((part) => part.name),
  }));
}

function table(rows: readonly Row[]): string {
  const [first] = rows;
  if (!first) return 'none';
  const titles = Object.keys(first);
  const cells = [titles, ...rows.map((row) => titles.map((title) => text(row[title])))];
  const widths = titles.map((_, i) => Math.max(...cells.map((cell) => cell[i]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function text(value: Row[string] | undefined): string {
  return Array.isArray(value) ? value.join(' ') : String(value ?? '');
}

/** Prints one of the lists. */
export function list(what: keyof typeof LISTS, json: boolean): ExitCode {
  const { rows, facts } = LISTS[what];
  console.log(json ? JSON.stringify(facts(), null, 2) : table(rows()));
  return 0;
}
