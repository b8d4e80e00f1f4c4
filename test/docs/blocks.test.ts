import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CreateVaultCommand, UploadArchiveCommand } from '@aws-sdk/client-glacier'
import t, { type Test } from 'tap'
import ts from 'typescript'
import { startLocalBucket, startLocalVault } from '../../lib/local/index.js'
import { DocumentSession, isProgramBlock, isShellBlock } from '../helpers/document-session.js'
import { environmentWithoutCoverage } from '../helpers/command.js'
import { documents, ROOT, textOf } from '../helpers/documents.js'
import { blocksOf } from '../helpers/markdown.js'
import { sdkFor } from '../helpers/sdk-client.js'

// Every shell block and every program of the documents is run against a local vault, except those that the document
// marks as not run.

// DOCUMENT=docs/guide.md runs one document.
const names = (await documents()).filter((name) => name === (process.env.DOCUMENT ?? name))
const pages = new Map(await Promise.all(names.map(async (name) => [name, await textOf(name)] as const)))
const notRun: string[] = []
const withFakeTools: string[] = []

/** The description of an archive that the vault of a document has already. */
const OF_OTHER_TOOLS = new Map([
  ['docs/migrating.md', `mt2 ${Buffer.from('{"filename":"old.tar"}').toString('base64url')}`],
])

const keysOf = new Map(
  names.map((name, i) => [
    name,
    { accessKeyId: `AKIAPAGE${i}`, secretAccessKey: `secret-${i}`, accountId: String(1e11 + i) },
  ]),
)
const dir = t.testdir()
// The command as the package ships it, which starts faster than the files of `npm run build`.
const shipped = join(dir, 'package')
await promisify(execFile)(process.execPath, [join(ROOT, 'build/package.mjs'), join(ROOT, 'dist'), shipped], {
  env: environmentWithoutCoverage(),
})
const vault = await startLocalVault({
  dir: join(dir, 'vaults'),
  region: 'eu-west-1',
  credentials: [...keysOf.values()],
  inventoryInterval: 0,
})
t.teardown(() => vault.close())

t.test('the shell blocks and the programs of each document run as they are printed', async (t) => {
  t.jobs = 3
  const tests = [...pages].flatMap(([name, text]) => {
    const blocks = blocksOf(text)
    for (const { line, notRun: reason } of blocks) {
      if (reason !== undefined) notRun.push(`${name}:${line} ${reason}`)
    }
    const isRun = blocks.some((block) => isShellBlock(block) || isProgramBlock(block))
    return isRun ? [t.test(name, { buffered: true }, (t) => runPage(t, name, text))] : []
  })
  await Promise.all(tests)
})

t.test('the programs in TypeScript compile', async (t) => {
  const dir = t.testdir()
  const files: string[] = []
  for (const [name, text] of pages) {
    for (const block of blocksOf(text).filter(isProgramBlock)) {
      if (block.language !== 'ts') continue
      const path = join(dir, `${name.replaceAll('/', '-')}-${block.line}.mts`)
      await writeFile(path, block.text)
      files.push(path)
    }
  }
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  })
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n')
    if (!file) return text
    return `${file.fileName.slice(dir.length + 1)}:${file.getLineAndCharacterOfPosition(start).line + 1} ${text}`
  })
  t.strictSame(problems, [])
})

t.test('the blocks that are not run, and those that run with fake tools, are listed', (t) => {
  for (const line of notRun.sort()) t.comment(`not run: ${line}`)
  for (const line of withFakeTools.sort()) t.comment(`with fake tools, which only have the names: ${line}`)
  t.strictSame(
    notRun.filter((line) => line.includes('waiting for')),
    [],
    'no block waits for a part of the program that does not exist',
  )
  t.end()
})

/** Runs one document with an account and a home of its own. */
async function runPage(t: Test, name: string, text: string): Promise<void> {
  const keys = keysOf.get(name) ?? { accessKeyId: '', secretAccessKey: '', accountId: '' }
  const client = sdkFor(t, { ...vault, endpoint: vault.endpoint, region: vault.region, credentials: keys })
  const address = { accountId: '-', vaultName: 'backups' }
  await client.send(new CreateVaultCommand(address))
  const archiveDescription = OF_OTHER_TOOLS.get(name)
  const body = Buffer.from('an old archive')
  if (archiveDescription !== undefined)
    await client.send(new UploadArchiveCommand({ ...address, archiveDescription, body }))
  await vault.control.takeInventory('backups', { accountId: keys.accountId, region: vault.region })
  const home = join(t.testdir(), 'home')
  await mkdir(home)
  const { region } = vault
  const bucket = await startLocalBucket({
    dir: join(t.testdirName, 'buckets'),
    region,
    createBuckets: true,
    credentials: keys,
  })
  t.teardown(() => bucket.close())
  const command = join(shipped, 'cli/bin.js')
  const session = new DocumentSession(name, text, { home, command, vault, bucket, keys })
  await session.prepare()
  t.strictSame(await session.run(), [])
  const fakes = await session.fakeTools()
  if (fakes.length > 0) withFakeTools.push(`${name}: ${fakes.join(', ')}`)
}
