/** `fwtest boards`, `devices`, `cpus`: what there is, as tables or JSON. */

import { boards, cpus, devices } from '../catalogue.js';
import type { ExitCode } from '../exit-code.js';

type Row = Readonly<Record<string, string | number | readonly string[]>>;

const LISTS = { boards: boardRows, devices, cpus } as const;

function boardRows(): Row[] {
  return boards().map(({ exportName, definition: { name, chip, parts } }) => ({
    name,
    import: exportName,
    chip: chip.name,
    cpu: chip.cpu.name,
    parts: Object.keys(parts),
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
  const rows = LISTS[what]();
  console.log(json ? JSON.stringify(rows, null, 2) : table(rows));
  return 0;
}
