import { spawnSync } from 'node:child_process';

/** Measurements in a process of their own, with the garbage collector at hand (`node --expose-gc`). */

/** Calls a function that main.ts exports, in a new process; arguments and result travel as JSON. */
export function callApart<T>(name: string, ...args: readonly (string | number)[]): T {
  // In the bundle, all modules of the benchmark are one file.
  const call = `import(${JSON.stringify(import.meta.url)}).then((m) => console.log(JSON.stringify(m[${JSON.stringify(name)}](...${JSON.stringify(args)}))))`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', call], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`${name}(${args.join(', ')}) ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Collects what is garbage now, so that it does not count for what is measured next. */
export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error('this is measured in a process of its own: callApart');
  for (let i = 0; i < 2; i++) gc();
}
