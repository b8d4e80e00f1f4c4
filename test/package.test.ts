import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import * as catalog from '../lib/catalog/index.js'
import * as api from '../lib/index.js'
import * as local from '../lib/local/index.js'
import * as treeHash from '../lib/tree-hash/index.js'
import { environmentWithoutCoverage } from './helpers/command.js'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))

/** The maximum size of the package, in bytes. */
const BUDGET = 345_000

t.test('the package', async (t) => {
  const dir = t.testdir()
  const folder = join(dir, 'node_modules/glacier-pipe')
  // A copy of the repository, as far as npm looks at it. Meanwhile other tests use dist as `npm run build` has made it.
  for (const name of [
    'package.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'docs',
    'examples',
    'lib',
    'man',
  ])
    if (existsSync(join(root, name))) await cp(join(root, name), join(folder, name), { recursive: true })
  const build = [join(root, 'build/package.mjs'), join(root, 'dist'), join(folder, 'dist')]
  await execute(process.execPath, build, { env: environmentWithoutCoverage() })

  await t.test('has what users run, import and read, and nothing else, within its budget', async (t) => {
    const { stdout } = await execute('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: folder,
    })
    const [packed] = JSON.parse(stdout) as [{ size: number; files: { path: string }[] }]
    const paths = packed.files.map(({ path }) => path)
    for (const path of [
      'dist/index.js',
      'dist/index.d.ts',
      'dist/local/index.js',
      'dist/page/index.html',
      'dist/hash-worker.js',
      'dist/mirror-child.js',
      'dist/cli/bin.js',
      'LICENSE',
      'README.md',
      'package.json',
      'man/glacier-pipe.1',
    ])
      t.ok(paths.includes(path), path)
    // Source maps would double the size. Documents, examples and the changelog are in the repository.
    const isExpected = (path: string): boolean =>
      /^(?:dist\/[\w/-]+\.(?:js|d\.ts)|dist\/page\/[\w-]+\.(?:js|html|css)|man\/[\w-]+\.1|LICENSE|README\.md|package\.json)$/.test(
        path,
      )
    t.strictSame(
      paths.filter((path) => !isExpected(path)),
      [],
    )
    t.ok(packed.size < BUDGET, `${packed.size} bytes of ${BUDGET}`)
    for (const path of paths.filter((path) => path.endsWith('.js')))
      t.notMatch(await readFile(join(folder, path), 'utf8'), /sourceMappingURL/, path)
  })

  await t.test(
    'has its manual page where npm links it: npm ignores a `man` that is not a list',
    async (t) => {
      const { man } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { man: unknown }
      t.strictSame(man, ['./man/glacier-pipe.1'])
    },
  )

  await t.test('exports what the library exports', async (t) => {
    const entries = { '.': api, './tree-hash': treeHash, './catalog': catalog, './local': local }
    const module = createRequire(join(dir, 'program.mjs'))
    for (const [name, values] of Object.entries(entries)) {
      const built = module(join('glacier-pipe', name)) as object
      t.strictSame(Object.keys(built).sort(), Object.keys(values).sort(), name)
    }
  })

  await t.test('stores and retrieves, and its threads hash', async (t) => {
    const program = join(dir, 'program.mjs')
    await cp(join(root, 'test/consumers/program.mjs'), program)
    const { stdout } = await execute(process.execPath, [program], {
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    })
    const { threads, warnings } = JSON.parse(stdout.replace(/^RESULT /, '')) as {
      threads: { answers: number; failures: number }
      warnings: string[]
    }
    t.ok(threads.answers > 0)
    t.equal(threads.failures, 0)
    t.strictSame(warnings, [])
  })

  await t.test('has the command, and the page of the local vault', async (t) => {
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string
    }
    const { stdout } = await execute(process.execPath, [join(folder, 'dist/cli/bin.js'), '--version'])
    t.equal(stdout, `${version}\n`)
    const { startLocalVault } = createRequire(join(dir, 'program.mjs'))('glacier-pipe/local') as typeof local
    const vault = await startLocalVault({ dir: join(dir, 'vault'), controlSecret: 'secret-of-the-page' })
    t.teardown(() => vault.close())
    const names = await readdir(join(root, 'lib/local/page'), { recursive: true })
    for (const name of ['', ...names.filter((name) => name.includes('.'))])
      t.equal((await fetch(`${vault.endpoint}/.control/${name}`)).status, 200, name)
  })
})

t.test('the notes of a release are its section of the changelog', async (t) => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  const dir = t.testdir()
  await mkdir(join(dir, '.ci'))
  const script = join(dir, '.ci/release-notes.mjs')
  await cp(join(root, '.ci/release-notes.mjs'), script)
  const run = async (changelog: string, tag = `v${version}`, repository = 'someone/glacier-pipe') => {
    const manifest = { version, repository: { url: 'git+https://github.com/someone/glacier-pipe.git' } }
    await writeFile(join(dir, 'package.json'), JSON.stringify(manifest))
    await writeFile(join(dir, 'CHANGELOG.md'), changelog)
    return execute(process.execPath, [script, tag, repository])
  }
  const dated = `# Changelog\n\n## [Unreleased]\n\n- later\n\n## [${version}] - 2026-12-01\n\n### Added\n\n- this\n\n## [0.0.1] - 2026-01-01\n\n- before\n\n[${version}]: https://example.org\n`

  const { stdout } = await run(dated)
  t.equal(stdout, '### Added\n\n- this\n')
  const first = await run(dated.replace(/## \[0\.0\.1\].*\n\n- before/, ''))
  t.equal(first.stdout, stdout, 'link definitions are left out')
  await t.rejects(run(dated, 'v9.9.9'), { code: 1, stderr: /The tag is v9\.9\.9/ })
  await t.rejects(run(dated, undefined, 'other/name'), { code: 1, stderr: /`repository`/ })
  await t.rejects(run(dated.replace('2026-12-01', 'Unreleased')), { code: 1, stderr: /has no date/ })
  await t.rejects(run('# Changelog\n'), { code: 1, stderr: /has no section/ })
})

t.test('the changelog has a section for the version of the package', async (t) => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  t.ok((await readFile(join(root, 'CHANGELOG.md'), 'utf8')).includes(`\n## [${version}] - `))
})
