import type { Browser } from 'puppeteer-core'
import t, { type Test } from 'tap'
import type { LocalBucket, LocalVault } from '../../lib/local/index.js'
import { elementIn, localBucketFor, sendS3 } from '../helpers/local-bucket.js'
import { clock, localVaultFor } from '../helpers/local-vault.js'
import {
  chromiumPath,
  connected,
  launch,
  open,
  rowsOf,
  SECRET,
  textOf,
  untilText,
  type Opened,
} from './browser.js'

// The buckets on the page of the local vault in Chromium. Skipped, with a plain message, where that is not installed.

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>\u202e\u0007'
const SHOWN = '<script>alert(1)</script><img src=x onerror=alert(2)>\\u{202e}\\u{7}'
const AT = '2026-03-01 12:00:00'
const executable = await chromiumPath()

interface Pair {
  readonly vault: LocalVault
  readonly bucket: LocalBucket
}

/** Buckets `docs`, with objects of which one is being restored and an upload with a part missing, and `uploads`. */
async function filledBuckets(t: Test): Promise<Pair> {
  const time = clock(Date.parse('2026-03-01T12:00:00.000Z'))
  const vault = await localVaultFor(t, { now: time.now, controlSecret: SECRET })
  const beside = { dir: vault.dir, vaultControl: vault.control }
  const bucket = await localBucketFor(t, { ...beside, restoreDelay: 'realistic' })
  const ask = async (method: string, path: string, body = '', storageClass?: string): Promise<string> => {
    const headers = { 'x-amz-storage-class': storageClass }
    const { status, text } = await sendS3(bucket, { method, path, body, headers, time: time.time })
    t.ok(status < 300, `${method} ${path}: ${text}`)
    return text
  }
  for (const name of ['docs', 'uploads']) await ask('PUT', `/${name}`)
  await ask('PUT', `/docs/${encodeURIComponent(HOSTILE)}`, 'x', 'GLACIER')
  for (let i = 0; i < 24; i++) await ask('PUT', `/docs/a${String(i).padStart(2, '0')}`, 'bytes', 'GLACIER_IR')
  await ask('PUT', '/docs/deep', 'x', 'DEEP_ARCHIVE')
  await ask('POST', '/docs/deep?restore', '<RestoreRequest><Days>1</Days></RestoreRequest>')
  const begun = await ask('POST', `/docs/${encodeURIComponent(HOSTILE)}?uploads`)
  const uploadId = elementIn(begun, 'UploadId') ?? ''
  for (const number of [1, 2, 4])
    await ask('PUT', `/docs/${encodeURIComponent(HOSTILE)}?partNumber=${number}&uploadId=${uploadId}`, 'part')
  return { vault, bucket }
}

/** Opens the page and waits for its data. */
async function opened(browser: Browser, { vault }: Pair): Promise<Opened> {
  const it = await open(browser, vault)
  await connected(it)
  return it
}

