/**
 * The page of a local vault: it requests data from the server every two seconds while it is visible, and shows them.
 *
 * - A refresh that is overtaken, by another one or by a choice of the user, is discarded.
 * - If the server cannot be reached, no request is sent until the user asks for it. A slow server gets fewer requests.
 * - A panel is rendered again only when its data have changed, so that a selection stays.
 */
import { BUCKET_PANELS, BUCKETS } from './bucket/bucket-panels.js'
import { showBuckets } from './bucket/bucket-sections.js'
import { ask, Unreachable, WrongSecret } from './client.js'
import { wireControls } from './controls.js'
import { byId, fill, offer, write } from './dom.js'
import { delays, time } from './format.js'
import { COSTS, FAULTS, TRAFFIC } from './server-panels.js'
import { askForSecret, openSession, isConnecting, messageOf, say } from './session.js'
import { UPLOADS } from './upload-panel.js'
import { ARCHIVES, JOBS, VAULTS } from './vault-panels.js'

/** @typedef {'vaults' | 'archives' | 'uploads' | 'parts' | 'jobs' | 'buckets' | 'objects' | 'bucket-uploads' | 'bucket-parts'} List */
/** @typedef {{ vaultName?: string | undefined, uploadId?: string | undefined, bucket?: string | undefined, bucketUploadId?: string | undefined }} Choice */

/**
 * The source of the panels' data, and the user's choices.
 *
 * @typedef {object} View
 * @property {Choice} choice
 * @property {(path: string) => Promise<any>} get
 * @property {(what: List, query?: Record<string, string | undefined>) => Promise<any>} list - the current
 *   page of a list
 * @property {(what: List) => number} pageNumber
 * @property {(what: List, total: number) => number} pageCount
 * @property {(what: List, marker: string | null | undefined) => void} turnPage - to the first page (`null`), to the
 *   previous one (`undefined`), or to the page that begins at a marker
 * @property {(choice: Choice, lists: readonly List[]) => void} choose - changes the choice; the lists begin with their first page
 */

/**
 * @typedef {object} Panel
 * @property {string} id - of its section
 * @property {(view: View) => Promise<any>} load
 * @property {(data: any) => string} note - a line beside the heading
 * @property {(data: any, view: View) => (Node | null)[]} render
 */

/** The minimum of milliseconds between two refreshes. */
const REFRESH_INTERVAL_MS = 2000
/** The minimum pause after a refresh, as a multiple of the duration of the refresh. */
const PAUSE_FACTOR = 4

/** @type {Record<List, number>} items per page */
const LIMITS = {
  ...{ vaults: 50, archives: 20, uploads: 5, parts: 50, jobs: 20 },
  ...{ buckets: 50, objects: 20, 'bucket-uploads': 5, 'bucket-parts': 50 },
}
/** @type {Partial<Record<List, string>>} the paths of lists, if they are not their names */
const PATHS = {
  objects: 'buckets/objects',
  'bucket-uploads': 'buckets/uploads',
  'bucket-parts': 'buckets/parts',
}

let secret = ''
/** @type {{ region: string, accountId: string } | undefined} */
let place
/** @type {import('./format.js').Delays | undefined} the duration of jobs that the page shows */
let shownDelays
let refreshes = 0
let timer = 0
/** The promise of the last control: controls are carried out one after another. */
let acting = Promise.resolve()
/** @type {Map<string, readonly string[]>} the markers of the current page and those before it, by list */
const turned = new Map()
/** @type {Map<string, string>} the data each panel shows, as JSON */
const shown = new Map()

/** @type {View} */
const view = {
  choice: {},
  get: (path) => ask(secret, 'GET', path),
  list: (what, query = {}) => {
    const limit = String(LIMITS[what])
    const all = Object.entries({ ...place, ...query, limit, marker: turned.get(what)?.at(-1) })
    const given = all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
    return view.get(`${PATHS[what] ?? what}?${new URLSearchParams(given)}`)
  },
  pageNumber: (what) => (turned.get(what)?.length ?? 0) + 1,
  pageCount: (what, total) => Math.max(view.pageNumber(what), Math.ceil(total / LIMITS[what])),
  turnPage: (what, marker) => {
    const markers = turned.get(what) ?? []
    turned.set(
      what,
      marker === null ? [] : marker === undefined ? markers.slice(0, -1) : [...markers, marker],
    )
    void refresh()
  },
  choose: (choice, lists) => {
    view.choice = { ...view.choice, ...choice }
    for (const what of lists) turned.delete(what)
    void refresh()
  },
}

