import type { VaultJob } from '../../../../../lib/client/vault-client.js'
import t from 'tap'
import { queueOf } from '../../../../../lib/cli/run/get/many/service-queue.js'
import type { ManyTask, PlannedArchive } from '../../../../../lib/cli/run/get/many/task.js'
import type { SdkVaultClient } from '../../../../../lib/client/sdk/sdk-vault-client.js'
import { AccessDeniedError, NotFoundError } from '../../../../../lib/errors.js'
import { stage } from '../../../../helpers/command.js'
import { MemoryVault } from '../../../../helpers/memory-vault.js'
import { VirtualClock } from '../../../../helpers/virtual-clock.js'

t.test('a job that the list lacks is described; one that does not exist is started again', async (t) => {
  let isDenied = false
  let starts = 0
  class ForgetfulVault extends MemoryVault {
    override startRetrieval(): Promise<string> {
      return Promise.resolve(`job ${++starts}`)
    }

    override listJobs(): Promise<{ items: VaultJob[]; marker: undefined }> {
      return Promise.resolve({ items: [], marker: undefined })
    }

    override describeJob({ jobId }: { jobId: string }): Promise<VaultJob> {
      const details = { operation: 'DescribeJob', serviceCode: 'x' }
      if (isDenied) return Promise.reject(new AccessDeniedError('denied', details))
      if (jobId === 'job 1') return Promise.reject(new NotFoundError('gone', details))
      return Promise.resolve({
        jobId,
        status: 'Succeeded',
        completionDate: '2026-11-29T12:00:00Z',
      } as VaultJob)
    }
  }
  const client = new ForgetfulVault() as unknown as SdkVaultClient
  const retrieval = { client, vaultName: 'docs', archiveId: ['a'] }
  const archive = { size: 1, retrieval } as unknown as PlannedArchive
  const { io } = stage(undefined, [], {}, new VirtualClock())
  const task = { vaultName: 'docs', options: { retryFor: 0 }, io } as unknown as ManyTask
  const queue = queueOf([archive], { client }, task, () => undefined)
  t.match(await queue.next(), { jobIds: ['job 2'] })
  t.equal(starts, 2)
  isDenied = true
  queue.putBack(archive)
  await t.rejects(queue.next(), { code: 'ERR_ACCESS_DENIED' })
})
