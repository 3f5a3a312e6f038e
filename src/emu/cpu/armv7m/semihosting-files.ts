import fs from 'node:fs';
import path from 'node:path';

/** errno values of newlib that semihosting callers expect. */
export const ERRNO = {
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  EACCES: 13,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
} as const;
const BY_CODE: Readonly<Record<string, number>> = ERRNO;

/** A file operation that failed, with the errno the guest sees. */
export class FileError extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

/**
 * Files below one directory of the host. Names are relative, without `..`, and nothing on the way may be a symbolic link,
 * so that the guest cannot leave it. A file is opened anew for every access: no host descriptor belongs to the machine's
 * state. What was written to the host stays written when the machine is restored.
 */
export class SandboxedFiles {
  readonly #root: string;

  /** @param root a directory that exists */
  constructor(root: string) {
    this.#root = fs.realpathSync(root);
  }

  /** The host path of a guest's file name; throws FileError where it is not inside. */
  resolve(name: string): string {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    const outside = name.startsWith('/') || parts.some((part) => part === '..' || /[\0\\:]/.test(part));
    if (outside || parts.length === 0) throw new FileError(ERRNO.EACCES);
    let at = this.#root;
    for (const [index, part] of parts.entries()) {
      at = path.join(at, part);
      const stat = fs.lstatSync(at, { throwIfNoEntry: false });
      if (stat?.isSymbolicLink()) throw new FileError(ERRNO.EACCES);
      if (index < parts.length - 1 && !stat?.isDirectory()) throw new FileError(stat ? ERRNO.ENOTDIR : ERRNO.ENOENT);
    }
    return at;
  }

  /** Opens as `fopen` mode `mode` (0–11) would: checks that it exists, creates or truncates it. */
  open(name: string, mode: number): void {
    this.#attempt(name, (file) => {
      const kind = mode >> 2;
      if (kind === 0 && !fs.existsSync(file)) throw new FileError(ERRNO.ENOENT);
      if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === false) throw new FileError(ERRNO.EISDIR);
      if (kind === 1) fs.writeFileSync(file, '');
      if (kind === 2) fs.appendFileSync(file, '');
    });
  }
  length(name: string): number {
    return this.#attempt(name, (file) => fs.statSync(file).size);
  }
  read(name: string, position: number, length: number): Uint8Array {
    return this.#attempt(name, (file) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, fs.statSync(file).size - position)));
      return this.#descriptor(file, 'r', (fd) => bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, position)));
    });
  }
  write(name: string, position: number, bytes: Uint8Array): void {
    this.#attempt(name, (file) =>
      this.#descriptor(file, 'r+', (fd) => {
        for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at, bytes.length - at, position + at);
      }),
    );
  }
  remove(name: string): void {
    this.#attempt(name, (file) => fs.unlinkSync(file));
  }
  rename(from: string, to: string): void {
    this.#attempt(from, (file) => fs.renameSync(file, this.resolve(to)));
  }

  #descriptor<T>(file: string, flags: string, use: (fd: number) => T): T {
    const fd = fs.openSync(file, flags);
    try {
      return use(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  #attempt<T>(name: string, use: (file: string) => T): T {
    const file = this.resolve(name);
    try {
      return use(file);
    } catch (error) {
      if (error instanceof FileError) throw error;
      throw new FileError(BY_CODE[(error as NodeJS.ErrnoException).code ?? ''] ?? ERRNO.EIO);
    }
  }
}
