/**
 * Compiled by the type check, never run: each line under `@ts-expect-error` must not compile, every other line must.
 */
import { EventEmitter, once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  archiveReader,
  archiveWriter,
  hashParts,
  inventory,
  rechunk,
  retrieveArchive,
  type UploadedPart,
  type VaultClient,
} from '../../lib/index.js'
import { ObservablePromise } from '../../lib/streams/observable-promise.js'
import { TypedWritable, type WritableEvents } from '../../lib/streams/typed-events.js'

declare const client: VaultClient
const vaultName = 'backups'
/** Only `any` would be taken as well as a number. */
declare function takesNumber(value: number): void

export async function writerEvents(): Promise<void> {
  const writer = archiveWriter({ client, vaultName })
  const onPart = (part: UploadedPart): number => part.index
  writer
    .on('error', (e) => e.message)
    .once('part', (part) => {
      onPart(part)
      // @ts-expect-error -- not `any`
      takesNumber(part)
    })
    .addListener('archive', ({ archiveId }) => archiveId.length)
    .prependListener('initiated', (uploadId) => uploadId.length)
    .prependOnceListener('retry', ({ error }) => error.message)
    .on('pipe', (source) => source.readableEnded)
    .on('close', () => undefined)
    .on(EventEmitter.errorMonitor, (e) => e.message)
    .off('part', onPart)
    .removeListener('part', onPart)
    .removeAllListeners('part')
  writer.on('part', () => writer.destroy())
  await new Promise((resolve) => writer.once('close', resolve))
  writer.listenerCount('part', onPart).toFixed()

  // @ts-expect-error -- misspelled
  writer.on('parts', () => undefined)
  // @ts-expect-error -- misspelled
  writer.once('finished', () => undefined)
  // @ts-expect-error -- misspelled
  writer.off('errors', () => undefined)
  // @ts-expect-error -- misspelled
  writer.addListener('Part', () => undefined)
  // @ts-expect-error -- misspelled
  writer.removeListener('parts', onPart)
  // @ts-expect-error -- misspelled
  writer.prependListener('parts', onPart)
  // @ts-expect-error -- misspelled
  writer.prependOnceListener('parts', onPart)
  // @ts-expect-error -- misspelled
  writer.removeAllListeners('parts')
  // @ts-expect-error -- misspelled
  writer.listenerCount('parts')
  // @ts-expect-error -- misspelled
  writer.emit('parts')
  // @ts-expect-error -- an event of a Readable
  writer.on('data', () => undefined)
  // @ts-expect-error -- an error is no string
  writer.on('error', (e: string) => e)
  // @ts-expect-error -- a part is no number
  writer.once('part', (part: number) => part)
  // @ts-expect-error -- no event 'close' has an argument
  writer.on('close', (code: number) => code)
  // @ts-expect-error -- one argument, not two
  writer.on('part', (part, second: number) => second + part.index)
}

export async function readerEvents(): Promise<void> {
  for (const reader of [
    archiveReader({ client, vaultName, jobId: 'job' }),
    retrieveArchive({ client, vaultName, archiveId: 'archive' }),
  ]) {
    reader
      .on('data', (c) => c.length)
      .once('job', (jobId, found) => (found ? jobId.length : 0))
      .on('data', (c) => {
        // @ts-expect-error -- not `any`
        takesNumber(c)
      })
      .on('range', ({ start, end }) => end - start)
      .on('end', () => undefined)
      .on('warning', ({ code }) => code)
    for await (const chunk of reader) {
      chunk.readUInt8(0)
      // @ts-expect-error -- not `any`
      takesNumber(chunk)
    }
    // @ts-expect-error -- misspelled
    reader.on('dat', () => undefined)
    // @ts-expect-error -- a chunk is no string
    reader.on('data', (c: string) => c)
    // @ts-expect-error -- an event of a Writable
    reader.once('drain', () => undefined)
    const web = Readable.toWeb(reader)
    await web.cancel()
  }
}

export async function inventoryEvents(): Promise<void> {
  const rows = inventory({ client, vaultName })
  rows.on('data', (row) => row.archiveId).on('ready', ({ jobId }) => jobId.length)
  for await (const row of rows) {
    row.archiveId.slice()
    // @ts-expect-error -- not `any`
    takesNumber(row)
  }
  // @ts-expect-error -- an inventory has no ranges
  rows.on('range', () => undefined)
}

export async function asNodeStreams(
  source: NodeJS.ReadableStream,
  target: NodeJS.WritableStream,
): Promise<void> {
  const writer = archiveWriter({ client, vaultName })
  const reader = archiveReader({ client, vaultName, jobId: 'job' })
  await pipeline(source, rechunk(writer.plan.partSize, { memory: writer.partMemory }), hashParts(), writer)
  await pipeline(
    reader,
    async function* (chunks) {
      for await (const chunk of chunks) yield chunk
    },
    target,
  )
  source.pipe(rechunk(1024)).pipe(hashParts()).pipe(writer)
  reader.pipe(target)
  const asWritable: Writable = writer
  const asNodeWritable: NodeJS.WritableStream = writer
  const asReadable: Readable = reader
  const asNodeReadable: NodeJS.ReadableStream = reader
  const asEmitters: EventEmitter[] = [writer, reader]
  await Promise.all([once(writer, 'part'), once(reader, 'job'), once(asWritable, 'finish')])
  asNodeWritable.end()
  asReadable.destroy()
  asNodeReadable.resume()
  asEmitters.pop()
}

interface TransferEvents {
  part: [part: UploadedPart]
  progress: [doneBytes: number, totalBytes: number | undefined]
}

export async function promiseEvents(promise: ObservablePromise<string, TransferEvents>): Promise<void> {
  const onPart = (part: UploadedPart): number => part.index
  promise
    .on('part', onPart)
    .once('progress', (doneBytes) => doneBytes.toFixed())
    .on('part', (part) => {
      // @ts-expect-error -- not `any`
      takesNumber(part)
    })
    .off('part', onPart)
  const text: string = await promise.on('progress', () => undefined)
  const plain: Promise<number> = promise.then(({ length }) => length)
  text.slice(await plain)
  // @ts-expect-error -- a plain promise has no events
  const onOfPlain: unknown = promise.finally(() => undefined).on
  // @ts-expect-error -- misspelled
  promise.on('parts', onPart)
  // @ts-expect-error -- misspelled
  promise.once('parts', onPart)
  // @ts-expect-error -- misspelled
  promise.off('parts', onPart)
  // @ts-expect-error -- a promise rejects, and emits no error
  promise.on('error', () => undefined)
  // @ts-expect-error -- a part is no number
  promise.on('part', (part: number) => part)
  // @ts-expect-error -- two arguments, not three
  promise.on('progress', (done, total, third: number) => third + done + (total ?? 0))
  return onOfPlain as undefined
}

class VolumeWriter extends TypedWritable<WritableEvents & TransferEvents> {}

export function subclassEvents(writer: VolumeWriter): void {
  const sameWriter: VolumeWriter = writer.on('part', ({ index }) => index).once('finish', () => undefined)
  const ended: VolumeWriter = sameWriter.end().destroy()
  ended.off('progress', (doneBytes) => doneBytes.toFixed())
  // @ts-expect-error -- misspelled
  writer.on('parts', () => undefined)
  // @ts-expect-error -- a part is no number
  writer.prependListener('part', (part: number) => part)
  // @ts-expect-error -- the base class needs the events of every Writable
  class Incomplete extends TypedWritable<TransferEvents> {}
  ended.once('close', () => Incomplete)
}