/** Requests all data that are shown, and schedules the next refresh. */
async function refresh() {
  const mine = ++refreshes
  clearTimeout(timer)
  const begun = performance.now()
  try {
    const overview = await view.get('overview')
    if (mine !== refreshes) return
    showOverview(overview)
    const hasBuckets = overview.readings.includes('GET buckets')
    showBuckets(hasBuckets, act)
    for (const panel of hasBuckets ? [VAULTS, BUCKETS] : [VAULTS]) await showPanel(panel, mine) // they choose for the others
    const others = [ARCHIVES, UPLOADS, JOBS, FAULTS, TRAFFIC, COSTS, ...(hasBuckets ? BUCKET_PANELS : [])]
    await Promise.all(others.map((panel) => showPanel(panel, mine)))
    if (mine !== refreshes) return
    byId('login', HTMLElement).hidden = true
    byId('panels', HTMLElement).hidden = false
    if (isConnecting()) say('Connected.')
    const pause = Math.max(REFRESH_INTERVAL_MS, PAUSE_FACTOR * (performance.now() - begun))
    if (!document.hidden) timer = window.setTimeout(refresh, pause)
  } catch (error) {
    if (mine === refreshes) giveUp(error)
  }
}

/**
 * Loads the data of a panel and shows them. An error response is shown in the panel.
 *
 * @param {Panel} panel
 * @param {number} mine - the refresh it is part of
 */
async function showPanel({ id, load, note, render }, mine) {
  const section = byId(id, HTMLElement)
  const [noted] = section.getElementsByClassName('note')
  const [body] = section.getElementsByClassName('body')
  if (!noted || !body) throw new Error(`The section #${id} has no place for its data.`)
  try {
    const data = await load(view)
    if (mine !== refreshes) return
    write(noted, note(data))
    noted.classList.remove('error')
    const text = JSON.stringify(data)
    if (shown.get(id) === text) return
    shown.set(id, text)
    fill(body, ...render(data, view))
  } catch (error) {
    if (error instanceof Unreachable || error instanceof WrongSecret) throw error
    if (mine !== refreshes) return
    write(noted, messageOf(error))
    noted.classList.add('error')
  }
}

/** @param {any} overview */
function showOverview({ time: now, jobDelay, places, faultKinds, operations }) {
  shownDelays = jobDelay
  const isServed = places.some(
    (/** @type {any} */ { region, accountId }) => region === place?.region && accountId === place?.accountId,
  )
  if (!isServed) place = places[0]
  write(byId('endpoint', HTMLElement), location.origin)
  write(byId('region', HTMLElement), place?.region ?? '')
  write(byId('account', HTMLElement), place?.accountId ?? '')
  write(byId('time', HTMLElement), time(now))
  write(byId('job-delay', HTMLElement), delays(jobDelay))
  byId('place-choice', HTMLElement).hidden = places.length < 2
  offer(
    byId('place', HTMLSelectElement),
    places.map((/** @type {any} */ { region, accountId }) => [
      `${region}, ${accountId}`,
      `${region} ${accountId}`,
    ]),
  )
  const named = (/** @type {readonly string[]} */ names) =>
    names.map((name) => /** @type {const} */ ([name, name]))
  offer(byId('fault', HTMLSelectElement), named(faultKinds))
  offer(byId('operation', HTMLSelectElement), [['any', ''], ...named(operations)])
}

/**
 * Stops the refreshes, and shows why.
 *
 * @param {unknown} error
 */
function giveUp(error) {
  refreshes++
  clearTimeout(timer)
  if (error instanceof WrongSecret) {
    askForSecret(error.message)
    return
  }
  const what = error instanceof Unreachable ? `The server ${error.message}` : `It failed: ${messageOf(error)}`
  say(`${what}. The page no longer updates, and may be out of date.`, 'error')
  byId('retry', HTMLElement).hidden = false
}

/** @type {import('./controls.js').Act} */
function act(method, path, order, done) {
  acting = acting.then(async () => {
    try {
      say(done(await ask(secret, method, path, order)))
      void refresh()
    } catch (error) {
      if (error instanceof Unreachable || error instanceof WrongSecret) giveUp(error)
      else say(messageOf(error), 'error')
    }
  })
}

/** Starts or resumes the refreshes. */
function connect() {
  byId('retry', HTMLElement).hidden = true
  say('Connecting …', 'connecting')
  void refresh()
}

byId('place', HTMLSelectElement).addEventListener('change', () => {
  const [region = '', accountId = ''] = byId('place', HTMLSelectElement).value.split(' ')
  place = { region, accountId }
  view.choice = {}
  turned.clear()
  void refresh()
})
byId('retry', HTMLElement).addEventListener('click', connect)
document.addEventListener('visibilitychange', () => {
  clearTimeout(timer)
  const isConnected = !byId('panels', HTMLElement).hidden && byId('retry', HTMLElement).hidden
  if (!document.hidden && isConnected) void refresh()
})
wireControls(
  act,
  () => place,
  () => view.choice.vaultName,
  () => shownDelays,
)
openSession((text) => {
  secret = text
  connect()
})
