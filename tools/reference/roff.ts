/** Turns text, and the part of Markdown that the general sections use, into roff. */

/** Characters that a terminal without UTF-8 shows in another way. */
const REPLACEMENTS = new Map([
  ['…', '...'],
  ['→', '->'],
  ['–', '\\(en'],
  ['’', '\\(cq'],
])

/** A line of text as roff shows it: nothing in it is a request or an escape. */
export function text(line: string): string {
  return line
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/"/g, '\\(dq')
    .replace(/[^\x20-\x7e]/gu, (character) => REPLACEMENTS.get(character) ?? unicode(character))
    .replace(/^[.']/, '\\&$&')
}

function unicode(character: string): string {
  return `\\[u${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}]`
}

/**
 * Markdown as roff: headings of the second level, paragraphs, lists with dashes, tables with two columns, and
 * blocks of code.
 */
export function roffOf(markdown: string): string {
  return markdown
    .trim()
    .split(/\n{2,}(?![^`]*\n```(?:\n|$))/)
    .flatMap(blockLines)
    .join('\n')
}

function blockLines(block: string): string[] {
  if (block.startsWith('## ')) return [`.SH ${text(block.slice(3).toUpperCase())}`]
  if (block.startsWith('```')) return codeLines(block.split('\n').slice(1, -1))
  if (block.startsWith('|')) return tableLines(block)
  if (block.startsWith('- '))
    return block
      .slice(2)
      .split(/\n- /)
      .flatMap((item) => ['.IP \\(bu 2', inline(joined(item))])
  return ['.PP', inline(joined(block))]
}

function codeLines(lines: readonly string[]): string[] {
  return ['.PP', '.EX', ...lines.map((line) => `    ${text(line)}`), '.EE']
}

/** The rows of a table, without its head. */
function tableLines(block: string): string[] {
  return block
    .split('\n')
    .slice(2)
    .flatMap((row) => {
      const [first = '', second = ''] = row
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|'))
      return ['.TP', inline(first), inline(second)]
    })
}

function joined(block: string): string {
  return block.replace(/\s*\n\s*/g, ' ')
}

/** Text with code in bold, and links as their words. */
function inline(markdown: string): string {
  return markdown
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .split('`')
    .map((piece, i) => (i % 2 === 0 ? text(piece) : `\\fB${text(piece)}\\fR`))
    .join('')
    .replace(/^[.']/, '\\&$&')
}
