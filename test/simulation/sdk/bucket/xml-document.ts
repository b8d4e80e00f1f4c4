/**
 * The documents of S3: elements with text or with other elements. Attributes are passed over. It shares no code with the
 * local bucket.
 */
import { ServiceRefusal } from '../../service/service.js'

/** The content of an element: text, other elements, or `undefined` for an element that is left out. */
export type XmlContent = string | number | boolean | undefined | readonly NewElement[]
/** An element to write. */
export type NewElement = readonly [name: string, content: XmlContent]

/** An element that was read. */
export interface XmlElement {
  readonly name: string
  /** Its own text, without that of its children. */
  readonly text: string
  readonly children: readonly XmlElement[]
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
/** A tag, a declaration, or the text before one. */
const TOKEN = /<\?[^>]*\?>|<(\/?)([A-Za-z][\w.-]*)((?:\s[^<>]*?)?)(\/?)>|([^<]+)/gy

/** The bytes of a document. */
export function documentOf(root: string, content: readonly NewElement[]): Buffer {
  // The document of an error has no namespace.
  const namespace = root === 'Error' ? '' : ` xmlns="${NAMESPACE}"`
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${namespace}>${content.map(textOf).join('')}</${root}>`,
  )
}

/**
 * Reads a document.
 *
 * @throws {ServiceRefusal} `MalformedXML`: it is none
 */
export function readDocument(text: string): XmlElement {
  const open: { readonly name: string; text: string; readonly children: XmlElement[] }[] = [
    { name: '', text: '', children: [] },
  ]
  TOKEN.lastIndex = 0
  let at = 0
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) {
    at = TOKEN.lastIndex
    const [, end, name, , isEmpty, found] = token
    const inner = open.at(-1)
    if (!inner) break
    if (found !== undefined) inner.text += decoded(found)
    else if (end === '/') {
      const closed = open.pop()
      if (closed === undefined || closed.name !== name) throw malformed()
      open.at(-1)?.children.push(closed)
    } else if (name !== undefined) {
      const element = { name, text: '', children: [] }
      if (isEmpty === '/') inner.children.push(element)
      else open.push(element)
    }
  }
  const [document] = open
  const [element] = document?.children ?? []
  if (at !== text.length || open.length !== 1 || !element) throw malformed()
  return element
}

/** The text of a child; `undefined` if the element has no such child. */
export function textIn({ children }: XmlElement, name: string): string | undefined {
  return children.find((child) => child.name === name)?.text
}

function textOf([name, content]: NewElement): string {
  if (content === undefined) return ''
  const text =
    typeof content === 'object'
      ? content.map(textOf).join('')
      : String(content).replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '')
  return `<${name}>${text}</${name}>`
}

function decoded(text: string): string {
  return text.replace(/&(\w+);/g, (_, name: string) => ENTITIES[name] ?? '')
}

function malformed(): ServiceRefusal {
  return new ServiceRefusal(400, 'MalformedXML', 'The XML you provided was not well-formed.')
}
