/**
 * A recording as an animated SVG.
 *
 * - The picture without the animation is the last frame: for readers who prefer reduced motion, for programs that do not
 *   animate, and after the last repetition.
 * - One animation of a span is a rule of CSS that makes it visible for its time. Spans of the same time share it.
 */
import { PROMPT, type Frame } from './frame.js'
import { spansOf, type Span } from './spans.js'

/** How long the last frame is seen before the animation is repeated, and how often it runs. */
const HOLD_MS = 5_000
const REPETITIONS = 3

const CELL = { width: 8.4, height: 19 }
const MARGIN = { left: 16, top: 40, bottom: 16 }
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

/** Descriptions of the picture for readers who do not see it. */
export interface Labels {
  readonly title: string
  readonly description: string
}

/** Returns the SVG of a recording. */
export function svgOf(frames: readonly Frame[], columns: number, { title, description }: Labels): string {
  const spans = spansOf(frames)
  const totalMs = Math.max(...frames.map(({ timeMs }) => timeMs)) + HOLD_MS
  const rowCount = Math.max(...frames.map(({ rows }) => rows.length))
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN.left)
  const height = MARGIN.top + rowCount * CELL.height + MARGIN.bottom
  const times = [...new Set(spans.map(timeOf))]
  const rules = times.map((time, i) => keyframes(`t${i}`, time, totalMs))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<style>
svg { --screen: #f6f8fa; --edge: #d1d9e0; --text: #1f2328; --muted: #59636e; --accent: #0969da }
@media (prefers-color-scheme: dark) {
svg { --screen: #151b23; --edge: #3d444d; --text: #f0f6fc; --muted: #9198a1; --accent: #4493f8 }
}
text { font: 14px ${FONT}; fill: var(--text); white-space: pre }
.p { fill: var(--muted) }
.c { fill: var(--accent); font-weight: 600 }
.gone { opacity: 0 }
@media (prefers-reduced-motion: no-preference) {
.a { animation: ${totalMs}ms step-end ${REPETITIONS} }
${rules.join('\n')}
}
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="var(--screen)" stroke="var(--edge)"/>
<g fill="var(--edge)"><circle cx="20" cy="18" r="5"/><circle cx="38" cy="18" r="5"/><circle cx="56" cy="18" r="5"/></g>
${spans.map((span) => textOf(span, times.indexOf(timeOf(span)))).join('\n')}
</svg>
`
}

function timeOf({ fromMs, untilMs }: Span): string {
  return `${fromMs} ${untilMs ?? ''}`
}

function keyframes(name: string, time: string, totalMs: number): string {
  const [fromMs, untilMs] = time.split(' ')
  const percent = (ms: string | undefined): string => `${((Number(ms) / totalMs) * 100).toFixed(2)}%`
  const end = untilMs === '' ? '100% { opacity: 1 }' : `${percent(untilMs)}, 100% { opacity: 0 }`
  const start = Number(fromMs) === 0 ? '' : '0% { opacity: 0 } '
  return `@keyframes ${name} { ${start}${percent(fromMs)} { opacity: 1 } ${end} } .${name} { animation-name: ${name} }`
}

function textOf({ row, text, untilMs }: Span, time: number): string {
  const y = MARGIN.top + row * CELL.height + 13
  // The width is that of the cells, whatever font the reader has.
  const length = `textLength="${(text.length * CELL.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`
  const isPrompt = text.startsWith(PROMPT.trimEnd())
  const commandLine = `<tspan class="p">$</tspan> <tspan class="c">${escaped(text.slice(PROMPT.length))}</tspan>`
  const content = isPrompt ? commandLine : escaped(text)
  const classes = `a t${time}${untilMs === undefined ? '' : ' gone'}`
  return `<text class="${classes}" x="${MARGIN.left}" y="${y}" ${length} xml:space="preserve">${content}</text>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
