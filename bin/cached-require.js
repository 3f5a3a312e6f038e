/**
 * Loads CommonJS files with the code that V8 made of them in an earlier process: most of a start is compiling otherwise.
 * What is kept lies in the package's own folder, so whoever can write it can write the code itself. It is used only for the
 * very same text, by the same V8 with the same flags (V8 checks those). Where the folder cannot be written nothing is kept.
 */

const { isAscii } = require('node:buffer');
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join, relative, resolve } = require('node:path');
const vm = require('node:vm');

/** Packages that are CommonJS, and where they begin: Node's own way to find that out takes as long as to load them. */
const PACKAGES = { commander: 'index.js', elfy: 'lib/elfy.js', 'endian-reader': 'index.js' };
const CACHE = join(__dirname, '../dist/code', `${process.version}-${process.arch}`);
/** Bytes in front of the text: its length. */
const HEAD = 4;

/** @type {Map<string, { exports: unknown }>} by path */
const modules = new Map();
/** @type {(() => void)[]} what is to be kept: functions that write it */
let fresh = [];

/** @param {string} path @returns {Buffer | undefined} */
function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** @param {string} kept @param {Buffer} text @returns {Buffer | undefined} V8's code, if it is of this text */
function codeOf(kept, text) {
  const file = read(kept);
  if (file === undefined || file.length < HEAD || file.readUInt32LE(0) !== text.length) return undefined;
  const end = HEAD + text.length;
  return file.subarray(HEAD, end).equals(text) ? file.subarray(end) : undefined;
}

/** @param {string} kept @param {Buffer} text @param {vm.Script} script */
function keep(kept, text, script) {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(text.length);
  const own = `${kept}.${process.pid}`;
  writeFileSync(own, Buffer.concat([head, text, script.createCachedData()]));
  renameSync(own, kept);
}

/** @param {string} filename @param {Buffer} text */
function compile(filename, text) {
  const kept = join(CACHE, relative(__dirname, filename).replace(/\W+/g, '-'));
  const cachedData = codeOf(kept, text);
  // The package's own files are ASCII, and need not be decoded then.
  const source = text.toString(isAscii(text) ? 'latin1' : 'utf8');
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename,
    cachedData,
    importModuleDynamically,
  });
  if (cachedData === undefined || script.cachedDataRejected) fresh.push(() => keep(kept, text, script));
  return script.runInThisContext();
}

/** @param {string} id @param {string} from a file @returns {string | undefined} a file of ours or of such a package */
function find(id, from) {
  if (id.startsWith('.')) return resolve(dirname(from), id.endsWith('.js') ? id : `${id}.js`);
  if (!Object.hasOwn(PACKAGES, id)) return undefined;
  for (let folder = dirname(from); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'node_modules', id, PACKAGES[id]);
    if (existsSync(file)) return file;
  }
  return undefined;
}

/** @param {string} filename an absolute path @returns {any} what it exports */
function load(filename) {
  const known = modules.get(filename);
  if (known) return known.exports;
  const module = { exports: {} };
  modules.set(filename, module);
  const native = createRequire(filename);
  const request = (/** @type {string} */ id) => {
    const file = find(id, filename);
    return file === undefined ? native(id) : load(file);
  };
  compile(filename, readFileSync(filename))(module.exports, request, module, filename, dirname(filename));
  return module.exports;
}

/** Writes what is not kept yet, with the functions that were compiled until now. */
function keepCode() {
  try {
    if (fresh.length > 0) mkdirSync(CACHE, { recursive: true });
    for (const write of fresh) write();
  } catch {
    // A folder that cannot be written, or a disk that is full: the next start is as slow as this one.
  }
  fresh = [];
}

module.exports = { load, keepCode };
