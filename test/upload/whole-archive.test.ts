import t from 'tap'
import { ConnectionError } from '../../lib/errors.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import type { UploadWarning } from '../../lib/upload/archive.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { recordingJournal, refused, reset, send, vaultName, writerTo } from '../helpers/uploads.js'

t.test(
  'a request that stores a whole archive is repeated, and a possible orphan is told and noted',
  async (t) => {
    const bytes = patternBytes(100)
    for (const [error, orphans] of [
      [reset, 1],
      [new ConnectionError('refused', { operation: 'X', serviceCode: 'ECONNREFUSED' }), 0],
    ] as const) {
      const vault = new MemoryVault()
      let times = 3
      vault.before = () => {
        if (times-- > 0) throw error
      }
      const notes = recordingJournal()
      const writer = writerTo(vault, { journal: notes, description: 'x' })
      const warnings: UploadWarning[] = []
      writer.on('warning', (warning) => warnings.push(warning))
      await send(bytes, writer)
      t.match(writer.archives, [{ size: 100 }])
      t.equal(warnings.length, orphans)
      const treeHash = treeHashOf(bytes)
      if (orphans > 0) {
        t.match(warnings, [
          { code: 'POSSIBLE_ORPHAN', message: new RegExp(`100 bytes and tree hash ${treeHash}`) },
        ])
        t.match(notes.notes[0], ['orphaned', { vaultName, size: 100, treeHash, description: 'x' }])
      }
      t.equal(notes.notes.at(-1)?.[0], 'stored')
    }
  },
)
