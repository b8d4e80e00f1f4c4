import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import type { ByteSource } from '../../lib/stages/byte-source.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import type { UploadSettings } from '../../lib/vault/upload-options.js'
import type { StageOptions } from '../../lib/upload/send-source.js'
import { MIB } from '../../lib/sizes.js'
import { MemoryVault } from './memory-vault.js'
import { vaultName } from './uploads.js'

/** A stream of Node.js 0.8: events, and a pause that it may ignore. */
export class OldStream extends EventEmitter {
  readonly readable = true
  readonly #chunks: unknown[]
  readonly #last: readonly (readonly unknown[])[]
  readonly #obeys: boolean
  #isPaused = false
  #isRunning = false

  constructor(chunks: readonly unknown[], last: readonly (readonly unknown[])[] = [['end']], obeys = true) {
    super()
    this.#chunks = [...chunks]
    this.#last = last
    this.#obeys = obeys
    this.#run()
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#run()
  }

  pipe(): never {
    throw new Error('not needed')
  }

  #run(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    setImmediate(() => {
      this.#isRunning = false
      if (this.#isPaused && this.#obeys) return
      if (this.#chunks.length > 0) {
        this.emit('data', this.#chunks.shift())
        this.#run()
      } else {
        for (const [event, ...told] of this.#last) this.emit(event as string, ...told)
      }
    })
  }
}

export function upload(vault: MemoryVault, source: unknown, more: UploadSettings & StageOptions = {}) {
  return uploadArchive(source as ByteSource, { client: vault, vaultName, partSize: MIB, ...more })
}

export async function stored(
  source: unknown,
  more: UploadSettings & StageOptions = {},
): Promise<Buffer | undefined> {
  const vault = new MemoryVault()
  const [archive] = await upload(vault, source, more)
  return vault.archives.get(archive.archiveId)
}

/** Sources that give some bytes and then nothing, and say whether they were ended. */
export function stalled(bytes: Buffer): Record<string, [ByteSource, () => boolean]> {
  let cancelled = 0
  let returned = false
  const web = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(bytes)
      },
      cancel() {
        cancelled++
        throw new Error('of no use')
      },
    })
  const stream = web()
  const node = new PassThrough()
  node.write(bytes)
  const file = new PassThrough()
  const old = Object.assign(new OldStream([bytes], []), {
    destroy: () => (old.isDestroyed = true),
    isDestroyed: false,
  })
  let asked = 0
  const iterator = {
    next: () => (asked++ === 0 ? Promise.resolve({ value: bytes }) : new Promise(() => undefined)),
    return: () => {
      returned = true
      return Promise.reject(new Error('of no use'))
    },
  }
  const iterable = { [Symbol.asyncIterator]: () => iterator } as AsyncIterable<Uint8Array>
  return {
    'a Node.js stream': [node, () => node.destroyed],
    'a file': [file, () => file.destroyed],
    'an old stream': [old, () => old.isDestroyed],
    'a web stream': [stream, () => cancelled > 0 && !stream.locked],
    'a Response': [new Response(web()), () => cancelled > 0],
    'an async iterable': [iterable, () => returned],
  }
}
