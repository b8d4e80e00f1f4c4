/**
 * Writes a mirror by a process of its own. A disk that hangs, such as that of an NFS server that is gone, blocks the thread
 * that uses it, and a process cannot exit while one of its threads is blocked. The other process can be abandoned.
 *
 * If no such process can run, as in a bundle that leaves its file out, this process writes the mirror.
 */
import type { ChildProcess } from 'node:child_process'
import { systemFiles } from '../../runtime/system-files.js'
import type { MirrorPaths } from './mirror-copy.js'
import type { CopyFailure, CopyReply, CopyRequest } from './mirror-messages.js'
import { startMirrorProcess } from './mirror-module.js'
import { writersOn, type MirrorWriter } from './mirror-writer.js'

const ENDED: CopyFailure = { reason: 'unavailable', text: 'the process that writes it ended.' }

/** Writes a mirror by another process. */
export class MirrorProcess implements MirrorWriter {
  readonly #paths: MirrorPaths
  readonly #module: URL | undefined
  readonly #here: MirrorWriter
  #child: ChildProcess | undefined
  #hasReplied = false
  #settle: ((result: CopyFailure | 'ended' | undefined) => void) | undefined

  /** @param module - of the other process; default the one of this package */
  constructor(paths: MirrorPaths, module?: URL) {
    this.#paths = paths
    this.#module = module
    this.#here = writersOn(systemFiles)(paths)
  }

  async copy(size: number): Promise<CopyFailure | undefined> {
    const result = await this.#request({ ...this.#paths, size }).catch(() => 'ended' as const) // no process may be started
    if (result !== 'ended') return result
    return this.#hasReplied ? ENDED : this.#here.copy(size)
  }

  end(isHung: boolean): void {
    const child = this.#child
    this.#child = undefined
    if (isHung) child?.kill('SIGKILL')
    else if (child?.connected) child.disconnect() // it ends by itself then
  }

  #request(request: CopyRequest): Promise<CopyFailure | 'ended' | undefined> {
    return new Promise((resolve) => {
      this.#settle = resolve
      const child = (this.#child ??= this.#start())
      child.send(request, () => undefined) // if it fails, the other process has ended
    })
  }

  #start(): ChildProcess {
    const child = startMirrorProcess(this.#module)
    child.on('message', ({ failure }: CopyReply) => {
      this.#hasReplied = true
      this.#settle?.(failure)
    })
    const end = (): void => {
      if (this.#child === child) this.#child = undefined
      this.#settle?.('ended')
    }
    for (const event of ['error', 'exit']) child.on(event, end)
    child.unref()
    child.channel?.unref()
    return child
  }
}
