/** Properties that the pictures of the documents must have. */
import { homedir, hostname, tmpdir, userInfo } from 'node:os'

/** The maximum size of a picture, in bytes. */
const MAX_PICTURE_BYTES = 40_000

/** The problems of an SVG: its size, what it must not show, and what makes it no XML. */
export function pictureProblems(svg: string): string[] {
  const problems = xmlProblems(svg)
  const size = Buffer.byteLength(svg)
  if (size > MAX_PICTURE_BYTES) problems.push(`It has ${size} bytes.`)
  for (const secret of [
    tmpdir(),
    homedir(),
    hostname(),
    `${userInfo().username}@`,
    process.execPath,
    '/home/',
  ])
    if (svg.includes(secret)) problems.push(`It shows ${secret}.`)
  if (/\b(?:href|src|url\((?!#))|<script|\son\w+=/i.test(svg))
    problems.push('It refers to something outside of it.')
  return problems
}

/** Checks the tags, the attributes and the entities of XML without comments, declarations and CDATA. */
function xmlProblems(xml: string): string[] {
  const problems: string[] = []
  const open: string[] = []
  let end = 0
  const checkText = (text: string): void => {
    if (/[<>]|&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) problems.push(`This text is not escaped: ${text}`)
    if (open.length === 0 && text.trim() !== '') problems.push(`This text is outside of the root: ${text}`)
  }
  for (const tag of xml.matchAll(/<(\/?)([a-z][\w:]*)((?:\s+[a-z][\w:-]*="[^"<&]*")*)\s*(\/?)>/gi)) {
    checkText(xml.slice(end, tag.index))
    end = tag.index + tag[0].length
    const [, isEnd, name = '', attributes = '', isEmpty] = tag
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, attribute]) => attribute)
    if (new Set(names).size < names.length) problems.push(`An attribute is repeated: ${tag[0]}`)
    if (isEnd) {
      if (open.pop() !== name)
        problems.push(`The tag ${name} is closed, and is not the last that was opened.`)
    } else if (!isEmpty) open.push(name)
  }
  checkText(xml.slice(end))
  if (open.length > 0) problems.push(`These tags are not closed: ${open.join(', ')}`)
  return problems
}
