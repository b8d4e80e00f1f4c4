import t from 'tap'
import { resumeUpload } from '../../lib/vault/resume-upload.js'
import { itemsOf } from '../../lib/store/paging.js'
import type { Page, PageRequest } from '../../lib/store/pages.js'
import { glacierClient } from '../../lib/client/glacier-client.js'
import { startRetrieval } from '../../lib/vault/retrieve-archive.js'
import { runHere, stage } from '../helpers/command.js'
import { configuredCredentials } from '../helpers/local-vault.js'
import { json, startBareService } from '../helpers/bare-service.js'

await configuredCredentials(t)

const endless = { name: 'RepeatedMarkerError', code: 'ERR_REPEATED_MARKER' }

/** A list whose pages have these markers, one item each, and then no marker. */
function listOf(markers: readonly (string | undefined)[]): (page: PageRequest) => Promise<Page<number>> {
  let at = 0
  return () => {
    const marker = markers[at++]
    return Promise.resolve({ items: [at], marker })
  }
}

async function gathered(markers: readonly (string | undefined)[]): Promise<number[]> {
  const found: number[] = []
  for await (const item of itemsOf(listOf(markers))) found.push(item)
  return found
}

t.test('a list ends where a page has no marker, or an empty one', async (t) => {
  t.strictSame(await gathered(['a', 'b', undefined, 'c']), [1, 2, 3])
  t.strictSame(await gathered(['a', '', 'c']), [1, 2])
  t.strictSame(await gathered(['a', null as unknown as undefined, 'c']), [1, 2])
})

t.test('a page may be empty and not the last', async (t) => {
  let pages = 0
  const list = (): Promise<Page<number>> => {
    const marker = ++pages < 100 ? `m${pages}` : undefined
    return Promise.resolve({ items: pages === 100 ? [7] : [], marker })
  }
  const found: number[] = []
  for await (const item of itemsOf(list)) found.push(item)
  t.strictSame(found, [7])
})

t.test('a marker that comes again is an error, however many pages later', async (t) => {
  await t.rejects(gathered(Array<string>(9).fill('a')), { ...endless, marker: 'a' })
  await t.rejects(gathered(['a', 'b', 'c', 'b']), { ...endless, marker: 'b' })
})

t.test('every list of the service ends at an empty marker, and fails at a repeated one', async (t) => {
  const upload = { MultipartUploadId: 'u', PartSizeInBytes: 1_048_576, CreationDate: 'then' }
  let marker = 'again'
  const service = await startBareService((request, response) => {
    const lists = { VaultList: [], UploadsList: [], JobList: [], Parts: [] }
    json(200, { ...upload, ...lists, Marker: marker })(request, response)
  })
  t.teardown(() => service.close())
  const client = glacierClient(service.client())
  const vaultName = 'docs'
  const where = ['--endpoint', service.endpoint, '--region', 'us-east-1']
  const run = async (...args: string[]): Promise<string> => {
    const it = stage()
    return `${await runHere([...args, ...where], it)} ${it.err()}`
  }
  for (const args of [
    ['vault', 'ls'],
    ['uploads', 'docs'],
    ['jobs', 'docs'],
  ])
    t.match(
      await run(...args),
      /^1 .*A list does not end: page 2 has the marker "again" of an earlier page/,
      args.join(' '),
    )
  await t.rejects(resumeUpload([Buffer.alloc(9)], { client, vaultName, uploadId: 'u' }), {
    name: 'UploadFailedError',
    kept: true,
    cause: endless,
  })
  await t.rejects(startRetrieval({ client, vaultName, archiveId: 'a' }), endless)
  service.seen.length = 0
  marker = ''
  for (const args of [
    ['vault', 'ls'],
    ['uploads', 'docs'],
    ['jobs', 'docs'],
  ])
    t.match(await run(...args), /^0 $/, args.join(' '))
  t.equal(service.seen.length, 3, 'one page each')
  t.equal((await client.listVaults({})).marker, undefined)
})

t.test(
  'a list of ever new markers ends: after 1,000 empty pages in a row, or after 20,000 pages',
  async (t) => {
    const pagesUntilError = async (rowsOf: (page: number) => number[]): Promise<number> => {
      let pages = 0
      const list = (): Promise<Page<number>> => {
        const marker = `m${++pages}`
        return Promise.resolve({ items: rowsOf(pages), marker })
      }
      await t.rejects(
        async () => {
          for await (const item of itemsOf(list)) if (item < 0) break
        },
        { name: 'ServiceError', serviceCode: 'EndlessList', message: /does not end/ },
      )
      return pages
    }
    t.equal(await pagesUntilError(() => []), 1000)
    t.equal(await pagesUntilError((page) => (page === 999 ? [1] : [])), 1999)
    t.equal(await pagesUntilError(() => [1]), 20_001)
  },
)
