import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { openInventory } from '../../../lib/cli/run/inventory.js'
import { stage } from '../../helpers/command.js'
import { MemoryVault } from '../../helpers/memory-vault.js'

t.test('a command that is stopped before it reads the rows of an inventory fails when it reads them', async (t) => {
  const { io, interrupt } = stage()
  const rows = openInventory(new MemoryVault(), 'docs', { quiet: true }, io)
  interrupt.abort()
  await nextTurn()
  await t.rejects(
    async () => {
      for await (const row of rows) t.fail(row.archiveId)
    },
    { code: 'ABORT_ERR' },
  )
})
