import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'puppeteer-core'
import t, { type Test } from 'tap'
import { startLocalVault, type LocalVault } from '../../lib/local/index.js'
import { MIB } from '../../lib/sizes.js'
import { clock, hashHeaders, localVaultFor, send, type Clock } from '../helpers/local-vault.js'
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

// The page of the local vault in Chromium. Skipped, with a plain message, where that is not installed.

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>'
const executable = await chromiumPath()

/** A vault `docs` with 1,000 archives, an upload with parts missing and jobs; and two vaults more. */
async function filledVault(t: Test, time: Clock): Promise<LocalVault> {
  const vault = await localVaultFor(t, { now: time.now, controlSecret: SECRET, jobDelay: 4 * 3_600_000 })
  const ask = (
    method: string,
    path: string,
    headers = {},
    body: Buffer | string = '',
  ): ReturnType<typeof send> =>
    send(vault, { method, path: `/-/vaults/${path}`, headers, body, time: time.time })
  for (const name of ['docs', 'empty', 'photos']) await ask('PUT', name)
  await ask('PATCH', 'docs')
  const bytes = Buffer.from('x')
  const headers = { ...hashHeaders(bytes), 'x-amz-archive-description': HOSTILE }
  await ask('POST', 'docs/archives', headers, bytes)
  await multiply(join(vault.dir, 'vaults', 'docs', 'archives'), 999)
  await vault.control.takeInventory('docs')
  const upload = { 'x-amz-part-size': String(MIB), 'x-amz-archive-description': HOSTILE }
  const begun = await ask('POST', 'docs/multipart-uploads', upload)
  const part = Buffer.alloc(MIB)
  for (const index of [0, 1, 3]) {
    const range = { 'content-range': `bytes ${index * MIB}-${(index + 1) * MIB - 1}/*` }
    const path = `docs/multipart-uploads/${String(begun.headers['x-amz-multipart-upload-id'])}`
    t.equal((await ask('PUT', path, { ...hashHeaders(part), ...range }, part)).status, 204)
  }
  const job = JSON.stringify({ Type: 'inventory-retrieval', Description: HOSTILE })
  for (let i = 0; i < 2; i++) t.equal((await ask('POST', 'docs/jobs', {}, job)).status, 202)
  return vault
}

/** Copies the one archive of a folder so many times, with other IDs and descriptions. */
async function multiply(folder: string, times: number): Promise<void> {
  const [id = ''] = await readdir(folder)
  const record = JSON.parse(await readFile(join(folder, id, 'archive.json'), 'utf8')) as object
  const part = await readFile(join(folder, id, '00000.part'))
  for (let i = 0; i < times; i++) {
    const archiveId = `${String(i).padStart(4, '0')}${'x'.repeat(134)}`
    const description = `backup-${i} <b>gpj.exe</b> &amp;`
    await mkdir(join(folder, archiveId))
    await writeFile(join(folder, archiveId, '00000.part'), part)
    await writeFile(
      join(folder, archiveId, 'archive.json'),
      JSON.stringify({ ...record, archiveId, description }),
    )
  }
}

/** Opens the page and waits for its data. */
async function opened(browser: Browser, vault: LocalVault): Promise<Opened> {
  const it = await open(browser, vault)
  await connected(it)
  return it
}

