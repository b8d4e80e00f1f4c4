import t from 'tap'
import { problemsWithInventories } from '../helpers/hostile-inventories.js'
import { hostileServiceFor } from '../helpers/hostile-service.js'
import { configuredCredentials } from '../helpers/local-vault.js'

await configuredCredentials(t)
const service = await hostileServiceFor(t)

t.test('all inventories that no service writes are errors, or harmless', async (t) => {
  t.strictSame(await problemsWithInventories(service, t.testdir({})), {})
})
