import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CATALOG_COMMANDS, problemsWith, problemsWithRecords } from '../helpers/hostile-records.js'
import { configuredCredentials } from '../helpers/local-vault.js'

await configuredCredentials(t)

t.test(
  'records with fields of any type and content are read without a crash, and shown without controls',
  async (t) => {
    t.strictSame(await problemsWithRecords(t.testdir({}), 30, 17), [])
  },
)

t.test('files of other kinds in place of a catalog are errors, and stay as they are', async (t) => {
  const kinds: Record<string, (path: string) => void> = {
    folder: (path) => {
      mkdirSync(path)
    },
    FIFO: (path) => {
      execFileSync('mkfifo', [path])
    },
    'a device without an end': (path) => {
      symlinkSync('/dev/zero', path)
    },
    'a link to itself': (path) => {
      symlinkSync(path, path)
    },
    'a link to nothing': (path) => {
      symlinkSync('nowhere/else', path)
    },
    'a file of another program': (path) => {
      writeFileSync(path, 'precious\n')
    },
    zeros: (path) => {
      writeFileSync(path, Buffer.alloc(100_000))
    },
    'prototype names': (path) => {
      writeFileSync(
        path,
        '{"type":"__proto__","__proto__":{"archiveId":"x"},"constructor":{"prototype":{"a":1}}}\n',
      )
    },
    'deep lists': (path) => {
      writeFileSync(path, `{"type":"archive","size":${'['.repeat(200_000)}\n`)
    },
    'invalid UTF-8': (path) => {
      writeFileSync(
        path,
        Buffer.concat([
          Buffer.from('{"type":"archive","archiveId":"'),
          Buffer.from([0xff, 0xfe, 0xc0]),
          Buffer.from('"}\n'),
        ]),
      )
    },
  }
  for (const [kind, make] of Object.entries(kinds)) {
    const dir = t.testdir({})
    make(join(dir, 'catalog.jsonl'))
    for (const command of CATALOG_COMMANDS)
      t.strictSame(await problemsWith(dir, command), [], `${kind}: ${command.join(' ')}`)
  }
})
