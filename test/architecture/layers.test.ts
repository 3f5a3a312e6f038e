import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { breachOf, LAYERS } from './layers.js';

const src = fileURLToPath(new URL('../../src', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !/\.(test|d)\.ts$/.test(file));

/** The files below `src` that a file imports, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return specifiers.map((specifier) => relative(src, join(src, file, '..', specifier)).replace(/\.js$/, '.ts'));
}

describe('layers', () => {
  test('every import keeps to its layer', () => {
    const breaches = files.flatMap((file) => importsOf(file).map((imported) => breachOf(file, imported)));
    expect(breaches.filter((breach) => breach !== undefined)).toEqual([]);
  });

  test.each(LAYERS.map((layer) => [layer.name, layer.breach] as const))(
    'a breach of the layer %s is found',
    (_, [importer, imported]) => {
      expect(breachOf(importer, imported)).toContain(`${importer} (`);
    },
  );

  test('imports are found at all', () => {
    expect(importsOf('emu/isa/cold-engine.ts')).toContain('emu/isa/layout.ts');
  });
});

describe('nothing under src/emu depends on the host', () => {
  const forbidden =
    /\b(Date\.now|new Date\b|performance\.now|Math\.random|setTimeout|setInterval|worker_threads|process\.hrtime)/;
  test.each(files.filter((file) => file.startsWith('emu/')))('%s', (file) => {
    expect(readFileSync(join(src, file), 'utf8')).not.toMatch(forbidden);
  });
});
