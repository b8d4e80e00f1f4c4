import { execFileSync } from 'node:child_process'
import {
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { MIB } from '../../lib/sizes.js'
import { groundFor, initiate, sendPart, startJob, store, type StoreContext } from './damaged-vault.js'
import { LANGUAGE_MESSAGE, treeOf } from './hostile-checks.js'
import { ESCAPES } from './hostile-replies.js'
import { patternBytes } from './pattern-source.js'

/** The text of files outside of the folder. No response may have it. */
const OUTSIDE = 'text of a file outside'
/** Responses of the service, and of a damaged folder. */
const STATUS = new Set([200, 201, 202, 204, 206, 400, 404, 409, 412, 507])

type Damage = (path: string, outside: string) => Promise<void>

/** Puts a text in place of a file. */
function text(content: string | Buffer): Damage {
  return (path) => writeFile(path, content)
}

/** The things that an adversary puts in place of a file, by name. The file is at `PATH.kept` meanwhile. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  'a link to the same content outside': async (path, outside) => {
    await cp(`${path}.kept`, join(outside, 'copy'))
    await symlink(join(outside, 'copy'), path)
  },
  'a link to a file of the same size outside': async (path, outside) => {
    const { size } = await lstat(`${path}.kept`)
    await writeFile(join(outside, 'same-size'), OUTSIDE.padEnd(size, '-'))
    await symlink(join(outside, 'same-size'), path)
  },
  'a link to itself': (path) => symlink(path, path),
  'a link to nothing': (path, outside) => symlink(join(outside, 'nothing'), path),
  'a device without an end': (path) => symlink('/dev/zero', path),
  'a FIFO': async (path) => {
    execFileSync('mkfifo', [path])
  },
  'a folder': async (path) => {
    await mkdir(path)
  },
  'a TiB of zeros': async (path) => {
    await writeFile(path, '')
    await truncate(path, 2 ** 40)
  },
  nothing: text(''),
  null: text('null'),
  'a list': text('[[]]'),
  prototypes: text('{"__proto__":{"jobId":"x"},"constructor":{"prototype":{}},"toString":1}'),
  'deep lists': text('['.repeat(1_000_000)),
  'invalid UTF-8': text(Buffer.from([0x7b, 0x22, 0xff, 0xc0, 0x80, 0x22, 0x7d])),
  ...Object.fromEntries(
    [-1, 1e308, 0.5, '', ESCAPES, '../../x', null, true, [], {}, '+275760-09-13T00:00:00.000Z', 'NaN'].map(
      (value) => [
        `each field as ${JSON.stringify(value)}`,
        async (path: string) => writeFile(path, withFields(await readFile(`${path}.kept`, 'utf8'), value)),
      ],
    ),
  ),
}

/** The JSON objects of a text, with one value in every field. */
function withFields(content: string, value: unknown): string {
  return content.replace(/("[^"]*"):(?:"[^"]*"|[^,{}[\]]+)/g, `$1:${JSON.stringify(value)}`)
}

interface Populated extends StoreContext {
  readonly outside: string
  readonly requests: readonly (readonly [
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ])[]
}

/** A vault with all kinds of files, and requests that read them. */
async function populated(t: Test): Promise<Populated> {
  const base = t.testdir({ vaults: {}, outside: {} })
  const ground = await groundFor(t, { dir: join(base, 'vaults'), inventoryInterval: 0 })
  const archiveId = await store(ground, patternBytes(MIB + 5))
  const uploadId = await initiate(ground)
  await sendPart(ground, uploadId, 0, patternBytes(MIB))
  await ground.ask(
    'PUT',
    '/-/vaults/docs/notification-configuration',
    {},
    JSON.stringify({
      SNSTopic: 'arn:aws:sns:us-east-1:111122223333:t',
      Events: ['ArchiveRetrievalCompleted'],
    }),
  )
  await ground.ask('POST', '/-/vaults/docs/tags?operation=add', {}, '{"Tags":{"a":"b"}}')
  await ground.vault.control.takeInventory('docs')
  const retrieval = await startJob(ground, { Type: 'archive-retrieval', ArchiveId: archiveId })
  const inventory = await startJob(ground, { Type: 'inventory-retrieval' })
  return {
    ...ground,
    outside: join(base, 'outside'),
    requests: [
      ['GET', '/-/vaults'],
      ['GET', '/-/vaults/docs'],
      ['GET', '/-/vaults/docs/tags'],
      ['GET', '/-/vaults/docs/notification-configuration'],
      ['GET', '/-/vaults/docs/multipart-uploads'],
      ['GET', `/-/vaults/docs/multipart-uploads/${uploadId}`],
      ['GET', '/-/vaults/docs/jobs'],
      ['GET', `/-/vaults/docs/jobs/${retrieval}`],
      ['GET', `/-/vaults/docs/jobs/${retrieval}/output`],
      ['GET', `/-/vaults/docs/jobs/${inventory}/output`],
      [
        'POST',
        '/-/vaults/docs/jobs',
        {},
        JSON.stringify({ Type: 'archive-retrieval', ArchiveId: archiveId }),
      ],
      ['POST', '/-/vaults/docs/jobs', {}, JSON.stringify({ Type: 'inventory-retrieval' })],
      ['POST', '/-/vaults/docs/tags?operation=add', {}, '{"Tags":{"c":"d"}}'],
    ],
  }
}

/**
 * The properties that do not hold when files of a local vault are replaced one after the other.
 *
 * @param isWanted - whether what takes the place of a file is used, by its name and the number of the pair; default all
 */
export async function problemsWithFiles(
  t: Test,
  isWanted: (name: string, i: number) => boolean = () => true,
): Promise<string[]> {
  const vault = await populated(t)
  const root = join(vault.dir, 'vaults')
  const paths: string[] = []
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) paths.push(join(entry.parentPath, entry.name))
  const pairs = paths.flatMap((path) =>
    Object.entries(DAMAGES).map(([name, damage]) => ({ path, name, damage })),
  )
  const found: string[] = []
  for (const [i, { path, name, damage }] of pairs.entries()) {
    if (!isWanted(name, i)) continue
    await rename(path, `${path}.kept`)
    await damage(path, vault.outside)
    found.push(
      ...(await problemsWithRequests(vault)).map(
        (problem) => `${path.slice(root.length)} is ${name}: ${problem}`,
      ),
    )
    await rm(path, { recursive: true, force: true })
    await rename(`${path}.kept`, path)
  }
  return found
}

