/**
 * Starts the process that writes a mirror. The executable for machines without Node.js has another version of this module,
 * since the file of the process is part of it: `build/executable.mjs`.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { flagsFor } from '../../runtime/module-flags.js'

/**
 * Starts a process that runs `mirror-child.js`. Its output is closed: a program that reads the output of this process must
 * not wait for the other one.
 *
 * @param module - the module to run instead
 * @throws {Error} no process can be started
 */
export function startMirrorProcess(module?: URL): ChildProcess {
  // Bundlers that replace `import.meta.url` do not find it in a destructuring.
  const url = import.meta.url
  const execArgv = module ? [] : flagsFor(url)
  return fork(module ?? new URL('./mirror-child.js', url), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv,
  })
}
