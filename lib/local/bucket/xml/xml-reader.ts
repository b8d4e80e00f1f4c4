/**
 * Reads the XML of requests. It comes from outside: no document type and no entities of its own, at most {@link MAX_DEPTH}
 * elements in each other, and a limited number of bytes, which the caller has checked.
 */
import { SaxesParser } from 'saxes'
import { invariant } from '../../../invariant.js'
import { malformedXml } from '../service/bucket-error.js'

/** An element. */
export interface XmlNode {
  /** Without a prefix. */
  readonly name: string
  /** The text directly in it. */
  readonly text: string
  readonly children: readonly XmlNode[]
}

interface OpenNode {
  readonly name: string
  text: string
  readonly children: OpenNode[]
}

/** The maximum depth of elements: requests have four. */
const MAX_DEPTH = 8

/**
 * The root of a document.
 *
 * @throws {BucketError} 400 `MalformedXML`: it is not well-formed UTF-8 and XML, has a document type, or is too deep
 */
export function readXml(bytes: Buffer): XmlNode {
  const open: OpenNode[] = []
  let root: OpenNode | undefined
  const parser = new SaxesParser()
  const refuse = (): never => {
    throw malformedXml()
  }
  parser.on('error', refuse)
  parser.on('doctype', refuse)
  parser.on('opentag', ({ name }) => {
    const node = { name: name.replace(/^.*:/, ''), text: '', children: [] }
    open.at(-1)?.children.push(node)
    root ??= node
    if (open.push(node) > MAX_DEPTH) refuse()
  })
  const append = (text: string): void => {
    const node = open.at(-1)
    if (node) node.text += text
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(textIn(bytes)).close()
  invariant(root !== undefined, 'the parser refuses a document without a root')
  return root
}

/**
 * The only child of a name; `undefined` if no child has the name.
 *
 * @throws {BucketError} 400 `MalformedXML`: there are several
 */
export function childOf({ children }: XmlNode, name: string): XmlNode | undefined {
  const found = children.filter((child) => child.name === name)
  if (found.length > 1) throw malformedXml()
  return found[0]
}

/**
 * The text of the only child of a name, without white space around it; `undefined` if no child has the name.
 *
 * @throws {BucketError} 400 `MalformedXML`: there are several, or it has elements
 */
export function textOf(node: XmlNode, name: string): string | undefined {
  const child = childOf(node, name)
  if (child !== undefined && child.children.length > 0) throw malformedXml()
  return child?.text.trim()
}

function textIn(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw malformedXml()
  }
}