/** The properties that do not hold when folders of a local vault are links to copies outside. */
export async function problemsWithFolders(t: Test): Promise<string[]> {
  const vault = await populated(t)
  const root = join(vault.dir, 'vaults')
  const paths: string[] = []
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) paths.push(join(entry.parentPath, entry.name))
  const found: string[] = []
  for (const [i, path] of paths.entries()) {
    const copy = join(vault.outside, String(i))
    await rename(path, `${path}.kept`)
    await cp(`${path}.kept`, copy, { recursive: true })
    await symlink(copy, path)
    found.push(
      ...(await problemsWithRequests(vault)).map(
        (problem) => `${path.slice(root.length)} is a link: ${problem}`,
      ),
    )
    await rm(path, { recursive: true, force: true })
    await rename(`${path}.kept`, path)
  }
  return found
}

async function problemsWithRequests({ ask, failures, outside, requests }: Populated): Promise<string[]> {
  const found: string[] = []
  const before = await treeOf(outside)
  failures.splice(0)
  for (const [method, path, headers, body] of requests) {
    const { status, body: answer } = await ask(method, path, headers, body)
    const content = answer.toString('latin1')
    if (!STATUS.has(status)) found.push(`${method} ${path}: ${status} ${content.slice(0, 200)}`)
    if (content.includes(OUTSIDE)) found.push(`${method} ${path} tells what is outside`)
  }
  for (const { message } of failures) if (LANGUAGE_MESSAGE.test(message)) found.push(message)
  const after = await treeOf(outside)
  for (const [path, state] of after) if (before.get(path) !== state) found.push(`changed outside: ${path}`)
  return found
}
