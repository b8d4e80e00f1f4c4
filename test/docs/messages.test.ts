import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ROOT, textOf } from '../helpers/documents.js'

t.test('each message in the page of problems is one that the command prints', async (t) => {
  const entries = await readdir(join(ROOT, 'lib'), { recursive: true })
  const files = entries.filter((name) => name.endsWith('.ts'))
  const sources = await Promise.all(files.map((name) => textOf(join('lib', name))))
  // Long messages are concatenated from several texts.
  const code = sources.join('\n').replace(/['`] \+\n\s*['`]/g, '')
  const page = await textOf('docs/troubleshooting.md')
  const messages = [...page.matchAll(/^\*\*(.+?)\*\*/gms)]
    .flatMap(([, heading = '']) => [...heading.matchAll(/`([^`]+)`/g)])
    .map(([, message = '']) => message.replace(/\s+/g, ' '))
    .filter((message) => message.includes(' '))
  t.ok(messages.length > 15, `${messages.length} messages`)
  for (const message of messages) {
    const parts = message.split('…').map((part) => part.trim())
    const missing = parts.filter((part) => part.length > 3 && !code.includes(part))
    t.strictSame(missing, [], message)
  }
})
