import t from 'tap'
import { failureKindOf, mayHaveActed } from '../../../lib/store/failure.js'
import { clientOfService, type Answer } from '../../helpers/bare-service.js'

const vaultName = 'backups'

/** Sends only the beginning of a list, as if it were all: without a Content-Length, the cut is not noticed below. */
function cutAt(length: number): Answer {
  return (_request, response) => {
    const list = '{"JobList":[],"UploadsList":[],"VaultList":[],"Marker":null}'
    response.writeHead(200, { 'x-amzn-requestid': 'r', 'content-type': 'application/json' })
    response.write(list.slice(0, length))
    response.end()
  }
}

t.test('a list that is cut is no list without rows, and no refusal of the service', async (t) => {
  for (const length of [0, 20]) {
    const { port } = await clientOfService(t, cutAt(length))
    const requests = [
      port.listVaults({}),
      port.listJobs({ vaultName }),
      port.listUploads({ vaultName }),
      port.listParts({ vaultName, uploadId: 'u' }),
    ]
    for (const result of await Promise.allSettled(requests)) {
      t.match(result, { reason: { code: 'ERR_SERVICE', serviceCode: 'IncompleteResponse' } })
      if (result.status !== 'rejected') continue
      t.equal(failureKindOf(result.reason), 'corrupted', 'it is worth a few more attempts')
      t.equal(mayHaveActed(result.reason), true)
    }
  }
})
