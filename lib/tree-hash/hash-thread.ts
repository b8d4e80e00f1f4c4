/**
 * Starts a thread that hashes. The executable for machines without Node.js has another version of this module, since
 * the file of the thread is part of it: `build/executable.mjs`.
 */
import { Worker } from 'node:worker_threads'

/**
 * The flags of Node.js that a thread is started with: none. With some of those of the process, such as `--input-type`,
 * it would not start. Only code that was not compiled needs them, for its loader.
 */
export function flagsFor(moduleUrl: string): string[] {
  return moduleUrl.endsWith('.ts') ? process.execArgv : []
}

/**
 * Starts a thread that runs `hash-worker.js`.
 *
 * @throws {Error} the thread cannot be started
 */
export function startHashThread(): Worker {
  // Bundlers that replace `import.meta.url` do not find it in a destructuring.
  const url = import.meta.url
  return new Worker(new URL('./hash-worker.js', url), { execArgv: flagsFor(url) })
}
