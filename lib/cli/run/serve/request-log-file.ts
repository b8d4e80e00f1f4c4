/**
 * The request log of `serve`: a file that lines are appended to, or stderr. What cannot be written is dropped: the server
 * goes on.
 */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemReason } from '../../../fs/system-reason.js'
import { logLine, type RequestLogEntry } from '../../../local/http/request-log.js'
import type { Io } from '../../io.js'

/** Characters of lines that wait to be written; lines beyond that are dropped. */
const MOST_WAITING = 16_777_216
/** Milliseconds until a FIFO that is full is tried again. */
const RETRY_MS = 20
const LINE_END = 0x0a

/** Where the entries of the request log go. */
export interface RequestLogFile {
  /** Takes an entry. */
  add(entry: RequestLogEntry): void
  /** Waits until the entries are written, and closes the file. */
  close(): Promise<void>
}

/**
 * Opens a file for the request log: appended to, and made with mode 0600 if it is not there.
 *
 * @param onFailure - is called once, with the reason, when lines cannot be written
 * @throws an Error of the system where it cannot be opened; a FIFO needs a reader
 */
export async function openRequestLog(
  path: string,
  onFailure: (reason: string) => void,
): Promise<RequestLogFile> {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants
  return new AppendedLog(await open(path, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o600), onFailure)
}

/** A request log on stderr. */
export function requestLogOn(stderr: Io['stderr']): RequestLogFile {
  return {
    add(entry) {
      stderr.write(logLine(entry))
    },
    close: () => Promise.resolve(),
  }
}

class AppendedLog implements RequestLogFile {
  readonly #file: FileHandle
  readonly #onFailure: (reason: string) => void
  #waiting = ''
  #writing: Promise<void> | undefined
  #hasFailed = false
  #isClosing = false
  /** Whether the last line is there only in part: what comes next must not be taken for the rest of it. */
  #isAmidLine = false

  constructor(file: FileHandle, onFailure: (reason: string) => void) {
    this.#file = file
    this.#onFailure = onFailure
  }

  add(entry: RequestLogEntry): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting += logLine(entry)
    this.#writing ??= this.#write()
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#writing
    await this.#file.close()
  }

  async #write(): Promise<void> {
    while (this.#waiting !== '') {
      const lines = Buffer.from(this.#isAmidLine ? `\n${this.#waiting}` : this.#waiting)
      this.#waiting = ''
      let written = 0
      try {
        while (written < lines.length) written += await this.#writeSome(lines.subarray(written))
      } catch (error) {
        if (!this.#hasFailed) this.#onFailure(systemReason(error) as string) // it fails with no other
        this.#hasFailed = true
      }
      if (written > 0) this.#isAmidLine = lines[written - 1] !== LINE_END
    }
    this.#writing = undefined
  }

  /** Writes as much as there is room for, and gives how much. A FIFO that is full has a reader who is slow. */
  async #writeSome(bytes: Buffer): Promise<number> {
    for (;;) {
      try {
        return (await this.#file.write(bytes)).bytesWritten
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || this.#isClosing) throw error
        await sleep(RETRY_MS)
      }
    }
  }
}
