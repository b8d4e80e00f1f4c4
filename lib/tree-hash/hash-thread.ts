/**
 * Starts a thread that hashes. The executable for machines without Node.js has another version of this module, since
 * the file of the thread is part of it: `build/executable.mjs`.
 */
import { Worker } from 'node:worker_threads'
import { flagsFor } from '../runtime/module-flags.js'

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
