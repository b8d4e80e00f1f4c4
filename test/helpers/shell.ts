import { execFile, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { BIN, commandEnvironment } from './command.js'
import { settled } from './gate.js'

/** Why a test that needs bash and FIFOs is skipped. */
export const NO_SHELL: string | false =
  !existsSync('/bin/bash') && !existsSync('/usr/bin/bash') && 'there is no bash'
/** Why a test that looks into processes is skipped. */
export const NO_PROC: string | false = NO_SHELL || (!existsSync('/proc/self/status') && 'there is no /proc')

/** How a script ended. */
export interface ShellResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a bash script in a folder; `gp` in it is the built command. */
export function shell(cwd: string, script: string, env: NodeJS.ProcessEnv = {}): Promise<ShellResult> {
  const functions = `gp() { "$NODE" "$BIN" "$@"; }\n`
  const all = { ...commandEnvironment(), NODE: process.execPath, BIN, ...env }
  return new Promise((resolve) => {
    execFile('bash', ['-c', functions + script], { cwd, env: all, encoding: 'utf8' }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err })
    })
  })
}

/** Waits until a thread of a process waits for the writer of a FIFO. Needs /proc. */
export async function untilWaitingForWriter({ pid }: ChildProcess): Promise<void> {
  for (let isWaiting = false; !isWaiting;) {
    await settled(1)
    const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
    const places = await Promise.all(
      tasks.map((task) => readFile(`/proc/${pid}/task/${task}/wchan`, 'utf8').catch(() => '')),
    )
    isWaiting = places.includes('wait_for_partner')
  }
}
