/** The parts of a Markdown document that tests check: fenced blocks, links and anchors. */

/** A fenced block. */
export interface Block {
  /** The language after the fence, as `sh`; empty if the fence has none. */
  readonly language: string
  readonly text: string
  /** The line of the document on which the fence begins, from 1 up. */
  readonly line: number
  /** Why the block is not run: the reason in a comment `<!-- not run: … -->` before it; `undefined` if it is run. */
  readonly notRun: string | undefined
}

/** A link of a document. */
export interface Link {
  /** As it is written: `](guide.md#sources)`. */
  readonly written: string
  /** The part before `#`; empty for a link within the document. */
  readonly path: string
  readonly anchor: string | undefined
}

/** The fenced blocks of a document, in order. */
export function blocksOf(document: string): Block[] {
  const fences = document.matchAll(
    /(?:^<!-- not run: (?<notRun>.+?) -->\n+)?^(?<indent> *)```(?<language>\S*)[^\n]*\n(?<text>[^]*?)^\k<indent>```$/gm,
  )
  return [...fences].map(({ 0: whole, index, groups = {} }) => {
    const { notRun, indent = '', language = '', text = '' } = groups
    const before = document.slice(0, index + whole.indexOf('```'))
    return {
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      line: before.split('\n').length,
      notRun,
    }
  })
}

/** The links of a document: of Markdown, and those in the attributes `href`, `src` and `srcset` of HTML. */
export function linksOf(document: string): Link[] {
  const prose = withoutCode(document)
  const inMarkdown = [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
  const inHtml = [...prose.matchAll(/\b(?:href|src|srcset)="([^"\s]*)"/g)]
  return [...inMarkdown, ...inHtml].map(([written, target = '']) => {
    const [path = '', anchor] = target.split('#')
    return { written, path, anchor }
  })
}

/** The anchors that GitHub gives to the headings of a document. */
export function anchorsOf(document: string): ReadonlySet<string> {
  const headings = document.replace(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}

function withoutCode(document: string): string {
  return document.replace(/^ *```[^]*?^ *```$/gm, '').replace(/`[^`\n]*`/g, '')
}
