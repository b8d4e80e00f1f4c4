/** Chromium, headless, and what goes wrong in it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import puppeteer, { type Browser, type HTTPRequest, type Page } from 'puppeteer-core'
import type { Test } from 'tap'
import type { LocalVault } from '../../lib/local/index.js'

export const SECRET = 'the-secret-of-the-controls'

/** Where Chromium is; `undefined` where it is not installed. */
export async function chromiumPath(): Promise<string | undefined> {
  const look = 'command -v chromium || command -v chromium-browser || command -v google-chrome'
  const found = await promisify(execFile)('sh', ['-c', look]).catch(() => undefined)
  return found?.stdout.trim()
}

/** A browser; closed when the test is over. */
export async function launch(test: Test, executablePath: string): Promise<Browser> {
  const isRoot = process.getuid?.() === 0 // as whom Chromium refuses to run with its sandbox
  const browser = await puppeteer.launch({ executablePath, pipe: true, args: isRoot ? ['--no-sandbox'] : [] })
  test.teardown(() => browser.close())
  return browser
}

/** A page that was opened, and what it did. */
export interface Opened {
  readonly page: Page
  /** Errors and warnings of the console, uncaught exceptions, dialogs, and requests to anywhere else. */
  readonly problems: string[]
  /** The paths of requests to the controls. */
  readonly asked: string[]
}

/** How a page is opened. */
export interface OpenOptions {
  /** The text after the address; default the secret, as `serve` prints it. */
  readonly fragment?: string
  /** Answers a request in the server's place, where it gives anything. */
  readonly instead?: (path: string, request: HTTPRequest) => Promise<object | undefined>
}

/** Opens the page of a local vault in a tab of its own, which shares nothing with others. */
export async function open(
  browser: Browser,
  { endpoint }: LocalVault,
  options: OpenOptions = {},
): Promise<Opened> {
  const { fragment = `#secret=${SECRET}`, instead } = options
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  const problems: string[] = []
  const asked: string[] = []
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`exception: ${String(error)}`))
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const prefix = `${endpoint}/.control/`
  // Puppeteer appends what is behind #, which is never sent.
  const pathOf = (request: HTTPRequest): string => request.url().slice(prefix.length).replace(/#.*/, '')
  page.on('request', (request) => {
    if (request.url().startsWith(prefix)) asked.push(pathOf(request))
    else if (!request.url().startsWith('data:')) problems.push(`request: ${request.url()}`)
  })
  if (instead) {
    await page.setRequestInterception(true)
    page.on('request', (request) => {
      void instead(pathOf(request), request).then(async (answer) => {
        if (answer === undefined) return request.continue()
        return request.respond({ contentType: 'application/json', body: JSON.stringify(answer) })
      })
    })
  }
  await page.goto(`${prefix}${fragment}`)
  return { page, problems, asked }
}

/** Waits until the page shows its panels. */
export async function connected({ page }: Opened): Promise<void> {
  await page.waitForSelector('#panels:not([hidden])')
}

/** The text of an element. */
export async function textOf({ page }: Opened, selector: string): Promise<string> {
  return (await page.evaluate(
    `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`,
  )) as string
}

/** The texts of a table's cells, row by row. */
export async function rowsOf({ page }: Opened, selector: string): Promise<string[][]> {
  return (await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(`${selector} tbody tr`)})]` +
      `.map((row) => [...row.children].map((cell) => cell.textContent))`,
  )) as string[][]
}

/** Waits until the text of an element is so. */
export async function untilText({ page }: Opened, selector: string, pattern: RegExp): Promise<void> {
  await page.waitForFunction(
    `${String(pattern)}.test(document.querySelector(${JSON.stringify(selector)})?.textContent ?? '')`,
  )
}
