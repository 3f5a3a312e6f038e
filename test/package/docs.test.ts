import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT_CAUSES } from '../../src/emu/isa/engine-statistics.js';
import { GITHUB_FILE, GITLAB_FILE } from '../../src/runner/commands/init-templates.js';
import { type CodeBlock, codeBlocks } from './markdown.js';
import { type Ended, fwtest, linkedFolder, ROOT, run } from './workspace.js';

const PAGES = [
  'README.md',
  'docs/getting-started.md',
  'docs/custom-devices.md',
  'docs/first-machine.md',
  'docs/engines.md',
  'docs/ci.md',
  'docs/misuse.md',
  'docs/parts.md',
  'docs/several-boards.md',
  'CONTRIBUTING.md',
];
const blocks = PAGES.flatMap((page) =>
  codeBlocks(readFileSync(join(ROOT, page), 'utf8')).map((block, i) => ({
    ...block,
    page,
    title: `${page}, block ${i + 1}`,
  })),
);
const of = (language: string) => blocks.filter((block) => block.language === language);
const fileName = (block: CodeBlock) => /^\/\/ (\S+\.ts)\n/.exec(block.text)?.[1];

const DEFAULT_FIRMWARE = 'blinky/blinky.elf';

/** A user's folder with an example's image as `build/app.elf`, or several of them under their own names. */
function userFolder(block: CodeBlock): string {
  const cwd = linkedFolder({ 'package.json': '{ "type": "module" }' });
  mkdirSync(join(cwd, 'build'));
  const images = (block.notes.get('firmware') ?? DEFAULT_FIRMWARE).split(', ');
  for (const image of images) {
    const name = images.length === 1 ? 'app.elf' : basename(image);
    copyFileSync(join(ROOT, 'examples/firmware-tests', image), join(cwd, 'build', name));
  }
  return cwd;
}

function output({ code, stdout, stderr }: Ended): string {
  return `exit ${code}\n${stdout}\n${stderr}`;
}

test('there is code of every kind', () => {
  expect(new Set(blocks.map((block) => block.language))).toEqual(new Set(['sh', 'ts', 'text', 'yaml']));
});

describe('TypeScript', () => {
  const tests = of('ts').filter((block) => fileName(block)?.endsWith('.fw.test.ts'));

  test.each(tests.map((block) => [block.title, block] as const))('%s runs', (_, block) => {
    const cwd = userFolder(block);
    writeFileSync(join(cwd, fileName(block)!), block.text);
    const ended = fwtest(cwd);
    if (!block.notes.has('fails with the text below')) {
      expect(output(ended)).toMatch(/^exit 0\n/);
      return;
    }
    expect(ended.code).toBe(1);
    const text = blocks[blocks.indexOf(block as (typeof blocks)[number]) + 1]!;
    expect(text.language).toBe('text');
    const told = `${ended.stdout}${ended.stderr}`.split('\n').map((line) => line.trimEnd());
    expect(told.join('\n')).toContain(text.text.trimEnd());
  });

  test('all of it has right types', () => {
    const cwd = linkedFolder();
    const options = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      skipLibCheck: true,
    };
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
    for (const [i, block] of of('ts').entries())
      writeFileSync(join(cwd, `${i}-${fileName(block) ?? 'block.ts'}`), block.text);
    expect(output(run(cwd, process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')]))).toMatch(/^exit 0\n/);
  });
});

describe('commands', () => {
  test.each(of('sh').map((block) => [block.title, block] as const))('%s', (_, block) => {
    const lines = block.text.split('\n').map((line) => line.replace(/#.*/, '').trim());
    const commands = lines.flatMap((line) => line.split(' && ')).filter((line) => line !== '');
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const cwd = userFolder(block);
    if (block.page === 'docs/ci.md' || block.notes.has('with tests')) {
      for (const name of ['a', 'b'])
        writeFileSync(join(cwd, `${name}.fw.test.ts`), "import { test } from 'vitest'; test('x', () => {});");
    }
    for (const command of commands) {
      const script = /^npm (?:run )?([\w:]+)/.exec(command)?.[1];
      if (command === 'npx fwtest' && block.text.includes('npm ci')) continue; // what CI does as it stands here
      if (command.startsWith('npx fwtest'))
        expect(output(fwtest(cwd, ...command.split(' ').slice(2)))).toMatch(/^exit 0\n/);
      else expect([...Object.keys(scripts), 'ci', 'install'], command).toContain(script);
    }
  });
});

/** The first word or two of each row of statistics, with what follows where that is the same on every computer. */
function statisticsRows(text: string): string[] {
  const rows = [...text.matchAll(/^(\S+(?: \S+)?) {2,}(.*)$/gm)];
  return rows.map(([, label, rest]) =>
    /^(machine time|CPU cycles|instructions|at)$/.test(label!) ? `${label} ${rest}` : label!,
  );
}

describe('engines', () => {
  const page = readFileSync(join(ROOT, 'docs/engines.md'), 'utf8');

  test('statistics are printed as the page shows them', () => {
    const index = blocks.findIndex((block) => block.notes.has('prints the text below'));
    const command = blocks[index]!.text.trim().split(' ').slice(2);
    const shown = statisticsRows(blocks[index + 1]!.text);
    expect(shown.length).toBeGreaterThan(10);
    expect(statisticsRows(fwtest(userFolder(blocks[index]!), ...command).stderr)).toEqual(shown);
  });

  test('the default is the one the command line names, and every cause of an exit is told', () => {
    const help = fwtest(linkedFolder(), 'run', '--help').stdout.replaceAll(/\s+/g, ' ');
    expect(/`(\w+)` \(the default\)/.exec(page)![1]).toBe(/\(default: (\w+)\)/.exec(help)![1]);
    expect([...page.matchAll(/^\| `(\w+)` \| (?!.*\|.*\|)/gm)].map(([, cause]) => cause)).toEqual([...EXIT_CAUSES]);
  });
});

test('the pipelines are those that init writes', () => {
  expect(of('yaml').map((block) => [block.notes.get('template'), block.text])).toEqual([
    ['github', GITHUB_FILE],
    ['gitlab', GITLAB_FILE],
  ]);
});
