import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { readLines } from '../../../lib/catalog/lines/read-lines.js'
import { readCatalog } from '../../../lib/catalog/catalog.js'
import type { FileSystem, OpenFile } from '../../../lib/runtime/file-system.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'

const MIB = 1_048_576
/** The largest text that V8 collects with other new objects; a larger one stays for as long as there is memory. */
const MAX_ORDINARY_CHARACTERS = 131_072

function record(uploadId: string): string {
  return `{"type":"ended","time":"2026-01-01T00:00:00.000Z","uploadId":"${uploadId}"}`
}

async function idsIn(file: string): Promise<string[]> {
  const ids: string[] = []
  for await (const { uploadId } of readCatalog(file, 'ended')) ids.push(uploadId)
  return ids
}

t.test('records behind a long stretch without a line end are read, wherever they lie', async (t) => {
  const file = join(t.testdir(), 'catalog.jsonl')
  const gaps = fc.integer({ min: 16 * MIB - 300, max: 16 * MIB + 100 })
  await fc.assert(
    fc.asyncProperty(gaps, gaps, async (first, second) => {
      const filler = (length: number): string => '\0'.repeat(length)
      await writeFile(
        file,
        `${record('a')}\n${filler(first)}${record('b')}\n${filler(second)}${record('c')}${record('d')}`,
      )
      return (await idsIn(file)).join('') === 'abcd'
    }),
    // A record that begins in the longest piece of a line and ends behind it, and one that begins behind it.
    { numRuns: 5, examples: [[16 * MIB - 30, 16 * MIB + 30]] },
  )
})

t.test('a line of hundreds of MiB takes little memory', async (t) => {
  const file = join(t.testdir(), 'catalog.jsonl')
  await writeFile(file, `${record('a')}\n`)
  const handle = await open(file, 'r+')
  await handle.truncate(300 * MIB) // zeros, which take no space on the disk
  await handle.write(`${record('b')}\n`, 300 * MIB)
  await handle.close()
  let longest = 0
  for await (const { text } of readLines(file, systemFiles)) longest = Math.max(longest, text.length)
  t.ok(longest <= 16 * MIB, String(longest))
  t.strictSame(await idsIn(file), ['a', 'b'])
})

t.test('a stretch without a record and without an end is an error', async (t) => {
  const file = join(t.testdir(), 'catalog.jsonl')
  await writeFile(file, `${record('a')}\n`)
  let readBytes = 0
  const endless: FileSystem = {
    ...systemFiles,
    open: async (...args) => {
      const opened = await systemFiles.open(...args)
      return {
        ...opened,
        read: async (buffer, offset, length) => {
          const count = readBytes === 0 ? await opened.read(buffer, offset, length) : Math.ceil(length / 2)
          if (readBytes > 0 && readBytes < 32 * MIB) buffer.fill(0, offset, offset + count)
          readBytes += count
          return count
        },
      }
    },
  }
  const reading = async (): Promise<void> => {
    for await (const { text } of readLines(file, endless)) t.ok(text.length > 0)
  }
  await t.rejects(reading(), { code: 'ERR_CATALOG', message: /more than 512 MiB in a row without a record/ })
  t.ok(readBytes < 600 * MIB, String(readBytes))
})

t.test('lines are read in blocks of whole lines, whose texts are ordinary objects', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  const lines = Array.from(
    { length: 3000 },
    (_, i) => `{"type":"archive","archiveId":"${i}${'x'.repeat(i)}"}\n`,
  )
  await writeFile(path, lines.join(''))
  const texts: string[] = []
  for await (const { text } of readLines(path, systemFiles)) texts.push(text)
  t.equal(texts.join(''), lines.join(''))
  t.ok(texts.every((text) => text.endsWith('\n') && text.length < MAX_ORDINARY_CHARACTERS))
  t.ok(texts.length > 30)
})

/** A file system whose only file is read in these pieces. Also counts how often the file is closed. */
function filesOf(pieces: readonly string[]): { readonly files: FileSystem; readonly closed: () => number } {
  const left = pieces.map((piece) => Buffer.from(piece))
  let closed = 0
  const file: Pick<OpenFile, 'read' | 'stat' | 'close'> = {
    stat: () => systemFiles.stat(import.meta.filename),
    read: async (buffer, offset) => {
      const piece = left.shift() ?? Buffer.alloc(0)
      buffer.set(piece, offset)
      return piece.length
    },
    close: async () => {
      closed++
    },
  }
  const files = { open: async () => file } as unknown as FileSystem
  return { files, closed: () => closed }
}

async function textsIn(files: FileSystem, mayMatter?: (block: Buffer) => boolean): Promise<string[]> {
  const texts: string[] = []
  for await (const { text } of readLines('catalog.jsonl', files, mayMatter)) texts.push(text)
  return texts
}

t.test('reads that end anywhere give whole lines, and the file is closed', async (t) => {
  const [a, b, c] = ['a', 'b', 'c'].map(record)
  const { files, closed } = filesOf([`${a}\n`, `${b}`, '\n', `${c}\n`.slice(0, 9), `${c}\n`.slice(9)])
  t.strictSame(await textsIn(files), [`${a}\n`, `${b}\n`, `${c}\n`])
  t.equal(closed(), 1)
})

t.test('the file is closed if it is no catalog, or is not read to its end', async (t) => {
  const other = filesOf(['-- a dump'])
  await t.rejects(textsIn(other.files), { code: 'ERR_CATALOG' })
  t.equal(other.closed(), 1)
  const abandoned = filesOf([`${record('a')}\n`, `${record('b')}\n`])
  for await (const { text } of readLines('catalog.jsonl', abandoned.files)) {
    t.equal(text, `${record('a')}\n`)
    break
  }
  t.equal(abandoned.closed(), 1)
})

t.test('only the beginning of a file says whether it is a catalog', async (t) => {
  const lines = [`${record('a')}\n`, 'damaged\n', `${record('b')}\n`]
  t.strictSame(await textsIn(filesOf(lines).files), lines)
})

t.test('blocks that do not matter are left out', async (t) => {
  const lines = ['a', 'b', 'c'].map((id) => `${record(id)}\n`)
  const texts = await textsIn(filesOf(lines).files, (block) => !block.includes('"b"'))
  t.strictSame(texts, [lines[0], lines[2]])
})

t.test('a block has its bytes if each character is one byte', async (t) => {
  const { files } = filesOf([`${record('a')}\n`, `${record('ä')}\n`])
  const bytes: (string | undefined)[] = []
  for await (const block of readLines('catalog.jsonl', files)) bytes.push(block.bytes?.toString())
  t.strictSame(bytes, [`${record('a')}\n`, undefined])
})

t.test('a long line that begins with a record takes little memory', async (t) => {
  const file = join(t.testdir(), 'catalog.jsonl')
  await writeFile(file, `${record('x'.repeat(17 * MIB))}\n${record('b')}\n`)
  let longest = 0
  for await (const { text } of readLines(file, systemFiles)) longest = Math.max(longest, text.length)
  t.ok(longest <= 16 * MIB, String(longest))
  t.strictSame(await idsIn(file), ['b'])
})
