import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))

t.test(
  'the package has the built library, its declarations and its documents, and nothing else',
  async (t) => {
    const { stdout } = await execute('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
    })
    const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }]
    const paths = packed.files.map(({ path }) => path)
    for (const path of [
      'dist/index.js',
      'dist/index.d.ts',
      'dist/local/index.js',
      'dist/local/page/index.html',
      'dist/cli/bin.js',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
      'man/glacier-pipe.1',
    ])
      t.ok(paths.includes(path), path)
    // Source maps double the size of the package, and lead to sources that it does not have.
    t.strictSame(
      paths.filter(
        (path) =>
          !/^(?:dist\/.+\.(?:js|d\.ts|html|css|svg)|docs\/(?!api\/).+|examples\/.+|man\/.+\.1|[^/]+)$/.test(
            path,
          ),
      ),
      [],
    )
  },
)

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
