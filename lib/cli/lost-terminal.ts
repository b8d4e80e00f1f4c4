/**
 * The end of a process whose terminal is gone. Node restores the settings of its terminals when it exits, and aborts the
 * process if that fails, as it does for a terminal that was closed: an archive that is stored would look like a failure.
 */
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'

/** The members of the process that are needed. */
export type EndingProcess = Pick<NodeJS.Process, 'once'>

/**
 * After a hangup, replaces descriptors by the null device just before the process exits: Node leaves them alone then.
 *
 * @param terminals - the descriptors that were terminals at the start, in ascending order, of the first three
 */
export function leaveLostTerminal(process: EndingProcess, terminals: readonly number[]): void {
  process.once('SIGHUP', () => {
    process.once('exit', () => {
      for (const descriptor of terminals) {
        closeSync(descriptor)
        openSync(devNull, 'r+') // takes the lowest free number, which is the one just closed
      }
    })
  })
}
