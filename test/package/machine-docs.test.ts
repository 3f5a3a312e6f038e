import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CodeBlock, codeBlocks } from './markdown.js';
import { fwtest, linkedFolder, ROOT } from './workspace.js';

/** Pages on machines made from files of other programs: their files are written, their commands and tests run. */

const PAGES = ['docs/devicetree.md', 'docs/svd.md'];

/** A folder with the files that a page shows, and an example's image. */
function folderOf(blocks: readonly CodeBlock[], block: CodeBlock): string {
  const cwd = linkedFolder();
  for (const { notes, text } of blocks) {
    const file = notes.get('file');
    if (file !== undefined) writeFileSync(join(cwd, file), text);
  }
  mkdirSync(join(cwd, 'build'));
  const image = block.notes.get('firmware')!;
  copyFileSync(join(ROOT, 'examples/firmware-tests', image), join(cwd, 'build', 'app.elf'));
  return cwd;
}

for (const page of PAGES) {
  const blocks = codeBlocks(readFileSync(join(ROOT, page), 'utf8'));

  test(`${page}: commands print what it shows`, () => {
    for (const [index, command] of blocks.entries()) {
      if (!command.notes.has('prints the text below')) continue;
      const shown = blocks[index + 1]!;
      const { code, stdout, stderr } = fwtest(folderOf(blocks, command), ...command.text.trim().split(' ').slice(2));
      expect(code, stderr).toBe(0);
      const lines = `${stdout}${stderr}`.split('\n').map((line) => line.trimEnd());
      expect(lines).toEqual(expect.arrayContaining(shown.text.trimEnd().split('\n')));
    }
  });

  test(`${page}: tests pass`, () => {
    for (const block of blocks.filter(({ language, notes }) => language === 'ts' && !notes.has('file'))) {
      const cwd = folderOf(blocks, block);
      writeFileSync(join(cwd, /^\/\/ (\S+\.ts)\n/.exec(block.text)![1]!), block.text);
      const { code, stdout, stderr } = fwtest(cwd);
      expect(code, `${stdout}${stderr}`).toBe(0);
    }
  });
}
