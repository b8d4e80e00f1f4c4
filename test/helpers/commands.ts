/** Commands for tests of sources, and ways to observe and to hold up their processes. */
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawnSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** The processes that this process starts during a test, in order. */
export function childrenOf(test: Test): ChildProcess[] {
  const children: ChildProcess[] = []
  const note = (message: unknown): void => {
    children.push((message as { process: ChildProcess }).process)
  }
  subscribe('child_process', note)
  test.teardown(() => {
    unsubscribe('child_process', note)
    for (const child of children) child.kill('SIGKILL')
  })
  return children
}

/** A FIFO that a shell script waits at. */
export interface ShellGate {
  /** The words of the script that wait. */
  readonly wait: string
  /** Resolves when the script waits. It continues when the returned function is called. */
  readonly reached: () => Promise<() => Promise<void>>
}

/** Makes a {@link ShellGate} for one test. */
export function shellGate(test: Test): ShellGate {
  const folder = mkdtempSync(join(tmpdir(), 'glacier-pipe-gate-'))
  test.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  const path = join(folder, 'gate')
  execFileSync('mkfifo', [path])
  return {
    wait: `read line <'${path}'`,
    reached: async () => {
      const handle = await open(path, 'w') // waits for the reader
      return () => handle.close()
    },
  }
}

/** Whether a program is installed. */
export function isInstalled(name: string): boolean {
  return spawnSync(name, ['--version']).error === undefined
}
