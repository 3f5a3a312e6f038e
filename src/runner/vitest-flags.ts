/**
 * The names of vitest's options, of all versions fwtest runs under. vitest takes unknown ones in silence when it is
 * not its own command line that was called, and a misspelt `--reporter` must not pass for a run without one.
 */
export const VITEST_FLAGS: readonly string[] = [
  ...[
    'allowOnly',
    'api',
    'attachmentsDir',
    'bail',
    'browser',
    'cache',
    'changed',
    'clearCache',
    'clearScreen',
    'color',
  ],
  ...['config', 'configLoader', 'coverage', 'dangerouslyIgnoreUnhandledErrors', 'detectAsyncLeaks', 'diff', 'dir'],
  ...['disableConsoleIntercept', 'dom', 'environment', 'exclude', 'execArgv', 'expandSnapshotDiff', 'expect'],
  ...['experimental', 'fileParallelism', 'fsModuleCache', 'fsModuleCachePath', 'globals', 'help', 'hideSkippedTests'],
  ...['hookTimeout', 'includeTaskLocation', 'injectCjsGlobals', 'inspect', 'inspectBrk', 'isolate', 'lastFailed'],
  ...['listTags', 'logHeapUsage', 'maxConcurrency', 'maxWorkers', 'mergeReports', 'mode', 'open', 'outputFile'],
  ...['passWithNoTests', 'pool', 'printConsoleTrace', 'project', 'repeats', 'reporter', 'retry', 'root', 'run'],
  ...['sequence', 'shard', 'sharedViteServer', 'silent', 'sinceLastRun', 'slowTestThreshold', 'standalone'],
  ...['strictTags', 'tagsFilter', 'teardownTimeout', 'testNamePattern', 'testTimeout', 'typecheck', 'ui', 'update'],
  ...['vmMemoryLimit', 'watch'],
];

/** Options of one letter. */
const LETTERS = new Set(['r', 'c', 'u', 'w', 't', 'h']);

const plain = (name: string) => name.replaceAll('-', '').toLowerCase();
const KNOWN = new Set(VITEST_FLAGS.map(plain));

/** The first argument that looks like an option and is none of vitest's: `--reportr`. */
export function unknownFlag(args: readonly string[]): string | undefined {
  for (const argument of args) {
    if (argument === '--') return undefined;
    const long = /^--(no-)?([A-Za-z][\w-]*)/.exec(argument);
    if (long && !KNOWN.has(plain(long[2]!)) && !KNOWN.has(plain(`${long[1] ?? ''}${long[2]}`))) return long[0];
    const short = /^-([A-Za-z])/.exec(argument);
    if (short && !LETTERS.has(short[1]!)) return short[0];
  }
  return undefined;
}
