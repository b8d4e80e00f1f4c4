/** Writes the XML of responses: elements with text or elements, and no attributes but the namespace of the root. */

/** The content of an element: its text, or the elements in it. `undefined` leaves the element out. */
export type XmlContent = string | number | boolean | undefined | XmlElements
/** Elements, by name. An array is several elements of one name. */
export interface XmlElements {
  readonly [name: string]: XmlContent | readonly XmlContent[]
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** A document in the namespace of Amazon S3. */
export function xmlDocument(root: string, content: XmlContent): string {
  return `${DECLARATION}<${root} xmlns="${NAMESPACE}">${inner(content)}</${root}>`
}

/** A document without a namespace, as the errors of Amazon S3 are. */
export function plainXmlDocument(root: string, content: XmlContent): string {
  return `${DECLARATION}<${root}>${inner(content)}</${root}>`
}

function inner(content: XmlContent): string {
  if (typeof content !== 'object') return escapedText(String(content))
  return Object.entries(content)
    .flatMap(([name, value]) => (isList(value) ? value : [value]).map((one) => element(name, one)))
    .join('')
}

function isList(value: XmlContent | readonly XmlContent[]): value is readonly XmlContent[] {
  return Array.isArray(value)
}

function element(name: string, content: XmlContent): string {
  return content === undefined ? '' : `<${name}>${inner(content)}</${name}>`
}

/** A text with markup, and with control characters as Amazon S3 writes them: as references, which XML 1.0 does not allow. */
function escapedText(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/(?![\n\t])[\p{Cc}\ufffe\uffff]/gu, (c) => `&#x${(c.codePointAt(0) as number).toString(16)};`) // it is not empty
}
