import t from 'tap'
import { costByRegion, priceNote } from '../../../../lib/cli/run/costs/archive-costs.js'
import { regionalPrices } from '../../../../lib/cli/run/costs/regional-prices.js'
import { costOfDeletion } from '../../../../lib/costs/storage-costs.js'

t.test('archives in several regions are priced each by its region', async (t) => {
  const prices = await regionalPrices({})
  const nowMs = Date.now()
  const time = new Date(nowMs).toISOString()
  const there = { size: 1, time, region: 'mars-north-1', endpoint: 'local:1' }
  const here = { size: 1, time, region: 'us-east-1' }
  t.match(
    priceNote([there, here, here], prices),
    /The prices of mars-north-1 are unknown\. --prices FILE states them\. The prices are those of us-east-1.* The archives are on this machine: this is what AWS would charge\.$/,
  )
  const cost = costByRegion([there, here, here], prices, (those, known) =>
    costOfDeletion(those, nowMs, known),
  )
  t.equal(cost.isAtLeast, true)
})
