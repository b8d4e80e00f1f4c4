import t from 'tap'
import { patternBytes } from '../helpers/pattern-source.js'
import { configuredCredentials } from '../helpers/local-vault.js'
import { worldFor } from '../helpers/world.js'

const MIB = 1_048_576

t.test('get reports a range that keeps failing while others are retrieved', async (t) => {
  const credentials = await configuredCredentials(t)
  const { vault, run, put } = await worldFor(t, credentials)
  const [archiveId = ''] = await put(patternBytes(3 * MIB), '--part-size', '1MiB')
  // Two ranges are requested at once. The first fails until it has for 15 minutes of the command's clock.
  for (const nth of [1, ...Array.from({ length: 38 }, (_, i) => i + 3)])
    vault.faults.add({ operation: 'GetJobOutput', nth, fault: 'error-500' })
  const found = await run(['get', '--memory', '4MiB', '-o', `${vault.dir}/out`, 'docs', '--', archiveId])
  t.match(found, {
    code: 0,
    err: /A request has failed \d+ times in (?:1[5-9]|2\d) min while others succeeded, and is still tried\. It is given up after 24 h\./,
  })
})
