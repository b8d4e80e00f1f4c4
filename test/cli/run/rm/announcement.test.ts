import t from 'tap'
import type { RmOptions } from '../../../../lib/cli/commands/archives/rm.js'
import type { RegionalPrices } from '../../../../lib/cli/run/costs/regional-prices.js'
import { announce } from '../../../../lib/cli/run/rm/announcement.js'
import { stage } from '../../../helpers/command.js'

t.test('the notes about a place are printed before the question, but not with --quiet --yes', async (t) => {
  for (const quiet of [false, true]) {
    const it = stage()
    const options = { yes: true, quiet } as RmOptions
    await announce([], {} as RegionalPrices, 's3://backups', options, it.io, ['The bucket has versions.'])
    t.equal(it.err(), quiet ? '' : 'glacier-pipe: The bucket has versions.\n')
  }
})
