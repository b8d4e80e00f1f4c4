// Writes the diagram of the README, in light and dark colours, into this folder or another: node pipeline.mjs [FOLDER]
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const THEMES = {
  light: {
    text: '#1f2328',
    muted: '#59636e',
    line: '#818b98',
    box: '#f6f8fa',
    edge: '#d1d9e0',
    vault: '#ddf4ff',
    vaultEdge: '#54aeff',
  },
  dark: {
    text: '#f0f6fc',
    muted: '#9198a1',
    line: '#656c76',
    box: '#151b23',
    edge: '#3d444d',
    vault: '#0c2d6b',
    vaultEdge: '#388bfd',
  },
}
const PUT = [
  ['any stream', 'a dump, a tar, a file'],
  ['cut', 'parts of one size'],
  ['hash', 'tree hash, in threads'],
  ['send', 'in parallel, repeated'],
]
const GET = [
  ['the same bytes', 'stdout or a file'],
  ['verify', 'before any output'],
  ['fetch', 'in ranges, repeated'],
  ['job', 'minutes to hours'],
]
const [WIDTH, HEIGHT] = [880, 232]
const BOX = { width: 146, height: 62, gap: 24 }
const FONT = "-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"
const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

for (const [name, theme] of Object.entries(THEMES))
  await writeFile(join(process.argv[2] ?? import.meta.dirname, `pipeline-${name}.svg`), diagram(theme))

function diagram(theme) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description" font-family="${FONT}" text-anchor="middle">
  <title id="title">The two pipelines of glacier-pipe</title>
  <desc id="description">put: any stream is cut into parts of one size, the parts are hashed in threads, and sent in parallel to the vault; failed requests are repeated. get: a job of the vault makes an archive readable, its ranges are fetched and verified before any byte is output, as the same bytes.</desc>
  <defs>
    <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="${theme.line}"/></marker>
  </defs>
${row('put', PUT, 34, theme, 'right')}
${row('get', GET, 156, theme, 'left')}
  <rect x="732" y="34" width="140" height="184" rx="8" fill="${theme.vault}" stroke="${theme.vaultEdge}"/>
  <text x="802" y="112" font-size="16" font-weight="600" fill="${theme.text}">Glacier vault</text>
  <text x="802" y="136" font-size="12" fill="${theme.muted}">or the local vault,</text>
  <text x="802" y="153" font-size="12" fill="${theme.muted}">without an account</text>
</svg>
`
}

function row(command, boxes, top, theme, direction) {
  const middle = top + BOX.height / 2
  const lines = [
    `  <text x="8" y="${top - 12}" font-size="14" font-family="${MONO}" text-anchor="start" fill="${theme.muted}">glacier-pipe ${command}</text>`,
  ]
  boxes.forEach(([title, detail], i) => {
    const left = 8 + i * (BOX.width + BOX.gap + 11)
    const center = left + BOX.width / 2
    lines.push(
      `  <rect x="${left}" y="${top}" width="${BOX.width}" height="${BOX.height}" rx="8" fill="${theme.box}" stroke="${theme.edge}"/>`,
      `  <text x="${center}" y="${top + 27}" font-size="15" font-weight="600" fill="${theme.text}">${title}</text>`,
      `  <text x="${center}" y="${top + 46}" font-size="12" fill="${theme.muted}">${detail}</text>`,
    )
    const [from, to] = [left + BOX.width + 4, left + BOX.width + BOX.gap + 7]
    const ends = direction === 'right' ? [from, to] : [to, from]
    lines.push(
      `  <path d="M${ends[0]} ${middle}H${ends[1]}" stroke="${theme.line}" stroke-width="1.5" marker-end="url(#arrow)"/>`,
    )
  })
  return lines.join('\n')
}
