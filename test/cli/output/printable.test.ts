import t from 'tap'
import { isPrintable, printable, printableLines } from '../../../lib/cli/output/printable.js'
import { shellCommand } from '../../../lib/cli/output/shell-command.js'
import { runHere, stage } from '../../helpers/command.js'

const BIDI = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'

t.test('controls of the terminal, of the writing direction and of lines are escaped', (t) => {
  t.equal(printable('\u001b[2J\u0000\u007f\u009b'), '\\u001b[2J\\u0000\\u007f\\u009b')
  t.equal(printable('a\u202egpj.exe'), 'a\\u202egpj.exe')
  for (const character of Array.from(`${BIDI}\u2028\u2029\n\r\t`))
    t.equal(JSON.parse(`"${printable(character)}"`), character)
  t.equal(printable('שלום Größe 日本 👩‍👩‍👧'), 'שלום Größe 日本 👩‍👩‍👧')
  t.equal(printableLines('a\u001b\nb\r\n'), 'a\\u001b\nb\\u000d\n')
  t.ok(isPrintable('שלום'))
  t.notOk(isPrintable('a\u202e'))
  t.end()
})

t.test('a command in a message has no character that changes how it is shown', (t) => {
  t.equal(shellCommand(['put', "a\u202e\u001b'b"]), "put $'a\\342\\200\\256\\033\\'b'")
  t.end()
})

t.test('words of the command line that are repeated in a message of its parser are escaped', async (t) => {
  const it = stage()
  t.equal(await runHere(['put', '--\u001b]0;x\u0007\u202e'], it), 2)
  t.match(it.err(), /'--\\u001b\]0;x\\u0007\\u202e'/)
})

t.test('the stack trace of --debug has no character that is unsafe on a terminal', async (t) => {
  const it = stage(undefined, [], {})
  t.equal(await runHere(['hash', '--debug', '/does\u001bnot\u202eexist'], it), 1)
  t.match(it.err(), /\n\s+at /)
  t.notOk(it.err().includes('\u001b') || it.err().includes('\u202e'))
})
