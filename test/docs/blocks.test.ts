import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateVaultCommand } from '@aws-sdk/client-glacier'
import t, { type Test } from 'tap'
import ts from 'typescript'
import { startLocalVault } from '../../lib/local/index.js'
import { DocumentSession, isProgramBlock, isShellBlock } from '../helpers/document-session.js'
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

const keysOf = new Map(
  names.map((name, i) => [
    name,
    { accessKeyId: `AKIAPAGE${i}`, secretAccessKey: `secret-${i}`, accountId: String(1e11 + i) },
  ]),
)
const vault = await startLocalVault({
  dir: t.testdir(),
  region: 'eu-west-1',
  credentials: [...keysOf.values()],
  inventoryInterval: 0,
})
t.teardown(() => vault.close())

t.test('the shell blocks and the programs of each document run as they are printed', async (t) => {
  t.jobs = 3
  await Promise.all(
    [...pages].map(([name, text]) => {
      const blocks = blocksOf(text)
      for (const block of blocks) {
        if (block.notRun !== undefined) notRun.push(`${name}:${block.line} ${block.notRun}`)
      }
      const isRun = blocks.some((block) => isShellBlock(block) || isProgramBlock(block))
      return isRun ? t.test(name, { buffered: true }, (t) => runPage(t, name, text)) : undefined
    }),
  )
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
  t.ok(files.length > 10, `${files.length} programs`)
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
  const isExplained = (line: string): boolean => / \w+.*/.test(line)
  t.ok(notRun.every(isExplained))
  t.end()
})

/** Runs one document with an account and a home of its own. */
async function runPage(t: Test, name: string, text: string): Promise<void> {
  const keys = keysOf.get(name) ?? { accessKeyId: '', secretAccessKey: '' }
  const client = sdkFor(t, { ...vault, endpoint: vault.endpoint, region: vault.region, credentials: keys })
  await client.send(new CreateVaultCommand({ accountId: '-', vaultName: 'backups' }))
  const home = join(t.testdir(), 'home')
  await mkdir(home)
  const session = new DocumentSession(name, text, home, vault, keys)
  await session.prepare()
  t.strictSame(await session.run(), [])
  const fakes = await session.fakeTools()
  if (fakes.length > 0) withFakeTools.push(`${name}: ${fakes.join(', ')}`)
}
