import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, run } from './workspace.js';

interface Packed {
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function pack(): Packed {
  const { stdout } = run(ROOT, 'npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  return (JSON.parse(stdout) as [Packed])[0];
}

/** Targets of links to files, from the package's folder: `docs/ci.md`. */
function links(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
  const own = targets.filter((target) => !/^[a-z]+:/.test(target));
  return own.map((target) => posix.join(dirname(page), target).replace(/\/$/, ''));
}

test('what the pages link to is in the package', () => {
  const { files, size } = pack();
  const paths = files.map((file) => file.path);
  const has = (target: string) => paths.some((path) => path === target || path.startsWith(`${target}/`));
  const pages = paths.filter((path) => path.endsWith('.md') && !path.startsWith('dist/'));
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/ci.md', 'CONTRIBUTING.md']));
  const all = pages.flatMap((page) => links(page).map((target) => ({ page, target })));
  expect(all.length).toBeGreaterThan(5);
  expect(all.filter(({ target }) => !has(target))).toEqual([]);
  expect(size).toBeLessThan(3_000_000);
});
