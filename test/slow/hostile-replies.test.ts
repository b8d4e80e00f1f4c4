import t from 'tap'
import { problemsWithReplies } from '../helpers/hostile-matrix.js'
import { COMMANDS } from '../helpers/hostile-commands.js'
import { hostileServiceFor } from '../helpers/hostile-service.js'
import { configuredCredentials } from '../helpers/local-vault.js'

await configuredCredentials(t)
const service = await hostileServiceFor(t)

for (const command of COMMANDS)
  t.test(`${command.name} meets every response to each of its operations`, async (t) => {
    t.strictSame(await problemsWithReplies(command, service, t.testdir({})), [])
  })
