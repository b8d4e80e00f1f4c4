/**
 * Runs the conformance suite against the built local vault and against moto, and writes the table of
 * `docs/conformance.md`: `npm run conformance:results`. It needs `moto_server` and `python3` in the path.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dir = await mkdtemp(join(tmpdir(), 'conformance-'))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const reports = [
  { name: `local vault ${version}`, report: await against(localVault) },
  { name: `moto ${motoVersion()}`, report: await against(moto) },
]
await rm(dir, { recursive: true })
writeTable(reports)

/** @typedef {import('./report.js').Count} Count */
/** @typedef {{ groups: (Count & { name: string })[], total: Count }} Report */

/**
 * The report of an endpoint, which is started for it and stopped afterwards.
 *
 * @param {() => Promise<{ child: import('node:child_process').ChildProcess, endpoint: string, env: Record<string, string> }>} start
 */
async function against(start) {
  const { child, endpoint, env } = await start()
  try {
    const args = [
      join(root, '.conformance/main.js'),
      '--endpoint',
      endpoint,
      '--allow-account-changes',
      '--json',
    ]
    const suite = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    for await (const chunk of suite.stdout.setEncoding('utf8')) text += chunk
    return /** @type {Report} */ (JSON.parse(text))
  } finally {
    child.kill()
    await once(child, 'exit')
  }
}

async function localVault() {
  const args = [join(root, 'dist/cli/bin.js'), 'serve', '--dir', dir, '--control', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [ready] = await once(child.stdout, 'data')
  const { endpoint, accessKeyId, secretAccessKey, controlSecret } = JSON.parse(ready.toString())
  const env = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    GLACIER_PIPE_CONTROL_SECRET: controlSecret,
  }
  return { child, endpoint, env }
}

async function moto() {
  const port = await freePort()
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  const endpoint = `http://127.0.0.1:${port}`
  await answering(endpoint)
  return { child, endpoint, env: { AWS_ACCESS_KEY_ID: 'moto', AWS_SECRET_ACCESS_KEY: 'moto' } }
}

function motoVersion() {
  return execFileSync('python3', ['-c', 'import moto; print(moto.__version__)'], { encoding: 'utf8' }).trim()
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  server.close()
  await once(server, 'close')
  return address.port
}

/**
 * Waits until an endpoint answers.
 *
 * @param {string} endpoint
 */
async function answering(endpoint) {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await globalThis.fetch(endpoint).catch(() => undefined)
    if (answer) return
    await sleep(200)
  }
  throw new Error(`${endpoint} does not answer after a minute.`)
}

/** @param {{ name: string, report: Report }[]} all */
function writeTable(all) {
  const file = join(root, 'docs/conformance.md')
  const [before = '', rest = ''] = readFileSync(file, 'utf8').split('<!-- table -->\n')
  const [, after = ''] = rest.split('<!-- end of table -->')
  const groups = (all[0]?.report.groups ?? []).map(({ name }) => name)
  const rows = groups.map((name) => [
    name,
    ...all.map(({ report }) => cell(report.groups.find((group) => group.name === name))),
  ])
  rows.push(['**all**', ...all.map(({ report }) => cell(report.total))])
  const head = ['group', ...all.map(({ name }) => name)]
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`)
  writeFileSync(file, `${before}<!-- table -->\n\n${lines.join('\n')}\n\n<!-- end of table -->${after}`)
  execFileSync('npx', ['prettier', '--write', file], { cwd: root, stdio: 'ignore' })
}

/**
 * The numbers of assertions that pass and fail, and of guesses that do not hold.
 *
 * @param {Count | undefined} count
 */
function cell(count) {
  if (count === undefined) return ''
  const { passed, failed, skipped, otherwise } = count
  const notes = [
    skipped && `${skipped} skipped`,
    otherwise && `guesses that do not hold: ${otherwise}`,
  ].filter(Boolean)
  return `${passed} pass, ${failed} fail${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
}
