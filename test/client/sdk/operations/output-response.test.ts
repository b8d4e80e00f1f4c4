import t from 'tap'
import { failureKindOf } from '../../../../lib/store/failure.js'
import { assertOutputResponse, dateOf } from '../../../../lib/client/sdk/operations/output-response.js'
import { glacierClient } from '../../../../lib/client/glacier-client.js'
import { startBareService } from '../../../helpers/bare-service.js'
import { gate } from '../../../helpers/gate.js'

const range = { start: 10, end: 20 }
const wrong = { name: 'ServiceError', code: 'ERR_SERVICE', serviceCode: 'UnexpectedResponse' }

t.test('an answer passes where it is of the requested range', async (t) => {
  const of = (contentRange: string, length?: string): Record<string, string> => ({
    'content-range': contentRange,
    ...(length !== undefined && { 'content-length': length }),
  })
  const passes = (
    requested: Parameters<typeof assertOutputResponse>[0],
    status: number,
    headers: Record<string, string>,
  ): void => {
    t.doesNotThrow(
      () => {
        assertOutputResponse(requested, { status, headers })
      },
      `${status} ${JSON.stringify(headers)}`,
    )
  }
  const fails = (
    requested: Parameters<typeof assertOutputResponse>[0],
    status: number,
    headers: Record<string, string>,
  ): void => {
    t.throws(
      () => {
        assertOutputResponse(requested, { status, headers })
      },
      { ...wrong, status },
      `${status} ${JSON.stringify(headers)}`,
    )
  }
  passes({ range }, 206, of('bytes 10-19/30', '10'))
  passes({ range }, 206, of('bytes 10-19/30'))
  passes({ range }, 206, of('bytes 10-19/*'))
  passes({ range, outputSize: 30 }, 206, of('bytes 10-19/30'))
  fails({ range, outputSize: 30 }, 206, of('bytes 10-19/31'))
  fails({ range, outputSize: 30 }, 206, of('bytes 10-19/*'))
  fails({ range }, 206, of('bytes 0-9/30', '10'))
  fails({ range }, 206, of('bytes 10-29/30', '10'))
  fails({ range }, 206, of('bytes 10-19/30', '9'))
  fails({ range }, 206, of('10-19', '10'))
  fails({ range }, 206, {})
  fails({ range }, 200, { 'content-length': '10' })
  fails({ range, outputSize: 30 }, 200, { 'content-length': '30' })
  fails({ range }, 204, {})
  const whole = { start: 0, end: 30 }
  passes({ range: whole, outputSize: 30 }, 200, { 'content-length': '30' })
  passes({ range: whole }, 200, {})
  fails({ range: whole, outputSize: 31 }, 200, { 'content-length': '30' })
  fails({ range: whole }, 200, { 'content-length': '31' })
  t.throws(() => {
    assertOutputResponse({ range }, undefined)
  }, wrong)
})

t.test('the date of an answer is that of its header', async (t) => {
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
  t.equal(dateOf({ status: 200, headers: { date } }), '2026-01-01T00:00:00.000Z')
  t.equal(dateOf({ status: 200, headers: { date: 'soon' } }), undefined)
  t.equal(dateOf({ status: 200, headers: {} }), undefined)
  t.equal(dateOf(undefined), undefined)
})

t.test('a wrong answer is worth a few more attempts, and its connection is not kept', async (t) => {
  const service = await startBareService((_request, response) => {
    response.writeHead(200, { 'content-length': '900000' }).write('abc') // the rest never comes
    response.once('close', () => {
      closed.open()
    })
  })
  const closed = gate()
  t.teardown(() => service.close())
  const port = glacierClient(service.client())
  const failed = port.getJobOutput({ vaultName: 'docs', jobId: 'j', range }).catch((error: unknown) => error)
  t.match(await failed, wrong)
  t.equal(failureKindOf(await failed), 'corrupted')
  await closed.opened
})
