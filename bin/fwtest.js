#!/usr/bin/env node

const args = process.argv.slice(2);
/** Modules of a user's, which files name too, share the ES modules of this package. */
const MODULES = /^--(config|device-file)|\.([cm]?[jt]sx?|ya?ml|json)\b/;
/** Time for a firmware's start, ms: what it took is kept even if the process is killed. */
const STARTED = 500;

/** Commands that run a machine in this process start with code that was compiled before. */
async function main() {
  const quick = ['boot', 'serve'].includes(args[0]) && !args.some((one) => MODULES.test(one));
  if (!quick) {
    // Node 22 and later keep compiled code between runs by themselves.
    require('node:module').enableCompileCache?.();
    return (await import('../dist/cli.js')).main(args);
  }
  const { load, keepCode } = require('./cached-require.js');
  const { join } = require('node:path');
  const cli = load(join(__dirname, '../dist/cjs/cli.js'));
  setTimeout(keepCode, STARTED).unref();
  process.once('exit', keepCode);
  await cli.main(args);
}

main();
