/** The source files that line programs name. */

import { filePath, type LineHeader, tidyPath } from './dwarf-line-header.js';
import { DwarfError, textAt } from './dwarf-reader.js';
import { debugSection } from './dwarf-section.js';
import { compilationDirectories } from './dwarf-unit.js';
import type { ElfImage } from './elf-image.js';

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** The end of `path` with as many components as tell it from `others`. */
function shortest(path: string, others: readonly string[]): string {
  const parts = path.split('/');
  for (let count = 1; count < parts.length; count++) {
    const end = parts.slice(-count).join('/');
    if (!others.some((other) => other !== path && `/${other}`.endsWith(`/${end}`))) return end;
  }
  return path;
}

/** Paths by program and file number, made when asked for; an index by base name serves the other direction. */
export class LineFiles {
  readonly #image: ElfImage;
  readonly #headers: LineHeader[] = [];
  readonly #paths = new Map<LineHeader, Map<number, string | undefined>>();
  readonly #shortNames = new Map<string, string>();
  #byBaseName: Map<string, { header: LineHeader; number: number }[]> | undefined;
  #directories: Map<number, string> | undefined;

  constructor(image: ElfImage) {
    this.#image = image;
  }

  add(header: LineHeader): void {
    this.#headers.push(header);
    this.#paths.set(header, new Map());
  }

  /** The path of the file that `header`'s program calls `number`. */
  path(header: LineHeader, number: number): string | undefined {
    const known = this.#paths.get(header)!;
    if (!known.has(number))
      known.set(
        number,
        filePath(header, number, () => this.#compiledIn(header)),
      );
    return known.get(number);
  }

  #compiledIn(header: LineHeader): string | undefined {
    this.#directories ??= this.#readDirectories();
    return this.#directories.get(header.offset);
  }

  /** Without them paths are relative, which is no reason to have no lines. */
  #readDirectories(): Map<number, string> {
    const section = (name: string) => debugSection(this.#image, name);
    try {
      const [info, abbrev] = [section('.debug_info'), section('.debug_abbrev')];
      return compilationDirectories({ info, abbrev, str: section('.debug_str'), lineStr: section('.debug_line_str') });
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
      return new Map();
    }
  }

  #named(name: string): readonly { header: LineHeader; number: number }[] {
    this.#byBaseName ??= this.#index();
    return this.#byBaseName.get(name) ?? [];
  }

  #index(): Map<string, { header: LineHeader; number: number }[]> {
    const index = new Map<string, { header: LineHeader; number: number }[]>();
    for (const header of this.#headers) {
      const first = header.version >= 5 ? 0 : 1;
      for (const [i, file] of header.files.entries()) {
        const name = baseName(textAt(file.name));
        const entry = { header, number: i + first };
        const known = index.get(name);
        if (known) known.push(entry);
        else index.set(name, [entry]);
      }
    }
    return index;
  }

  /** As much of the end of `path` as names no other file of the image. */
  shortName(path: string): string {
    let short = this.#shortNames.get(path);
    if (short === undefined) {
      const namesakes = new Set<string>();
      for (const { header, number } of this.#named(baseName(path))) {
        const other = this.path(header, number);
        if (other !== undefined) namesakes.add(other);
      }
      short = shortest(path, [...namesakes]);
      this.#shortNames.set(path, short);
    }
    return short;
  }

  /** The file numbers, by program, of every path that is `file` or ends with it. */
  numbers(file: string): Map<LineHeader, Set<number>> {
    const end = `/${tidyPath(file)}`;
    const found = new Map<LineHeader, Set<number>>();
    for (const { header, number } of this.#named(baseName(file))) {
      const path = this.path(header, number);
      if (path === undefined || !`/${path}`.endsWith(end)) continue;
      const numbers = found.get(header) ?? new Set();
      found.set(header, numbers.add(number));
    }
    return found;
  }
}
