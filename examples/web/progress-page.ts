/**
 * The progress of an upload on a web page, by server-sent events.
 *
 * Run it: `node progress-page.ts FILE VAULT`, with region and credentials in the environment, and open the printed address.
 */
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { basename } from 'node:path'
import { glacierClient, namedDescription, uploadArchive, type ArchiveUpload } from 'glacier-pipe'

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Upload</title>
<progress id="bar"></progress> <output id="text">waiting</output>
<script type="module">
  const [bar, text] = [document.getElementById('bar'), document.getElementById('text')]
  const events = new EventSource('/events')
  events.addEventListener('progress', ({ data }) => {
    const { doneBytes, totalBytes, retries } = JSON.parse(data)
    if (totalBytes) Object.assign(bar, { max: totalBytes, value: doneBytes })
    text.value = doneBytes + ' bytes, ' + retries + ' requests repeated'
  })
  for (const end of ['stored', 'failed'])
    events.addEventListener(end, ({ data }) => {
      events.close() // otherwise the browser would connect again
      text.value = end + ': ' + data
    })
</script>
`

/** Makes a server of a page that follows an upload. The caller starts it with `listen()`. */
export function progressPage(upload: ArchiveUpload): Server {
  const pages = new Set<ServerResponse>()
  const report = (response: ServerResponse): void => {
    // Each event replaces the one before. One that a slow page has no room for is left out, and takes no memory here.
    if (!response.writableNeedDrain && upload.progress)
      send(response, 'progress', JSON.stringify(upload.progress))
  }
  upload.on('progress', () => {
    for (const response of pages) report(response)
  })
  // The upload may end before a page is opened.
  const end = upload.then(
    ([{ archiveId }]) => ['stored', archiveId] as const,
    // The page shows a code and no message, which might contain names of this machine.
    (error: unknown) => ['failed', String((error as NodeJS.ErrnoException).code)] as const,
  )
  return createServer((request, response) => {
    if (request.url === '/events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
      response.flushHeaders()
      report(response) // the page may be opened in the middle of the upload
      pages.add(response)
      response.once('close', () => pages.delete(response))
      void end.then(([name, data]) => {
        if (!pages.delete(response)) return // the page is closed
        report(response)
        send(response, name, data)
        response.end()
      })
    } else if (request.url === '/') response.setHeader('Content-Type', 'text/html; charset=utf-8').end(PAGE)
    else response.writeHead(404).end()
  })
}

function send(response: ServerResponse, event: string, data: string): void {
  response.write(`event: ${event}\ndata: ${data}\n\n`)
}

const [, program, path = 'srv.tar', vaultName = 'backups'] = process.argv
const { PORT = '8080' } = process.env
if (program === import.meta.filename) {
  const client = glacierClient()
  const file = await open(path)
  const { size } = await file.stat()
  const description = namedDescription(basename(path))
  const upload = uploadArchive(file, { client, vaultName, description, sourceSize: size })
  const server = progressPage(upload).listen(Number(PORT), '127.0.0.1')
  await once(server, 'listening')
  console.log(server.address())
  try {
    const [archive] = await upload
    console.log(archive.archiveId)
  } finally {
    await file.close()
    client.destroy()
    server.close() // after the pages have the last event
  }
}
