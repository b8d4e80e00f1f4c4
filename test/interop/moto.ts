import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { OtherServer, Ways } from './other-server.js'

/** Of moto 5.2.1. */
const WAYS: Ways = {
  archiveClass: 'DEEP_ARCHIVE',
  namesRegion: true,
  completesIfAbsent: true,
  deletesIfMatch: true,
  checksBodies: false,
  statesWrongComposite: true,
}

/** Starts `moto_server` on a free port of loopback; why it cannot be started, if it is not installed. */
export async function startMoto(): Promise<OtherServer | string> {
  const isInstalled = await promisify(execFile)('moto_server', ['--help']).then(
    () => true,
    () => false,
  )
  if (!isInstalled) return 'moto_server is not installed: pip install "moto[server]"'
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(server, 'close')
  let endpoint = ''
  const lines = createInterface(server.stderr)
  for await (const line of lines) {
    endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? ''
    if (endpoint !== '') break
  }
  server.stderr.resume() // it logs each request
  const stop = async (): Promise<void> => {
    server.kill()
    await closed
  }
  return { endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, ways: WAYS, stop }
}
