/**
 * The process that writes a mirror for another one: see mirror-process.ts. It ends when the other process disconnects. It
 * ignores the signals of the terminal, which reach both processes: the other one may still record something.
 */
import { systemFiles } from '../../runtime/system-files.js'
import type { CopyReply, CopyRequest } from './mirror-messages.js'
import { writersOn, type MirrorWriter } from './mirror-writer.js'

let writer: MirrorWriter | undefined

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)

process.on('message', ({ size, ...paths }: CopyRequest) => {
  writer ??= writersOn(systemFiles)(paths)
  void writer.copy(size).then((failure) => {
    const reply: CopyReply = { failure }
    process.send?.(reply, undefined, undefined, () => undefined) // the other process may be gone
  })
})