t.test(
  'the buckets on the page in Chromium',
  { skip: executable === undefined && 'Chromium is not installed' },
  async (t) => {
    const browser = await launch(t, executable ?? '') // it is skipped without one
    const pair = await filledBuckets(t)
    const { bucket, vault } = pair

    await t.test('buckets, objects and uploads are shown, and no key is code', async (t) => {
      const it = await opened(browser, pair)
      const { page } = it
      t.strictSame(await rowsOf(it, '#buckets'), [
        ['docs', '26', '1', AT],
        ['uploads', '0', '0', AT],
      ])
      t.equal(await textOf(it, '#buckets .note'), '2 buckets')
      t.equal(await textOf(it, '#objects .note'), '26 objects in docs')
      const objects = await rowsOf(it, '#objects')
      t.equal(objects.length, 20)
      t.match(objects[0], [SHOWN, '1 B', 'GLACIER', 'archived', AT, 'whole', /^[0-9a-f]{32}$/])
      t.match(objects[1], ['a00', '5 B', 'GLACIER_IR', 'can be read', AT])
      await page.click('#objects-Next')
      await untilText(it, '#objects .pager', /Page 2 of 2/)
      t.match((await rowsOf(it, '#objects')).at(-1), ['deep', '1 B', 'DEEP_ARCHIVE', 'being restored'])

      t.equal(await textOf(it, '#bucket-uploads h3'), SHOWN)
      t.equal(
        await textOf(it, '#bucket-uploads .hint'),
        'Received: parts 1–2, 4. Missing before the last of them: 3.',
      )
      t.match(await textOf(it, '#bucket-uploads .facts'), /ClassSTANDARDParts received3/)
      await page.click('#bucket-uploads [id^=parts-of-]')
      await page.waitForSelector('#bucket-uploads [aria-expanded=true]')
      t.match(await rowsOf(it, '#bucket-uploads'), [
        ['1', '4 B', /^[0-9a-f]{32}$/, '–'],
        ['2', '4 B'],
        ['4', '4 B'],
      ])
      t.match((await rowsOf(it, '#bucket-traffic'))[0], ['CreateBucket', '2', '2', '0', '1', '0 B'])
      t.equal(await page.evaluate("document.querySelectorAll('body script, img').length"), 0)

      await page.click('#choice-of-bucket-uploads')
      await untilText(it, '#objects .note', /^0 objects in uploads$/)
      t.equal(await textOf(it, '#objects .empty'), 'The bucket has no object.')
      t.equal(await textOf(it, '#bucket-uploads .empty'), 'Nothing is being uploaded to the bucket.')
      t.equal(await textOf(it, '#vaults .empty'), 'There is no vault yet.')
      t.strictSame(it.problems, [])
    })

    await t.test('the costs of the buckets are shown, also those whose price is unknown', async (t) => {
      const it = await opened(browser, pair)
      const { total, lines } = await bucket.costs()
      const rows = await rowsOf(it, '#bucket-costs')
      t.equal(rows.length, lines.length)
      t.match(rows, [
        ['STANDARD upload requests', '2', 'request', '0.00001 USD'],
        ['STANDARD upload requests of parts', '4', 'request', '0.00002 USD'],
      ])
      t.ok(rows.some(([item]) => item === 'DEEP_ARCHIVE Standard restore requests'))
      t.equal(
        await textOf(it, '#bucket-costs .note'),
        `${String(total)} USD in all accounts and regions, since the server was started`,
      )
      t.equal(await textOf(it, '#bucket-costs tfoot'), `Total${String(total)} USD`)
      t.equal(await textOf(it, '#costs tfoot'), 'Total0.00 USD', 'those of the vaults are others')
      t.strictSame(it.problems, [])

      const line = { id: 'storage', storageClass: 'INTELLIGENT_TIERING', item: HOSTILE }
      const costs = { quantity: 2, unit: 'GB-month', amount: null }
      const unknown = await open(browser, vault, {
        instead: async (path) =>
          path === 'buckets/costs'
            ? { currency: 'USD', total: 0, isAtLeast: true, lines: [{ ...line, ...costs }] }
            : undefined,
      })
      await connected(unknown)
      t.strictSame(await rowsOf(unknown, '#bucket-costs'), [[SHOWN, '2', 'GB-month', 'unknown']])
      t.match(await textOf(unknown, '#bucket-costs .note'), /^at least 0\.00 USD in all/)
      t.equal(await textOf(unknown, '#bucket-costs tfoot'), 'Totalat least 0.00 USD')
    })

    await t.test('faults of the buckets are set, and restores are completed', async (t) => {
      const it = await opened(browser, pair)
      const { page } = it
      const isOff = (id: string): Promise<unknown> =>
        page.evaluate(`document.querySelector('#bucket-${id}').disabled`)
      await page.select('#bucket-fault', 'error')
      await page.select('#bucket-operation', 'UploadPart')
      await page.select('#bucket-which', 'nth')
      await page.type('#bucket-status', '503')
      await page.type('#bucket-code', 'SlowDown')
      await page.click('#bucket-fault-form [type=submit]')
      await untilText(it, '#bucket-faults .note', /^1 rule$/)
      t.match(bucket.faults.list(), [
        { fault: 'error', operation: 'UploadPart', nth: 3, status: 503, code: 'SlowDown' },
      ])
      t.strictSame(vault.faults.list(), [])
      t.strictSame(await rowsOf(it, '#bucket-faults'), [
        ['error 503 SlowDown', 'UploadPart', 'only number 3', 'no limit', '–'],
      ])
      t.equal(await textOf(it, '#faults .note'), '0 rules')
      await page.select('#bucket-fault', 'error-in-200')
      t.strictSame([await isOff('status'), await isOff('code')], [true, false])
      await page.select('#bucket-fault', 'throttle')
      t.strictSame([await isOff('status'), await isOff('code')], [true, true])
      await page.select('#bucket-which', 'all')
      await page.click('#bucket-fault-form [type=submit]')
      await untilText(it, '#bucket-faults .note', /^2 rules$/)
      await page.click('#bucket-clear-faults')
      await untilText(it, '#bucket-faults .note', /^0 rules$/)
      t.strictSame(bucket.faults.list(), [])

      await page.click('#objects-Next')
      await untilText(it, '#objects tbody', /being restored/)
      await page.click('#complete-restores')
      await untilText(it, '#status', /^All restores were completed\.$/)
      await untilText(it, '#objects tbody', /restored until 2026-03-03 00:00:00/)
      await page.click('[data-advance="86400000"]')
      await page.waitForFunction("document.querySelector('#time').textContent === '2026-03-02 12:00:00'")
      t.equal(bucket.control.time.toISOString(), '2026-03-02T12:00:00.000Z')
      t.strictSame(it.problems, [])
    })

    await t.test('fields have labels, IDs are unique, and only tables scroll sideways', async (t) => {
      const it = await opened(browser, pair)
      const { page } = it
      t.strictSame(
        await page.evaluate(
          `[...document.querySelectorAll('input, select')].filter((it) => it.labels.length !== 1).map((it) => it.id)`,
        ),
        [],
      )
      t.strictSame(
        await page.evaluate(`
          [...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, i, all) => all.indexOf(id) !== i)
        `),
        [],
      )
      t.equal(await page.evaluate("document.querySelectorAll('section:not([aria-labelledby])').length"), 0)
      await page.setViewport({ width: 320, height: 640 })
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
      t.strictSame(it.problems, [])
    })

    await t.test(
      'nothing of buckets is shown once they are gone, and again once they are back',
      async (t) => {
        const it = await opened(browser, pair)
        await bucket.close()
        await it.page.waitForSelector('#buckets[hidden]')
        const shown =
          "[...document.querySelectorAll('[id*=bucket], #objects, #complete-restores')].filter((it) => it.checkVisibility()).length"
        t.equal(await it.page.evaluate(shown), 0)
        t.equal(await textOf(it, '#status'), 'Connected.')
        await localBucketFor(t, { dir: vault.dir, vaultControl: vault.control })
        await it.page.waitForSelector('#buckets:not([hidden])')
        t.strictSame(it.problems, [])

        const late = await open(browser, await localVaultFor(t, { controlSecret: SECRET }), {
          // The buckets are closed after this answer, and before the next request.
          instead: async (path, request) => {
            if (path !== 'overview') return undefined
            const answer = await fetch(request.url(), { headers: { authorization: `Bearer ${SECRET}` } })
            const overview = (await answer.json()) as { readings: string[] }
            return { ...overview, readings: [...overview.readings, 'GET buckets'] }
          },
        })
        await connected(late)
        t.equal(await textOf(late, '#status'), 'Connected.', 'the page goes on')
        t.match(await textOf(late, '#buckets .note'), /^There is no control GET/)

        const without = await localVaultFor(t, { controlSecret: SECRET })
        const bare = await open(browser, without)
        await connected(bare)
        t.equal(await bare.page.evaluate("document.querySelector('#buckets')"), null)
        t.strictSame(bare.problems, [])
      },
    )
  },
)