t.test(
  'the page in Chromium',
  { skip: executable === undefined && 'Chromium is not installed' },
  async (t) => {
    const browser = await launch(t, executable ?? '') // it is skipped without one
    const time = clock(Date.parse('2026-03-01T12:00:00.000Z'))
    const vault = await filledVault(t, time)

    await t.test(
      '3 vaults, 1,000 archives and an upload in progress are shown, and no text is code',
      async (t) => {
        const it = await opened(browser, vault)
        const { page } = it
        t.equal(await textOf(it, '#endpoint'), vault.endpoint)
        t.equal(await textOf(it, '#region'), 'us-east-1')
        t.equal(await textOf(it, '#account'), '111122223333')
        t.equal(await textOf(it, '#time'), '2026-03-01 12:00:00')
        const at = '2026-03-01 12:00:00'
        t.strictSame(await rowsOf(it, '#vaults'), [
          ['docs', '1,000', '1', '2', at, at, '1,000', '31.3 MiB'],
          ['empty', '0', '0', '0', at, 'none yet', '–', '–'],
          ['photos', '0', '0', '0', at, 'none yet', '–', '–'],
        ])
        t.equal(await textOf(it, '#archives .note'), '1,000 archives in docs')
        const archives = await rowsOf(it, '#archives')
        t.equal(archives.length, 20)
        t.match(archives[0], [/^0000x{134}$/, 'backup-0 <b>gpj.exe</b> &amp;', '1 B', at, /^[0-9a-f]{64}$/])

        const escaped = await page.evaluate(
          "import('./format.js').then(({ visible }) => visible('backup \\u202egpj.exe\\u0007\\u200b'))",
        )
        t.equal(escaped, 'backup \\u{202e}gpj.exe\\u{7}\\u{200b}', 'what hides what it says is shown')

        t.match(await textOf(it, '#archives .pager'), /Page 1 of 50/)
        await page.click('#archives-Next')
        await untilText(it, '#archives .pager', /Page 2 of 50/)
        t.match((await rowsOf(it, '#archives'))[0], [/^0020x/])
        t.equal(await page.evaluate('document.activeElement.id'), 'archives-Next', 'the focus stays')
        await page.click('#archives-Previous')
        await untilText(it, '#archives .pager', /Page 1 of 50/)
        t.equal(await page.evaluate("document.querySelector('#archives-First').disabled"), true)

        t.equal(await textOf(it, '#uploads h3'), HOSTILE)
        t.match(
          await textOf(it, '#uploads .hint'),
          /^Received: parts 1–2, 4\. Missing before the last of them: 3\.$/,
        )
        const cells = "[...document.querySelectorAll('.cell')].map((cell) => cell.title)"
        t.strictSame(await page.evaluate(cells), [
          'Part 1: received',
          'Part 2: received',
          'Part 3: not received',
          'Part 4: received',
        ])
        await page.click('[id^=parts-of-]')
        await page.waitForSelector('[id^=parts-of-][aria-expanded=true]')
        t.match(await rowsOf(it, '#uploads'), [
          ['1', '0–1,048,575', '1 MiB', /^[0-9a-f]{64}$/],
          ['2', '1,048,576–2,097,151', '1 MiB'],
          ['4', '3,145,728–4,194,303', '1 MiB'],
        ])
        t.match(await rowsOf(it, '#jobs'), [
          [String, 'Inventory', 'InProgress', HOSTILE, '–', '–', '–', at, '–'],
          [String, 'Inventory', 'InProgress'],
        ])
        const traffic = await rowsOf(it, '#traffic')
        t.match(traffic[0], ['CreateVault', '3', '3', '0', '1', '0 B'])
        t.match(traffic.at(-1), ['no such operation', '1', '0'])
        t.equal(await textOf(it, '#faults .empty'), 'There are no fault rules.')
        const costs = await rowsOf(it, '#costs')
        t.strictSame(costs[0], ['Storage', '0', 'GB-month', '0.00 USD'], 'no time has passed')
        t.strictSame(costs[2], ['Upload requests', '5', 'request', '0.00025 USD'])
        t.equal(costs.length, (await vault.costs()).lines.length)
        t.match(await textOf(it, '#costs .note'), /^0\.00025 USD in all accounts and regions/)
        t.equal(await page.evaluate("document.querySelectorAll('body script, img').length"), 0)

        await page.click('#vault-empty')
        await untilText(it, '#archives .note', /^0 archives in empty$/)
        t.equal(await textOf(it, '#archives .empty'), 'The vault has no archive.')
        t.equal(await textOf(it, '#uploads .empty'), 'Nothing is being uploaded to the vault.')
        t.strictSame(it.problems, [])
      },
    )

    await t.test(
      'the clock is moved, jobs are ended, faults are set and an inventory is taken',
      async (t) => {
        const it = await opened(browser, vault)
        const { page } = it
        await page.click('[data-advance="3600000"]')
        await untilText(it, '#status', /^The clock was advanced by 1 h\.$/)
        await untilText(it, '#time', /^2026-03-01 13:00:00$/)
        await page.evaluate("document.querySelector('#advance').value = '30'")
        await page.select('#advance-unit', '60000')
        await page.click('#clock-form [type=submit]')
        await untilText(it, '#time', /^2026-03-01 13:30:00$/)
        await page.select('#delay-unit', '1000')
        await page.click('#delay-form [type=submit]')
        await untilText(it, '#job-delay', /^4 s$/)
        t.match(vault.control.jobDelay, { standard: 4000, bulk: 4000 })
        await page.select('#delay-kind', 'bulk')
        await page.select('#delay-unit', '3600000')
        await page.click('#delay-form [type=submit]')
        await untilText(
          it,
          '#job-delay',
          /^4 s \(Expedited\), 4 s \(Standard\), 4 h \(Bulk\), 4 s \(inventory\)$/,
        )
        t.match(vault.control.jobDelay, { standard: 4000, bulk: 4 * 3_600_000, inventory: 4000 })
        await page.click('#complete-jobs')
        await untilText(it, '#status', /^2 jobs were ended\.$/)
        await untilText(it, '#jobs tbody', /Succeeded.*Succeeded/)
        await page.click('#fail-jobs')
        await untilText(it, '#status', /^0 jobs were ended\.$/)
        await page.click('#inventory-form [type=submit]')
        await untilText(it, '#vaults tbody tr', /2026-03-01 13:30:00/)

        t.equal(
          await page.evaluate("document.querySelectorAll('#fault option').length"),
          22,
          'each kind of fault is offered',
        )
        await page.select('#fault', 'slow')
        await page.select('#operation', 'UploadArchive')
        await page.select('#which', 'every')
        await page.type('#times', '5')
        await page.type('#rate', '1024')
        await page.click('#fault-form [type=submit]')
        await untilText(it, '#faults .note', /^1 rule$/)
        t.strictSame(vault.faults.list(), [
          { fault: 'slow', operation: 'UploadArchive', every: 3, times: 5, bytesPerSecond: 1024 },
        ])
        t.strictSame(await rowsOf(it, '#faults'), [['slow', 'UploadArchive', 'one in 3', '5', '1 KiB/s']])
        await page.click('#clear-faults')
        await untilText(it, '#faults .note', /^0 rules$/)
        t.strictSame(vault.faults.list(), [])

        await page.evaluate("document.querySelector('#advance').value = '1e18'")
        await page.click('#clock-form [type=submit]')
        await untilText(it, '#status.error', /its last year is 9999/)
        t.ok(it.problems.every((problem) => problem.includes('status of 400')))
        it.problems.length = 0
      },
    )

    await t.test(
      'the secret comes from the address, which does not keep it, or from the reader',
      async (t) => {
        const it = await opened(browser, vault)
        t.equal(await it.page.evaluate('location.href'), `${vault.endpoint}/.control/`)
        await it.page.reload()
        await connected(it)
        t.notOk(it.asked.some((path) => path.includes(SECRET)))
        t.strictSame(it.problems, [])

        const bare = await open(browser, vault, { fragment: '' })
        await bare.page.waitForSelector('#login:not([hidden])')
        t.equal(await textOf(bare, '#status'), 'The secret of the controls is needed.')
        t.notOk(bare.asked.includes('overview'))
        await bare.page.type('#secret', 'wr\u00f6ng')
        await bare.page.keyboard.press('Enter')
        await untilText(bare, '#status.error', /visible ASCII/)
        await bare.page.type('#secret', 'wrong-wrong-wrong')
        await bare.page.keyboard.press('Enter')
        await untilText(bare, '#status.error', /not that of this server/)
        t.equal(await bare.page.evaluate('sessionStorage.length'), 0)
        t.match(bare.problems, [/401/])
        t.equal(bare.problems.length, 1)
        await bare.page.type('#secret', SECRET)
        await bare.page.keyboard.press('Enter')
        await connected(bare)
        t.equal(await textOf(bare, '#status'), 'Connected.')
      },
    )

    await t.test('nothing is asked while the page is hidden', async (t) => {
      const it = await opened(browser, vault)
      const hide = (hidden: boolean): Promise<unknown> =>
        it.page.evaluate(`
        Object.defineProperty(document, 'hidden', { value: ${String(hidden)}, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      `)
      await hide(true)
      await it.page.waitForNetworkIdle({ idleTime: 1000 }) // what was asked before may not be answered yet
      const before = it.asked.length
      await sleep(3000)
      t.equal(it.asked.length, before)
      time.time += 1000
      await hide(false)
      await untilText(it, '#time', /:01$/)
      t.ok(it.asked.length > before)
      t.strictSame(it.problems, [])
    })

    await t.test(
      'it can be read in a narrow window, in the dark, by a screen reader, and does not jump',
      async (t) => {
        const it = await opened(browser, vault)
        const { page } = it
        await page.evaluate(`
      window.moved = 0
      new PerformanceObserver((list) => { for (const { value } of list.getEntries()) moved += value })
        .observe({ type: 'layout-shift', buffered: false })
    `)
        const overviews = (): number => it.asked.filter((path) => path === 'overview').length
        const before = overviews()
        while (overviews() < before + 2) await sleep(50)
        t.equal(await page.evaluate('moved'), 0)
        t.strictSame(
          await page.evaluate(
            `[...document.querySelectorAll('input, select')].filter((it) => it.labels.length === 0).map((it) => it.id)`,
          ),
          [],
          'each field has a label',
        )
        t.strictSame(
          await page.evaluate(
            `[...document.querySelectorAll('table')].filter((it) => !it.querySelector('th[scope=col]')).length`,
          ),
          0,
        )
        t.equal(await page.evaluate("document.querySelectorAll('section:not([aria-labelledby])').length"), 0)
        const ground = 'getComputedStyle(document.body).backgroundColor'
        const light = await page.evaluate(ground)
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
        t.not(await page.evaluate(ground), light)
        await page.setViewport({ width: 320, height: 640 })
        t.equal(
          await page.evaluate('document.documentElement.scrollWidth'),
          320,
          'only tables scroll sideways',
        )
        t.strictSame(it.problems, [])
      },
    )

    await t.test('one of several accounts and regions is shown, and controlled', async (t) => {
      const longName = 'n'.repeat(255)
      const own = await localVaultFor(t, {
        controlSecret: SECRET,
        jobDelay: 3_600_000,
        region: ['us-east-1', 'eu-west-1'],
        credentials: ['111111111111', '222222222222'].map((accountId) => ({
          accessKeyId: `AKIA${accountId}`,
          secretAccessKey: accountId,
          accountId,
        })),
      })
      for (const accountId of ['111111111111', '222222222222']) {
        const credentials = { accessKeyId: `AKIA${accountId}`, secretAccessKey: accountId }
        const ask = (
          method: string,
          path: string,
          headers = {},
          body: Buffer | string = '',
        ): ReturnType<typeof send> =>
          send(
            { endpoint: own.endpoint, region: 'eu-west-1', credentials },
            { method, path: `/-/vaults/${path}`, headers, body },
          )
        await ask('PUT', longName)
        const bytes = Buffer.from('x')
        const headers = { ...hashHeaders(bytes), 'x-amz-archive-description': 'd'.repeat(1024) }
        const ArchiveId = (await ask('POST', `${longName}/archives`, headers, bytes)).headers[
          'x-amz-archive-id'
        ]
        const job = JSON.stringify({ Type: 'archive-retrieval', ArchiveId })
        t.equal((await ask('POST', `${longName}/jobs`, {}, job)).status, 202)
      }
      const it = await opened(browser, own)
      const { page } = it
      t.equal(await textOf(it, '#vaults .empty'), 'There is no vault yet.')
      for (const [accountId, button, status] of [
        ['111111111111', '#complete-jobs', 'Succeeded'],
        ['222222222222', '#fail-jobs', 'Failed'],
      ] as const) {
        await page.select('#place', `eu-west-1 ${accountId}`)
        await untilText(it, '#account', new RegExp(`^${accountId}$`))
        await untilText(it, '#jobs tbody', /InProgress/)
        await page.click(button)
        await untilText(it, '#status', /^1 job was ended\.$/)
        await untilText(it, '#jobs tbody', new RegExp(status))
        await page.click('#inventory-form [type=submit]')
        await untilText(it, '#status', /^The inventory of n{255} was taken\.$/)
        await untilText(it, '#vaults tbody tr', /32 KiB/)
      }
      const { width } = page.viewport() ?? {}
      t.equal(
        await page.evaluate('document.documentElement.scrollWidth'),
        width,
        'a long name is cut or broken',
      )
      t.ok(
        Number(await page.evaluate("document.querySelector('#archives tbody tr').offsetHeight")) < 200,
        'a long description is scrolled',
      )
      t.strictSame(it.problems, [])
    })

    await t.test('a slow server is not asked again before it has answered', async (t) => {
      const answers: { begunMs: number; endedMs: number }[] = []
      let [now, most] = [0, 0]
      let asked: (timeMs: number) => void = () => undefined
      const again = new Promise<number>((resolve) => (asked = resolve))
      const it = await open(browser, vault, {
        instead: async (path) => {
          if (path !== 'overview') return undefined
          if (answers.length > 0) asked(performance.now())
          const begunMs = performance.now()
          most = Math.max(most, ++now)
          await sleep(1000)
          now--
          answers.push({ begunMs, endedMs: performance.now() })
          return undefined
        },
      })
      await connected(it)
      const againMs = await again
      const [first] = answers
      const { begunMs, endedMs } = first ?? { begunMs: 0, endedMs: 0 }
      // The page measures the answer from before it is asked for until after it is there: at least as long.
      t.ok(againMs - endedMs >= 3.9 * (endedMs - begunMs), 'a pause is four times as long as the answer took')
      t.equal(most, 1)
    })

    await t.test(
      'a server that is gone is said to be, and is not asked again until the reader wants it',
      async (t) => {
        const own = await localVaultFor(t, { controlSecret: SECRET })
        const it = await open(browser, own)
        await connected(it)
        await own.close()
        await untilText(it, '#status.error', /cannot be reached\. The page no longer updates/)
        await it.page.waitForNetworkIdle({ idleTime: 1000 })
        const before = it.asked.length
        await sleep(3000)
        t.equal(it.asked.length, before)
        await it.page.click('#retry')
        await untilText(it, '#status.error', /cannot be reached/)
        const port = Number(new URL(own.endpoint).port)
        const again = await startLocalVault({ dir: own.dir, port, controlSecret: SECRET })
        t.teardown(() => again.close())
        await it.page.click('#retry')
        await untilText(it, '#status', /^Connected\.$/)
        t.equal(await it.page.evaluate("document.querySelector('#retry').hidden"), true)

        await again.close()
        await untilText(it, '#status.error', /cannot be reached/)
        const other = await startLocalVault({
          dir: own.dir,
          port,
          controlSecret: 'another-secret-of-the-controls',
        })
        t.teardown(() => other.close())
        await it.page.click('#retry')
        await untilText(it, '#status.error', /not that of this server/)
        t.equal(await it.page.evaluate("document.querySelector('#panels').hidden"), true)
        t.equal(await it.page.evaluate('sessionStorage.length'), 0, 'the old secret is forgotten')
        await it.page.type('#secret', 'another-secret-of-the-controls')
        await it.page.keyboard.press('Enter')
        await untilText(it, '#status', /^Connected\.$/)
        t.equal(await it.page.evaluate("document.querySelector('#login').hidden"), true)
      },
    )
  },
)
