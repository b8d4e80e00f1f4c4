/**
 * The request log of `serve`: a file that lines are appended to, or stderr. Lines that cannot be written are dropped, and
 * the server keeps running.
 */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemReason } from '../../../fs/system-reason.js'
import { logLine, type RequestLogEntry } from '../../../local/http/request-log.js'
import type { Io } from '../../io.js'

/** Maximum characters of lines that wait to be written. Lines beyond it are dropped. */
const MAX_WAITING_LENGTH = 16_777_216
/** The pause before a full FIFO is written to again. */
const RETRY_MS = 20
const LINE_END = 0x0a

/** The destination of the entries of the request log. */
export interface RequestLogFile {
  /** Adds an entry. */
  add(entry: RequestLogEntry): void
  /** Waits until the entries are written, and closes the file. */
  close(): Promise<void>
}

/**
 * Opens a file for the request log. Lines are appended. A file that does not exist is created with mode 0600.
 *
 * @param onFailure - called once, with the reason, when lines cannot be written
 * @throws an error of the system, if the file cannot be opened; a FIFO needs a reader
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
  /** Whether the last line is incomplete: the next one must not be read as the rest of it. */
  #isMidLine = false

  constructor(file: FileHandle, onFailure: (reason: string) => void) {
    this.#file = file
    this.#onFailure = onFailure
  }

  add(entry: RequestLogEntry): void {
    if (this.#waiting.length < MAX_WAITING_LENGTH) this.#waiting += logLine(entry)
    this.#writing ??= this.#write()
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#writing
    await this.#file.close()
  }

  async #write(): Promise<void> {
    while (this.#waiting !== '') {
      const lines = Buffer.from(this.#isMidLine ? `\n${this.#waiting}` : this.#waiting)
      this.#waiting = ''
      let written = 0
      try {
        while (written < lines.length) written += await this.#writeSome(lines.subarray(written))
      } catch (error) {
        if (!this.#hasFailed) this.#onFailure(systemReason(error) as string) // a write fails only with errors of the system
        this.#hasFailed = true
      }
      if (written > 0) this.#isMidLine = lines[written - 1] !== LINE_END
    }
    this.#writing = undefined
  }

  /** Writes as many bytes as fit, and returns their number. Waits while a FIFO is full. */
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
